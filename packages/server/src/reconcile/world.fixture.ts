/** A reconciler over a store in memory and real processes, for tests. */
import type { CreateArtifactDetails, EnvironmentVariable } from '@mooring/contract';
import assert from 'node:assert/strict';
import { Directory } from '../directory/directory.ts';
import { systemClock, systemRandom } from '../kit/clock.ts';
import { pauseFor } from '../kit/pause.ts';
import { openLog } from '../observe/log.ts';
import { markOf } from '../runtime/process/environment.ts';
import { strays } from '../runtime/process/group.ts';
import { openSandbox, type Sandbox } from '../runtime/process/sandbox.fixture.ts';
import type { ApplicationRecord, NewApplication } from '../store/applications.ts';
import type { DeploymentRecord } from '../store/deployments.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import type { WorkRequestRecord } from '../store/work-requests.ts';
import { createReconciler, type Reconciler, type ReconcilerOptions } from './reconciler.ts';

export interface World extends AsyncDisposable {
  readonly store: Store;
  readonly sandbox: Sandbox;
  readonly directory: Directory;
  readonly reconciler: Reconciler;
  /** Replicas that were emptied, with the spread. Their connections never end before `after` is over. */
  readonly drained: { replicaId: string; spread: number }[];
  /** Every replica that the directory ever showed. */
  readonly shown: Set<string>;
}

const clock = systemClock;
const random = systemRandom;
const log = openLog('silent');

export interface WorldOptions extends Partial<ReconcilerOptions> {
  /** From an earlier world, whose server has ended. */
  readonly sandbox?: Sandbox;
}

/** A world whose reconciler has not started. */
export async function makeWorld(options: WorldOptions = {}): Promise<World> {
  const store = options.store ?? (await openStore({ path: ':memory:', clock, random, log }));
  const sandbox = options.sandbox ?? (await openSandbox());
  const directory = new Directory();
  const drained: World['drained'] = [];
  const shown = new Set<string>();
  const over = new AbortController();
  directory.watch((_, endpoint) => endpoint?.replicas.forEach(({ id }) => shown.add(id)));
  const reconciler = createReconciler({
    runtimes: [sandbox.runtime],
    connections: () => 0,
    drain: async (replicaId, { after, spread }) => {
      await pauseFor(after * 1000, over.signal);
      drained.push({ replicaId, spread });
    },
    backOff: { first: 10, most: 50 },
    directory,
    clock,
    random,
    log,
    ...options,
    store,
  });
  return {
    store,
    sandbox,
    directory,
    reconciler,
    drained,
    shown,
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await reconciler[Symbol.asyncDispose]();
      if (!options.sandbox) await sandbox[Symbol.asyncDispose]();
      if (!options.store) await store[Symbol.asyncDispose]();
    },
  };
}

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const world = await makeWorld(options);
  await world.reconciler.start();
  return world;
}

export interface Wished<Row> {
  readonly row: Row;
  readonly request: WorkRequestRecord;
}

const entity = { application: 'HOSTED_APPLICATION', deployment: 'HOSTED_DEPLOYMENT' } as const;

/** Writes a wish and its work request in one transaction, as the management API does. */
async function wish<Row extends { id: string; compartmentId: string }>(
  { store }: World,
  operationType: WorkRequestRecord['operationType'],
  work: (tx: Parameters<Parameters<Store['transaction']>[0]>[0]) => Promise<Row>,
): Promise<Wished<Row>> {
  return await store.transaction(async (tx) => {
    const row = await work(tx);
    const kind = operationType.endsWith('_APPLICATION_DEPLOYMENT') ? 'application' : 'deployment';
    const resources = [{ entityType: entity[kind], identifier: row.id }];
    const request = await tx.workRequests.create({
      compartmentId: row.compartmentId,
      operationType,
      resources,
    });
    return { row, request };
  });
}

export async function createApplication(
  world: World,
  patch: Partial<NewApplication> = {},
): Promise<Wished<ApplicationRecord>> {
  const compartmentId = (await world.store.compartments.root()).id;
  const application: NewApplication = {
    displayName: 'app',
    description: undefined,
    compartmentId,
    inboundAuthConfig: { inboundAuthConfigType: 'NO_AUTH_CONFIG' },
    joinedScope: undefined,
    scalingConfig: { scalingType: 'CONCURRENCY', minReplica: 1 },
    networkingConfig: {
      inboundNetworkingConfig: { endpointMode: 'PUBLIC' },
      outboundNetworkingConfig: { networkMode: 'MANAGED' },
    },
    storageConfigs: [],
    environmentVariables: [],
    freeformTags: {},
    definedTags: {},
    ...patch,
  };
  return await wish(world, 'CREATE_APPLICATION_DEPLOYMENT', (tx) => tx.applications.create(application));
}

export async function createDeployment(
  world: World,
  { id, compartmentId, displayName }: ApplicationRecord,
  artifact: CreateArtifactDetails,
): Promise<Wished<DeploymentRecord>> {
  const deployment = {
    displayName,
    compartmentId,
    hostedApplicationId: id,
    artifact,
    freeformTags: {},
    definedTags: {},
  };
  return await wish(world, 'CREATE_HOSTED_DEPLOYMENT', (tx) => tx.deployments.create(deployment));
}

