/** A management API over a real store in memory, callers of every role, and a reconciler that only fulfils wishes. */
import assert from 'node:assert/strict';
import {
  type User,
  Problem,
  roles,
  type AuditEntry,
  type LogLine,
  type OAuthClient,
  type Role,
  type ScalingStatus,
} from '@mooring/contract';
import { pino } from 'pino';
import { systemRandom } from '../kit/clock.ts';
import { keyLength } from '../secrets/key.ts';
import { openVault } from '../secrets/vault.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { testClock, type TestClock } from '../store/suite/case.ts';
import { createManagementApi, type ManagementApi } from './api.ts';
import type { Arrival, ControlPorts, IdentityPort } from './ports.ts';

export const issuer = 'https://localhost:9443/identity';

/** `as: null` sends no credential. */
export interface CallOptions {
  readonly as?: Role | null;
  /** JSON. */
  readonly body?: unknown;
  /** Sent as it is instead of `body`. */
  readonly text?: string;
  readonly headers?: Record<string, string>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed when it is JSON, else empty. */
  readonly body: Body;
  /** The body's `id` and `message`; empty when there is none. */
  readonly id: string;
  readonly message: string;
}

export interface Body {
  readonly [field: string]: Value;
}
export type Value = string | number | boolean | null | undefined | Body | Value[];

export interface TestApi extends AsyncDisposable {
  readonly api: ManagementApi;
  readonly ports: ControlPorts;
  readonly store: Store;
  readonly clock: TestClock;
  /** The root compartment. */
  readonly compartmentId: string;
  /** Lines that were logged. */
  readonly logged: string[];
  /** Default role: admin. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** The audit log, newest first. */
  audit(): Promise<AuditEntry[]>;
  /** Fulfils every open wish, as the reconciler does when all goes well. */
  settle(): Promise<void>;
}

/** What the reconciler tells of an application that nobody uses. */
const asleep: ScalingStatus = {
  metric: 'CONCURRENCY',
  target: 10,
  minReplica: 0,
  maxReplica: 3,
  wanted: 0,
  ready: 0,
  panicking: false,
  decisions: [],
};

