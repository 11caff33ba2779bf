/**
 * The server, composed: build, start, drain. What is acquired is given back in the opposite order; a start that
 * fails half-way leaves nothing behind.
 */
import type { Profile, ScalingStatus, ServeConfig, ServeOptions } from '@mooring/contract';
import { readConfig } from './config.ts';
import { createManagementApi } from './control/api.ts';
import { sumOf } from './directory/demand.ts';
import { Directory } from './directory/directory.ts';
import { adminIssuer } from './identity/admin-issuer.ts';
import { createKeyFinder } from './identity/api-keys.ts';
import { openKeyRing } from './identity/key-ring.ts';
import { authenticateOperator, type OperatorOptions } from './identity/operator.ts';
import { openRevocations } from './identity/revocations.ts';
import { openIdentityDomain } from './identity/provider/open.ts';
import type { Renewal } from './gateway/renewal.ts';
import { createIssuerCheck } from './identity/verify/check-issuer.ts';
import { createVerifier } from './identity/verify/verifier.ts';
import { readCertificate } from './kit/certificate.ts';
import { systemClock as clock, systemRandom as random } from './kit/clock.ts';
import { openDataDirectory } from './kit/data-directory.ts';
import { descriptorLimit } from './kit/descriptors.ts';
import { once } from './kit/once.ts';
import { bindListeners, isLoopback, type ServerUrls } from './listeners.ts';
import { createManagement } from './management.ts';
import { describeNames, protectedResource } from './names.ts';
import { openLog } from './observe/log.ts';
import { Labels } from './observe/labels.ts';
import { Metrics } from './observe/metrics.ts';
import { writeOciConfig } from './oci-config.ts';
import { writeAdminUser, writeProfile } from './profile.ts';
import { joinNodes } from './node/membership.ts';
import { Node, type Leading } from './node/node.ts';
import { Pulse } from './node/pulse.ts';
import { Renewals } from './node/renewals.ts';
import { createReconciler, type Reconciler } from './reconcile/reconciler.ts';
import type { Drain } from './reconcile/tools.ts';
import type { Runtime } from './runtime/runtime.ts';
import { credentialsOf, registryCheck } from './registries.ts';
import { openRuntimes } from './runtimes.ts';
import { openVault } from './secrets/vault.ts';
import { openStore, type Store } from './store/index.ts';
import { version } from './version.ts';
import { Beat, beatMemory } from './workers/beat.ts';
import { workerCount } from './workers/count.ts';
import { Workers } from './workers/workers.ts';