/** Adds an artifact and wishes that it serves. */
export async function activate(
  world: World,
  { id }: DeploymentRecord,
  artifact: CreateArtifactDetails,
): Promise<Wished<DeploymentRecord>> {
  return await wish(world, 'UPDATE_HOSTED_DEPLOYMENT', async (tx) => {
    const added = await tx.deployments.addArtifact(id, artifact);
    return await tx.deployments.want(id, added.id);
  });
}

export async function updateApplication(
  world: World,
  { id }: ApplicationRecord,
  patch: Partial<NewApplication>,
): Promise<Wished<ApplicationRecord>> {
  return await wish(world, 'UPDATE_APPLICATION_DEPLOYMENT', (tx) =>
    tx.applications.change(id, { ...patch, lifecycleState: 'UPDATING' }),
  );
}

export async function deleteApplication(
  world: World,
  { id }: ApplicationRecord,
): Promise<Wished<ApplicationRecord>> {
  return await wish(world, 'DELETE_APPLICATION_DEPLOYMENT', async (tx) => {
    const deployment = await tx.deployments.ofApplication(id);
    for (const resourceId of [id, ...(deployment ? [deployment.id] : [])]) {
      const open = await tx.workRequests.open({ resourceId });
      for (const request of open) await tx.workRequests.cancel(request.id, 'deleted');
    }
    if (deployment) await tx.deployments.setState(deployment.id, 'DELETING');
    return await tx.applications.change(id, { lifecycleState: 'DELETING' });
  });
}

/** An application that serves. */
export async function serveApplication(
  world: World,
  behaviour: string,
  patch: Partial<NewApplication> = {},
): Promise<{ application: ApplicationRecord; deployment: DeploymentRecord }> {
  const { row: application } = await createApplication(world, patch);
  const { row: deployment, request } = await createDeployment(
    world,
    application,
    world.sandbox.artifact(behaviour),
  );
  assert.equal((await finished(world, request)).status, 'SUCCEEDED');
  return { application, deployment };
}

/** The work request once it is finished. */
export async function finished(world: World, { id }: WorkRequestRecord): Promise<WorkRequestRecord> {
  return await eventually(world, async () => {
    const request = await world.store.workRequests.get(id);
    assert(request?.timeFinished, `work request is ${request?.status}`);
    return request;
  });
}

/** Milliseconds. */
const deadline = 20_000;

/** Checks again at every change in store or directory until it holds; now and then without one. */
export async function eventually<Value>(
  { store, directory }: Pick<World, 'store' | 'directory'>,
  check: () => Promise<Value> | Value,
): Promise<Value> {
  const until = performance.now() + deadline;
  for (;;) {
    const { promise: change, resolve } = Promise.withResolvers<void>();
    using _rows = store.changes.watch(() => resolve());
    using _endpoints = directory.watch(() => resolve());
    try {
      return await check();
    } catch (error) {
      if (performance.now() > until) throw error;
    }
    const timer = setTimeout(resolve, 25);
    await change;
    clearTimeout(timer);
  }
}

/** Where the replicas of an application that take arrivals answer. */
export function readyUrls({ directory }: World, { id }: ApplicationRecord): string[] {
  const replicas = directory.get(id)?.replicas.filter(({ state }) => state === 'ready') ?? [];
  return replicas.map(({ host, port }) => `http://${host}:${port}`);
}

export async function environmentOf(url: string | undefined): Promise<Record<string, string>> {
  return JSON.parse(await (await fetch(`${url}/environment`, { headers: { connection: 'close' } })).text());
}

export const variable = (name: string, value: string): EnvironmentVariable => ({
  name,
  type: 'PLAINTEXT',
  value,
});

/** Processes of all replicas that were ever shown. */
export async function leftProcesses({ shown }: World): Promise<number[]> {
  const found = await Promise.all([...shown].map((id) => strays({ leader: 0, mark: markOf(id) })));
  return found.flat();
}

/** What went wrong, as the owner reads it. */
export async function errorsOf({ store }: World, { id }: WorkRequestRecord): Promise<string> {
  const query = { limit: 10, sortBy: 'timestamp', sortOrder: 'ASC' } as const;
  return (await store.workRequests.errors(id, query)).items.map(({ message }) => message).join('\n');
}

export async function logOf({ store }: World, { id }: WorkRequestRecord): Promise<string[]> {
  const query = { limit: 50, sortBy: 'timestamp', sortOrder: 'ASC' } as const;
  return (await store.workRequests.logs(id, query)).items.map(({ message }) => message);
}

/** Runs the work in a first world, then a second one over the same store and files. */
export async function acrossRestart(
  before: (world: World) => Promise<void>,
  after: (world: World) => Promise<void>,
): Promise<void> {
  await using store = await openStore({ path: ':memory:', clock, random });
  await using sandbox = await openSandbox();
  {
    await using world = await openWorld({ store, sandbox });
    await before(world);
  }
  await using world = await makeWorld({ store, sandbox });
  await after(world);
}