export async function openTestApi(given: Partial<ControlPorts> = {}): Promise<TestApi> {
  const clock = testClock();
  const store = await openStore({ path: ':memory:', clock, random: systemRandom });
  const logged: string[] = [];
  const ports: ControlPorts = {
    store,
    authenticate: async ({ header }) => ({
      operator: { role: roleOf(header('authorization')[0]), subject: 'someone', clientId: 'test' },
    }),
    identity: testIdentity(),
    status: { applicationStatus: () => undefined, scaling: async () => asleep, serverReady: () => true },
    logs: () => noLines(),
    metrics: { contentType: 'text/plain; version=0.0.4; charset=utf-8', read: async () => '' },
    urls: () => ({ applications: 'https://localhost:8443', applicationsPlain: 'http://localhost:8080/' }),
    checkRegistry: async ({ password }) =>
      password === 'wrong' ? { verified: true, refused: 'unauthorized' } : { verified: false },
    vault: await openVault({
      secrets: store.secrets,
      file: '',
      given: Buffer.alloc(keyLength).toString('base64'),
      random: systemRandom,
    }),
    allowProcesses: true,
    version: '0.0.0-test',
    clock,
    log: pino({ level: 'debug' }, { write: (line) => void logged.push(line) }),
    ...given,
  };
  const api = createManagementApi(ports);
  return {
    api,
    ports,
    store,
    clock,
    compartmentId: (await store.compartments.root()).id,
    logged,
    call: (method, path, options) => call(api, requestOf(method, path, options)),
    audit: () => auditOf(store),
    settle: () => settle(store),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

function roleOf(authorization: string | undefined): Role {
  const role = roles.find((role) => authorization === `Bearer ${role}`);
  if (!role)
    throw new Problem('NotAuthenticated', 'A bearer token is needed.', { challenge: 'Bearer scope="x"' });
  return role;
}

async function* noLines(): AsyncGenerator<LogLine, void> {}

function requestOf(method: string, path: string, options: CallOptions = {}): Request {
  const { as = 'admin', body, text, headers } = options;
  const sent = text ?? (body === undefined ? undefined : JSON.stringify(body));
  return new Request(`http://localhost:9080${path}`, {
    method,
    headers: {
      ...(as !== null && { authorization: `Bearer ${as}` }),
      ...(sent !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(sent !== undefined && { body: sent }),
  });
}

/** As the listener describes it. */
export function arrivalOf(request: Request): Arrival {
  const { pathname, search } = new URL(request.url);
  return {
    method: request.method,
    target: pathname + search,
    header: (name) => [request.headers.get(name) ?? []].flat(),
    address: '192.0.2.7',
  };
}

async function call(api: ManagementApi, request: Request): Promise<Answer> {
  const response = await api.fetch(request, arrivalOf(request));
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  const body: Body = isJson ? JSON.parse(text) : {};
  const { id, message } = body;
  return {
    status: response.status,
    headers: response.headers,
    text,
    body,
    id: typeof id === 'string' ? id : '',
    message: typeof message === 'string' ? message : '',
  };
}

function testIdentity(): IdentityPort {
  const clients: OAuthClient[] = [];
  const users: User[] = [];
  return {
    issuer,
    issuers: () => [issuer, 'https://mooring.example/identity'],
    async createClient({ name, applicationId, redirectUris = [] }) {
      const client: OAuthClient = {
        clientId: `client${clients.length + 1}`,
        name,
        applicationId,
        grantTypes: ['client_credentials'],
        redirectUris: [...redirectUris],
        timeCreated: '2026-01-02T03:04:05.000Z',
      };
      clients.push(client);
      return {
        ...client,
        clientSecret: 'the-secret',
        tokenUrl: `${issuer}/oauth2/v1/token`,
        scope: 'joined',
      };
    },
    listClients: async (filter) =>
      clients.filter(({ applicationId }) => applicationId === filter.applicationId),
    async deleteClient(clientId) {
      const index = clients.findIndex((client) => client.clientId === clientId);
      if (index >= 0) clients.splice(index, 1);
      return index >= 0;
    },
    listUsers: async () => users,
    async createUser({ name, role, password }) {
      const user = { name, role, timeCreated: '2026-01-02T03:04:05.000Z' };
      users.push(user);
      return { ...user, ...(password === undefined && { password: 'made-for-you' }) };
    },
    async deleteUser(name) {
      const index = users.findIndex((user) => user.name === name);
      if (index >= 0) users.splice(index, 1);
      return index >= 0;
    },
    issueToken: async ({ clientId }) => ({
      accessToken: `token-of-${clientId}`,
      tokenType: 'Bearer',
      expiresIn: 3600,
    }),
  };
}

async function auditOf({ audit }: Store): Promise<AuditEntry[]> {
  return (await audit.page({ sortBy: 'timestamp', sortOrder: 'DESC', limit: 100 })).items;
}

async function settle(store: Store): Promise<void> {
  for (const { id, operationType, resources } of await store.workRequests.open()) {
    const subject = resources[0]?.identifier ?? '';
    await store.transaction(async (tx) => {
      await tx.workRequests.begin(id);
      if (operationType === 'DELETE_HOSTED_DEPLOYMENT') await tx.deployments.setState(subject, 'DELETED');
      else if (operationType === 'DELETE_APPLICATION_DEPLOYMENT') {
        const deployment = await tx.deployments.ofApplication(subject);
        if (deployment) await tx.deployments.setState(deployment.id, 'DELETED');
        await tx.applications.setState(subject, 'DELETED');
      } else if (operationType.endsWith('HOSTED_DEPLOYMENT')) {
        const deployment = await tx.deployments.get(subject);
        if (deployment) await tx.deployments.activate(subject, deployment.wantedArtifactId);
      } else await tx.applications.setState(subject, 'ACTIVE');
      await tx.workRequests.succeed(id);
    });
  }
}

/** A body that creates an application without authentication. */
export const openApplication = ({ compartmentId }: TestApi, given: object = {}): object => ({
  displayName: 'weather',
  compartmentId,
  inboundAuthConfig: { inboundAuthConfigType: 'NO_AUTH_CONFIG' },
  ...given,
});

/** Protected by this server's own identity domain. */
export const ownAuth = (audience = 'weather', scope = 'invoke'): object => ({
  inboundAuthConfigType: 'IDCS_AUTH_CONFIG',
  idcsConfig: { domainUrl: `${issuer}/`, audience, scope },
});

export const processArtifact = (number: number): object => ({
  artifactType: 'LOCAL_PROCESS_ARTIFACT',
  command: ['node', `v${number}.ts`],
  workingDirectory: '/srv',
});

export const dockerArtifact = (tag: string): object => ({
  artifactType: 'SIMPLE_DOCKER_ARTIFACT',
  containerUri: 'registry.example/weather',
  tag,
});

/** Creates an application; ACTIVE when it returns. */
export async function makeApplication(api: TestApi, given: object = {}): Promise<string> {
  const created = await api.call('POST', '/20231130/hostedApplications', {
    body: openApplication(api, given),
  });
  assert.equal(created.status, 201, created.text);
  await api.settle();
  return created.id;
}

/** Puts a storage into the store, as a backend would have made it; ACTIVE. */
export async function makeStorage({ store, compartmentId }: TestApi, displayName = 'cache'): Promise<string> {
  const { id } = await store.storages.create({
    displayName,
    description: undefined,
    compartmentId,
    storageType: 'CACHE',
    freeformTags: {},
    definedTags: {},
  });
  await store.storages.setState(id, 'ACTIVE');
  return id;
}

/** A body that creates an IAM application. */
export const iamApplication = ({ compartmentId }: TestApi, given: object = {}): object => ({
  displayName: 'signed',
  compartmentId,
  ...given,
});

/** Creates an IAM application; ACTIVE when it returns. */
export async function makeIamApplication(api: TestApi, given: object = {}): Promise<string> {
  const created = await api.call('POST', '/20231130/hostedApplicationsIam', {
    body: iamApplication(api, given),
  });
  assert.equal(created.status, 201, created.text);
  await api.settle();
  return created.id;
}

/** Creates an application with its deployment; both ACTIVE when it returns. */
export async function makeDeployment(
  api: TestApi,
  { artifact = processArtifact(1), ...given }: { artifact?: object; [field: string]: unknown } = {},
): Promise<{ applicationId: string; id: string }> {
  const applicationId = await makeApplication(api, given);
  const body = {
    compartmentId: api.compartmentId,
    hostedApplicationId: applicationId,
    activeArtifact: artifact,
  };
  const created = await api.call('POST', '/20231130/hostedDeployments', { body });
  assert.equal(created.status, 201, created.text);
  await api.settle();
  return { applicationId, id: created.id };
}