export interface RunningServer extends AsyncDisposable {
  readonly config: ServeConfig;
  readonly profile: Profile;
  readonly profilePath: string;
  readonly urls: ServerUrls;
  /** Resolves once every wanted application has been tried once. */
  readonly firstPass: Promise<void>;
  /** Resolves when the server has stopped and nothing of it is left. */
  readonly stopped: Promise<void>;
  /** Drains connections for at most `shutdownGrace` seconds, stops every replica, lets go of everything. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts a server; resolves when its listeners answer. Throws a TypeError for a bad option, and an Error that says
 * what to do when a port is taken, the data directory is in use, or a file cannot be read or written.
 */
export async function startServer(options: ServeOptions = {}): Promise<RunningServer> {
  const config = readConfig(options);
  await using owned = new AsyncDisposableStack();
  const ground = await layGround(config, owned);
  const identity = await openIdentity(ground, owned);
  const hosting = await openHosting(ground, identity, owned);
  serve(ground, identity, hosting);
  await hosting.workers.compose();
  await ground.listeners.handOver();
  await hosting.workers.listen();
  const profile = await writeFiles(ground, identity);
  await hosting.reconciler.start();
  const firstPass = (async () => {
    await hosting.reconciler.firstPass;
    hosting.readiness.isReady = true;
    hosting.workers.ready();
  })();
  const everything = owned.move();
  const stop = once(async () => {
    await hosting.workers.drainAll({ grace: config.shutdownGrace });
    ground.listeners.stop();
    await everything.disposeAsync();
    stopped.resolve();
  });
  const stopped = Promise.withResolvers<void>();
  return {
    config,
    profile,
    profilePath: ground.profilePath,
    urls: ground.listeners.urls,
    firstPass,
    stopped: stopped.promise,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

type Ground = Awaited<ReturnType<typeof layGround>>;
type Identity = Awaited<ReturnType<typeof openIdentity>>;
type Hosting = Awaited<ReturnType<typeof openHosting>>;

/** What everything stands on: the data directory, the listeners (for their ports), the names, the store. */
async function layGround(config: ServeConfig, owned: AsyncDisposableStack) {
  const log = openLog(config.logLevel);
  const common = { clock, random, log };
  const data = owned.use(await openDataDirectory(config.dataDir));
  const certificate = await readCertificate(data.path, config, clock.now());
  const listeners = owned.use(await bindListeners(config, certificate));
  const names = describeNames(config, listeners.urls);
  const path = data.file('mooring.db');
  const store = owned.use(await openStore({ path, url: config.database, ...common }));
  const isShared = config.database !== undefined;
  return {
    config,
    common,
    data,
    profilePath: data.file('cli.json'),
    certificate,
    listeners,
    names,
    store,
    isShared,
  };
}

/** Who may do what: the embedded domain, the verification of tokens and signatures, the secrets. */
async function openIdentity({ config, common, data, names, store }: Ground, owned: AsyncDisposableStack) {
  const { allowPrivateIssuers, allowRegistration } = config;
  const domain = await openIdentityDomain({
    store: store.identity,
    issuer: names.issuer,
    findResource: async (id) => protectedResource(await store.applications.get(id), names),
    findApplication: async (scope) => (await store.applications.withJoinedScope(scope))?.id,
    allowRegistration,
    allowPrivateIssuers,
    ...common,
  });
  const revocations = owned.use(await openRevocations(store, common.log));
  const { isRevoked } = revocations;
  const verifyToken = createVerifier({ own: domain, allowPrivateIssuers, isRevoked, ...common });
  const operators: OperatorOptions = {
    verifyToken,
    own: domain,
    admin: adminIssuer(
      config,
      createVerifier({ own: domain, allowPrivateIssuers: true, isRevoked, ...common }),
    ),
    findKey: createKeyFinder(store.apiKeys),
    clock,
  };
  const vault = await openVault({
    secrets: store.secrets,
    file: data.file('secrets.key'),
    given: config.secretsKey,
    random,
  });
  const keys = owned.use(await openKeyRing(store, common.log));
  const checkIssuer = createIssuerCheck({ own: domain, allowPrivateIssuers });
  return { domain, verifyToken, operators, vault, keys, checkIssuer, revocations };
}

/** What hosts: the runtime, the gateway, and the reconciler, which on a shared database is one node's among several. */
async function openHosting(ground: Ground, identity: Identity, owned: AsyncDisposableStack) {
  const { config, common, data, listeners, names, store, isShared } = ground;
  const { domain, vault, keys, checkIssuer, revocations } = identity;
  const findCredential = credentialsOf(store, vault);
  let duty: Node | undefined;
  const isAlone = (): boolean => duty?.isAlone ?? true;
  const running = await openRuntimes({ config, data, isAlone, findCredential, common }, owned);
  const { all: runtimes, logs: readLogs } = running;
  const steadied = (): void => {
    beat.tell();
    directory.repeat();
  };
  const pulse = owned.use(new Pulse({ steadied }));
  const beating = beatMemory();
  const beat = owned.use(new Beat(beating, () => pulse.isSteady));
  const directory = new Directory(() => !isShared || pulse.isSteady);
  const node = isShared
    ? owned.use(
        await joinNodes({
          store,
          directory,
          file: data.file('nodes'),
          advertise: config.advertise,
          logs: readLogs,
          ...common,
        }),
      )
    : undefined;
  const readiness = { isReady: false };
  const labels = new Labels(config.metricsApplications);
  const metrics: Metrics = owned.use(
    new Metrics({
      version,
      labels,
      applications: () => directory.all(),
      reports: () => workers.reports(),
      running: (id) => reconciler.applicationStatus(id),
    }),
  );
  const workers = owned.use(
    new Workers({
      count: await workerCount(config.workers, common.log),
      start: {
        logLevel: config.logLevel,
        version,
        names: names.applicationsOptions,
        identity: {
          issuer: domain.issuer,
          issuers: domain.issuers(),
          jwks: domain.jwks(),
          assertionKey: domain.assertionKey,
          allowPrivateIssuers: config.allowPrivateIssuers,
        },
        sealKey: await sealKeyOf(store),
        nodes: node && { credentials: node.credentials, beat: beating },
        places: listeners.places,
        descriptors: await descriptorLimit(),
      },
      directory,
      labels,
      keys,
      revocations,
      tickets: store.tickets,
      catchUp: isShared ? async () => await duty?.catchUp() : undefined,
      renewElsewhere: isShared ? async (renewal) => (await renewals?.ask(renewal)) ?? false : undefined,
      log: common.log,
    }),
  );
  const renew = async (renewal: Renewal): Promise<boolean> => (await workers.renew(renewal)) ?? false;
  const renewals = isShared ? owned.use(new Renewals({ store, renew, random, log: common.log })) : undefined;
  const connections = (id: string): number => workers.connections(id);
  const drain: Drain = (replicaId, plan) => workers.drain(replicaId, plan);
  const lead = (given: Leading): Reconciler =>
    createReconciler({
      directory,
      demand: sumOf([workers.load, ...(node ? [node.demand] : [])]),
      connections: (id) => connections(id) + (node?.connections(id) ?? 0),
      drain: async (...call) => void (await Promise.all([drain(...call), node?.drain(...call)])),
      checkIssuer,
      openSecret: vault.open,
      ...common,
      ...given,
    });
  const { log } = common;
  const { load: demand } = workers;
  duty =
    node && new Node({ ...node, store, runtimes, directory, pulse, connections, drain, demand, lead, log });
  const reconciler = owned.use(duty ?? lead({ store, runtimes }));
  const logs: Runtime['logs'] = (id, choice) => {
    const elsewhere = duty?.nodeOf(id);
    return (elsewhere && node ? node.logsOf(elsewhere) : readLogs)(id, choice);
  };
  const scaling = async (id: string): Promise<ScalingStatus | undefined> =>
    duty ? await duty.decisions(id) : reconciler.scaling(id);
  return { workers, reconciler, scaling, containers: running.containers, logs, metrics, readiness };
}

/** What brings clients back to their replicas is the same on all servers, and after a restart. */
async function sealKeyOf({ meta }: Store): Promise<Uint8Array> {
  const kept = await meta.ensure('sealKey', () => Buffer.from(random(32)).toString('base64'));
  return Buffer.from(kept, 'base64');
}

/** Lets the listeners answer. */
function serve(
  { config, common, listeners, names, store }: Ground,
  identity: Identity,
  hosting: Hosting,
): void {
  const { domain, operators, vault } = identity;
  const { reconciler, scaling, logs, metrics } = hosting;
  const isReady = (): boolean => hosting.readiness.isReady;
  const api = createManagementApi({
    store,
    authenticate: (arrival, options) => authenticateOperator(arrival, operators, options),
    identity: domain,
    status: {
      applicationStatus: (id) => reconciler.applicationStatus(id),
      scaling,
      serverReady: isReady,
    },
    logs,
    metrics,
    urls: () => names.applicationUrls,
    vault,
    checkRegistry: registryCheck(hosting.containers),
    allowProcesses: config.allowProcesses || [config.host, config.plainHost].every(isLoopback),
    version,
    clock,
    log: common.log,
  });
  listeners.serve({
    management: createManagement({
      names: names.management,
      random,
      isReady,
      openMetrics: config.openMetrics ? metrics : undefined,
      identity: (request, response) => domain.handle(request, response),
      api: (request, arrival) => api.fetch(request, arrival),
    }),
  });
}

/** What the data directory tells its owner: how the CLI, OCI's tools and a person get in. */
async function writeFiles(ground: Ground, { domain }: Identity): Promise<Profile> {
  const { certificate, data, isShared, names, profilePath, store } = ground;
  const profile = await writeProfile(profilePath, domain, {
    managementUrl: names.managementUrl,
    applicationsUrl: names.applicationUrls.applications,
    applicationsPlainUrl: names.applicationUrls.applicationsPlain,
    appsDomain: names.applicationUrls.appsDomain,
    tokenUrl: `${names.managementUrl}/identity/oauth2/v1/token`,
    compartmentId: (await store.compartments.root()).id,
    ca: certificate.ca,
    shared: isShared,
    random,
  });
  await writeOciConfig(await data.folder('oci'), store);
  await writeAdminUser(data.file('admin.json'), domain, { shared: isShared });
  return profile;
}
