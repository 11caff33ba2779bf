/** Every operation against everybody: nobody, a role too weak, the right role; a bad body, an absent object, a stale etag. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { roles, type Role } from '@mooring/contract';
import { readDescription } from '@mooring/test/described';
import { verifies } from '@mooring/test/verifies';
import { buildApi } from './api.ts';
import {
  dockerArtifact,
  iamApplication,
  makeApplication,
  makeDeployment,
  makeIamApplication,
  makeStorage,
  openApplication,
  openTestApi,
  ownAuth,
  processArtifact,
  type Answer,
  type CallOptions,
  type TestApi,
} from './api.fixture.ts';

const publicKey = String(
  generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }),
);
const newKey = (): object => ({ publicKey, name: 'laptop', role: 'operator' });

interface Operation {
  readonly method: string;
  /** As it is registered. */
  readonly path: string;
  readonly role: Role;
  readonly status: number;
  /** Makes what the operation needs; answers the values of the path's parameters. */
  readonly prepare?: (api: TestApi) => Promise<Record<string, string>>;
  readonly query?: (api: TestApi) => string;
  readonly body?: (api: TestApi, made: Record<string, string>) => unknown;
  /** A body that is refused, and what the message says. */
  readonly bad?: readonly [body: unknown, message: RegExp];
}

const absentId = 'ocid1.generativeaihostedapplication.mooring.local.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';

const application = async (api: TestApi): Promise<Record<string, string>> => ({
  id: await makeApplication(api, { inboundAuthConfig: ownAuth() }),
});
const ofIam = async (api: TestApi): Promise<Record<string, string>> => ({
  id: await makeIamApplication(api),
});
const storage = async (api: TestApi): Promise<Record<string, string>> => ({ id: await makeStorage(api) });
const deployment = async (api: TestApi): Promise<Record<string, string>> => {
  const { id, applicationId } = await makeDeployment(api);
  return { id, applicationId };
};
const spareArtifact = async (api: TestApi): Promise<Record<string, string>> => {
  const { id } = await makeDeployment(api);
  const added = await api.call('POST', `/20231130/hostedDeployments/${id}/artifacts`, {
    body: { artifact: processArtifact(2) },
  });
  return { id, artifactId: added.id };
};
const failedDeployment = async (api: TestApi): Promise<Record<string, string>> => {
  const { id } = await makeDeployment(api);
  await api.store.deployments.setState(id, 'NEEDS_ATTENTION');
  return { id };
};
const workRequest = async (api: TestApi): Promise<Record<string, string>> => {
  await makeApplication(api);
  const { compartmentId } = api;
  const query = { compartmentId, sortBy: 'timeAccepted', sortOrder: 'ASC', limit: 1 } as const;
  const { items } = await api.store.workRequests.page(query);
  return { id: items[0]?.id ?? '' };
};
const aSecret = async (api: TestApi): Promise<Record<string, string>> => ({
  id: (await api.call('POST', '/v1/secrets', { body: { name: 'key', value: 'v' } })).id,
});
const inCompartment = ({ compartmentId }: TestApi): string => `?compartmentId=${compartmentId}`;

const oci = '/20231130';
const operations: readonly Operation[] = [
  {
    method: 'post',
    path: `${oci}/hostedApplications`,
    role: 'operator',
    status: 201,
    body: openApplication,
    bad: [
      { displayName: '9' },
      /displayName must start.*compartmentId must not be null.*inboundAuthConfig must not be null/,
    ],
  },
  { method: 'get', path: `${oci}/hostedApplications`, role: 'read-only', status: 200, query: inCompartment },
  {
    method: 'get',
    path: `${oci}/hostedApplications/{id}`,
    role: 'read-only',
    status: 200,
    prepare: application,
  },
  {
    method: 'put',
    path: `${oci}/hostedApplications/{id}`,
    role: 'operator',
    status: 202,
    prepare: application,
    body: () => ({ description: 'new' }),
    bad: [{ networkingConfig: {} }, /networkingConfig cannot be changed/],
  },
  {
    method: 'delete',
    path: `${oci}/hostedApplications/{id}`,
    role: 'operator',
    status: 202,
    prepare: application,
  },
  {
    method: 'post',
    path: `${oci}/hostedApplications/{id}/actions/changeCompartment`,
    role: 'operator',
    status: 204,
    prepare: application,
    body: ({ compartmentId }) => ({ compartmentId }),
    bad: [{}, /compartmentId must not be null/],
  },
  {
    method: 'post',
    path: `${oci}/hostedApplicationsIam`,
    role: 'operator',
    status: 201,
    body: iamApplication,
    bad: [
      { displayName: '9', inboundAuthConfig: {} },
      /displayName must start.*compartmentId must not be null.*inboundAuthConfig is not a known field/,
    ],
  },
  {
    method: 'get',
    path: `${oci}/hostedApplicationsIam`,
    role: 'read-only',
    status: 200,
    query: inCompartment,
  },
  {
    method: 'get',
    path: `${oci}/hostedApplicationsIam/{id}`,
    role: 'read-only',
    status: 200,
    prepare: ofIam,
  },
  {
    method: 'put',
    path: `${oci}/hostedApplicationsIam/{id}`,
    role: 'operator',
    status: 202,
    prepare: ofIam,
    body: () => ({ description: 'new' }),
    bad: [{ inboundAuthConfig: {} }, /inboundAuthConfig is not a known field/],
  },
  {
    method: 'delete',
    path: `${oci}/hostedApplicationsIam/{id}`,
    role: 'operator',
    status: 202,
    prepare: ofIam,
  },
  {
    method: 'post',
    path: `${oci}/hostedApplicationsIam/{id}/actions/changeCompartment`,
    role: 'operator',
    status: 204,
    prepare: ofIam,
    body: ({ compartmentId }) => ({ compartmentId }),
    bad: [{}, /compartmentId must not be null/],
  },
  {
    method: 'post',
    path: `${oci}/hostedDeployments`,
    role: 'operator',
    status: 201,
    prepare: application,
    body: ({ compartmentId }, { id }) => ({
      compartmentId,
      hostedApplicationId: id,
      activeArtifact: dockerArtifact('1'),
    }),
    bad: [
      { activeArtifact: { artifactType: 'X' } },
      /activeArtifact.artifactType must be one of SIMPLE_DOCKER_ARTIFACT/,
    ],
  },
  { method: 'get', path: `${oci}/hostedDeployments`, role: 'read-only', status: 200, query: inCompartment },
  {
    method: 'get',
    path: `${oci}/hostedDeployments/{id}`,
    role: 'read-only',
    status: 200,
    prepare: deployment,
  },
  {
    method: 'put',
    path: `${oci}/hostedDeployments/{id}`,
    role: 'operator',
    status: 200,
    prepare: deployment,
    body: () => ({ activeArtifact: processArtifact(1) }),
    bad: [{ activeArtifact: dockerArtifact('9') }, /Artifact not exists/],
  },
  {
    method: 'delete',
    path: `${oci}/hostedDeployments/{id}`,
    role: 'operator',
    status: 202,
    prepare: failedDeployment,
  },
  {
    method: 'post',
    path: `${oci}/hostedDeployments/{id}/artifacts`,
    role: 'operator',
    status: 201,
    prepare: deployment,
    body: () => ({ artifact: dockerArtifact('2') }),
    bad: [{ artifact: { artifactType: 'SIMPLE_DOCKER_ARTIFACT' } }, /artifact.containerUri must not be null/],
  },
  {
    method: 'delete',
    path: `${oci}/hostedDeployments/{id}/artifacts/{artifactId}`,
    role: 'operator',
    status: 204,
    prepare: spareArtifact,
  },
  { method: 'get', path: `${oci}/workRequests`, role: 'read-only', status: 200, query: inCompartment },
  { method: 'get', path: `${oci}/workRequests/{id}`, role: 'read-only', status: 200, prepare: workRequest },
  {
    method: 'get',
    path: `${oci}/workRequests/{id}/errors`,
    role: 'read-only',
    status: 200,
    prepare: workRequest,
  },
  {
    method: 'get',
    path: `${oci}/workRequests/{id}/logs`,
    role: 'read-only',
    status: 200,
    prepare: workRequest,
  },
  { method: 'get', path: '/v1/status', role: 'read-only', status: 200 },
  { method: 'get', path: '/v1/compartments', role: 'read-only', status: 200 },
  { method: 'get', path: '/openapi.json', role: 'read-only', status: 200 },
  { method: 'get', path: '/metrics', role: 'read-only', status: 200 },
  {
    method: 'get',
    path: '/v1/applications/{id}/status',
    role: 'read-only',
    status: 200,
    prepare: application,
  },
  {
    method: 'get',
    path: '/v1/applications/{id}/scaling',
    role: 'read-only',
    status: 200,
    prepare: application,
  },
  { method: 'get', path: '/v1/applications/{id}/logs', role: 'read-only', status: 200, prepare: application },
  {
    method: 'get',
    path: '/v1/applications/{id}/settings',
    role: 'read-only',
    status: 200,
    prepare: application,
  },
  {
    method: 'put',
    path: '/v1/applications/{id}/settings',
    role: 'operator',
    status: 200,
    prepare: application,
    body: () => ({ hold: 5 }),
    bad: [{ hold: -1, drain: 3 }, /hold.*drain is not a known field/],
  },
  {
    method: 'get',
    path: '/v1/applications/{id}/clients',
    role: 'read-only',
    status: 200,
    prepare: application,
  },
  {
    method: 'post',
    path: '/v1/applications/{id}/clients',
    role: 'admin',
    status: 201,
    prepare: application,
    body: () => ({ name: 'mine' }),
    bad: [{ redirectUris: ['x'] }, /name must not be null.*redirectUris\[0\]/],
  },
  {
    method: 'delete',
    path: '/v1/applications/{id}/clients/{clientId}',
    role: 'admin',
    status: 204,
    prepare: async (api) => ({ ...(await application(api)), clientId: 'client1' }),
  },
  {
    method: 'post',
    path: '/v1/applications/{id}/tokens',
    role: 'operator',
    status: 200,
    prepare: application,
  },
  {
    method: 'post',
    path: '/v1/compartments',
    role: 'admin',
    status: 201,
    body: () => ({ name: 'team-a' }),
    bad: [{ name: 'team a' }, /name must hold only letters/],
  },
  {
    method: 'delete',
    path: '/v1/compartments/{id}',
    role: 'admin',
    status: 204,
    prepare: async ({ store }) => ({ id: (await store.compartments.create('team-a'))?.id ?? '' }),
  },
  {
    method: 'post',
    path: `${oci}/hostedApplicationStorages`,
    role: 'operator',
    status: 403,
    body: ({ compartmentId }) => ({ displayName: 'cache', compartmentId, storageType: 'CACHE' }),
    bad: [
      { displayName: 'cache', storageType: 'TAPE' },
      /compartmentId must not be null.*storageType must be one of CACHE, POSTGRESQL, ADB/,
    ],
  },
  {
    method: 'get',
    path: `${oci}/hostedApplicationStorages`,
    role: 'read-only',
    status: 200,
    query: inCompartment,
  },
  {
    method: 'get',
    path: `${oci}/hostedApplicationStorages/{id}`,
    role: 'read-only',
    status: 200,
    prepare: storage,
  },
  {
    method: 'delete',
    path: `${oci}/hostedApplicationStorages/{id}`,
    role: 'operator',
    status: 202,
    prepare: storage,
  },
  {
    method: 'post',
    path: `${oci}/hostedApplicationStorages/{id}/actions/changeCompartment`,
    role: 'operator',
    status: 204,
    prepare: storage,
    body: ({ compartmentId }) => ({ compartmentId }),
    bad: [{}, /compartmentId must not be null/],
  },
  { method: 'get', path: '/v1/apiKeys', role: 'admin', status: 200 },
  {
    method: 'post',
    path: '/v1/apiKeys',
    role: 'admin',
    status: 201,
    body: () => newKey(),
    bad: [{ publicKey: 'x', name: 'x', role: 'root' }, /role must be one of/],
  },
  {
    method: 'delete',
    path: '/v1/apiKeys/{id}',
    role: 'admin',
    status: 204,
    prepare: async (api) => ({ id: (await api.call('POST', '/v1/apiKeys', { body: newKey() })).id }),
  },
  { method: 'get', path: '/v1/secrets', role: 'operator', status: 200 },
  {
    method: 'post',
    path: '/v1/secrets',
    role: 'admin',
    status: 201,
    body: () => ({ name: 'key', value: 'v' }),
    bad: [{ name: 'a b', value: '', of: 1 }, /name must hold only.*value is wrong.*of is not a known field/],
  },
  { method: 'get', path: '/v1/secrets/{id}', role: 'operator', status: 200, prepare: aSecret },
  {
    method: 'put',
    path: '/v1/secrets/{id}',
    role: 'admin',
    status: 200,
    prepare: aSecret,
    body: () => ({ value: 'w' }),
    bad: [{ name: 'other' }, /value must not be null.*name is not a known field/],
  },
  {
    method: 'delete',
    path: '/v1/secrets/{id}',
    role: 'admin',
    status: 204,
    prepare: aSecret,
  },
  { method: 'get', path: '/v1/users', role: 'admin', status: 200 },
  {
    method: 'post',
    path: '/v1/users',
    role: 'admin',
    status: 201,
    body: () => ({ name: 'mona', role: 'operator' }),
    bad: [
      { name: '', password: 'short', of: 1 },
      /name is wrong.*password is wrong.*of is not a known field/,
    ],
  },
  {
    method: 'delete',
    path: '/v1/users/{name}',
    role: 'admin',
    status: 204,
    prepare: async (api) => {
      await api.call('POST', '/v1/users', { body: { name: 'mona' } });
      return { name: 'mona' };
    },
  },
  { method: 'get', path: '/v1/registries', role: 'operator', status: 200 },
  {
    method: 'put',
    path: '/v1/registries/{host}',
    role: 'admin',
    status: 200,
    prepare: async () => ({ host: 'registry.example:5000' }),
    body: () => ({ username: 'ann', password: 'p' }),
    bad: [{ username: '', of: 1 }, /username is wrong.*password must not be null.*of is not a known field/],
  },
  {
    method: 'delete',
    path: '/v1/registries/{host}',
    role: 'admin',
    status: 204,
    prepare: async (api) => {
      const host = 'registry.example:5000';
      await api.call('PUT', `/v1/registries/${host}`, { body: { username: 'ann', password: 'p' } });
      return { host };
    },
  },
  { method: 'get', path: '/v1/audit', role: 'admin', status: 200 },
];

/** What the description says of the operations: it decides which tests each of them gets. */
interface Told {
  /** Whether it takes a body. */
  readonly body: boolean;
  /** Whether it takes an etag. */
  readonly ifMatch: boolean;
}

const told = await (async () => {
  await using api = await openTestApi();
  const { paths } = buildApi(api.ports).getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: '', version: '' },
  });
  return new Map(
    Object.entries(paths ?? {}).flatMap(([path, item]) =>
      [item.get, item.post, item.put, item.delete, item.patch].flatMap((operation, index) => {
        if (!operation) return [];
        const method = ['get', 'post', 'put', 'delete', 'patch'][index];
        const names = (operation.parameters ?? []).flatMap((one) => ('name' in one ? [one.name] : []));
        const facts: Told = {
          body: operation.requestBody !== undefined,
          ifMatch: names.includes('if-match'),
        };
        return [[`${method} ${path} ${operation['x-mooring-role']}`, facts] as const];
      }),
    ),
  );
})();

const toldOf = ({ method, path, role }: Operation): Told | undefined => told.get(`${method} ${path} ${role}`);

interface Prepared {
  readonly path: string;
  readonly body?: unknown;
}

async function prepare(api: TestApi, { path, prepare, query, body }: Operation): Promise<Prepared> {
  const made = (await prepare?.(api)) ?? {};
  return {
    path: fill(path, made) + (query?.(api) ?? ''),
    ...(body && { body: body(api, made) }),
  };
}

const fill = (path: string, values: Record<string, string>): string =>
  path.replaceAll(/{(.+?)}/g, (_, name: string) => values[name] ?? '');

test('the table names every operation of the description with its role, and a bad body for each that takes one', () => {
  const listed = operations.map(({ method, path, role }) => `${method} ${path} ${role}`);
  assert.deepEqual(listed.toSorted(), [...told.keys()].toSorted());
  for (const operation of operations) {
    const name = `${operation.method} ${operation.path}`;
    assert.equal(operation.bad !== undefined, toldOf(operation)?.body, `a bad body of ${name}`);
    const changesOne = operation.path.startsWith('/20231130') && /^(put|delete)$/.test(operation.method);
    if (changesOne) assert.ok(toldOf(operation)?.ifMatch, `${name} takes no if-match`);
  }
});

/** What the API says about itself. */
const description = await (async () => {
  await using api = await openTestApi();
  return readDescription((await api.call('GET', '/openapi.json')).body);
})();

/** A call that goes as the API describes it, or fails the test. */
async function described(
  api: TestApi,
  [method, target]: readonly [string, string],
  options: CallOptions,
): Promise<Answer> {
  const answer = await api.call(method, target, options);
  const { status, headers, text: body } = answer;
  const requestBody = options.body === undefined ? '' : JSON.stringify(options.body);
  const requestHeaders = new Headers(options.headers);
  description.check({ method, target, requestHeaders, requestBody, status, headers, body });
  return answer;
}

test(verifies('management:described', 'every path that the router knows is described'), async () => {
  await using api = await openTestApi();
  const built = buildApi(api.ports);
  const { paths } = built.getOpenAPI31Document({ openapi: '3.1.0', info: { title: '', version: '' } });
  const told = Object.entries(paths ?? {}).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replaceAll(/{(.+?)}/g, ':$1')}`),
  );
  const routed = built.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(new Set(told), new Set(routed));
  assert.equal(description.operationIds.length, told.length);
});

for (const operation of operations) {
  const { method, path, role, status, bad } = operation;
  const name = `${method.toUpperCase()} ${path}`;

  test(`${name} is for whoever has the role ${role}, and answers as described`, async () => {
    await using api = await openTestApi();
    const { path, body } = await prepare(api, operation);
    const changes: unknown[] = [];
    using _watch = api.store.changes.watch((change) => changes.push(change));
    const nobody = await described(api, [method, path], { as: null, body });
    assert.deepEqual([nobody.status, nobody.body.code], [401, 'NotAuthenticated']);
    assert.match(nobody.headers.get('www-authenticate') ?? '', /^Bearer/);
    for (const as of roles.slice(0, roles.indexOf(role))) {
      const weaker = await described(api, [method, path], { as, body });
      assert.deepEqual([weaker.status, weaker.body.code], [403, 'NotAllowed'], as);
      assert.match(weaker.message, new RegExp(`role ${role}`));
    }
    assert.deepEqual(changes, []);
    const right = await described(api, [method, path], { as: role, body });
    assert.equal(right.status, status, right.text);
    const opcRequestId = right.headers.get('opc-request-id') ?? '';
    assert.match(opcRequestId, /^[0-9A-F]{32}$/);
    const trail = (await api.audit()).filter((entry) => entry.opcRequestId === opcRequestId);
    const expected = method === 'get' ? [] : [`${status < 400 ? 'SUCCEEDED' : 'REFUSED'} ${name}`];
    assert.deepEqual(
      trail.map((entry) => `${entry.outcome} ${entry.operation}`),
      expected,
    );
  });

  if (bad)
    test(`${name} refuses a bad body and names its fields`, async () => {
      await using api = await openTestApi();
      const { path } = await prepare(api, operation);
      const [body, message] = bad;
      const refused = await api.call(method, path, { body });
      assert.deepEqual([refused.status, refused.body.code], [400, 'InvalidParameter'], refused.text);
      assert.match(refused.message, message);
    });

  if (path.includes('{id}'))
    test(`${name} answers 404 for what does not exist`, async () => {
      await using api = await openTestApi();
      const { body } = await prepare(api, operation);
      const absent = await api.call(method, fill(path, { id: absentId, artifactId: '1', clientId: 'x' }), {
        body,
      });
      assert.deepEqual([absent.status, absent.body.code], [404, 'NotAuthorizedOrNotFound'], absent.text);
    });

  const child = /\{id\}.*\{(.+?)\}/.exec(path)?.[1];
  if (child !== undefined)
    test(`${name} answers 404 when there is no such ${child}`, async () => {
      await using api = await openTestApi();
      const made = (await operation.prepare?.(api)) ?? {};
      const absent = await api.call(method, fill(path, { ...made, [child]: '999' }));
      assert.deepEqual([absent.status, absent.body.code], [404, 'NotAuthorizedOrNotFound'], absent.text);
    });

  if (operation.query)
    test(`${name} answers 404 for a compartment that does not exist`, async () => {
      await using api = await openTestApi();
      const absent = await api.call(method, `${path}?compartmentId=${absentId}`);
      assert.deepEqual([absent.status, absent.body.code], [404, 'NotAuthorizedOrNotFound'], absent.text);
    });

  if (toldOf(operation)?.ifMatch)
    test(`${name} changes only what the etag names`, async () => {
      await using api = await openTestApi();
      const { path, body } = await prepare(api, operation);
      const changes: unknown[] = [];
      using _watch = api.store.changes.watch((change) => changes.push(change));
      const stale = await api.call(method, path, { body, headers: { 'if-match': '"999"' } });
      assert.deepEqual([stale.status, stale.body.code], [412, 'NoEtagMatch'], stale.text);
      assert.deepEqual(changes, []);
      const current = /its etag is ("\d+")/.exec(stale.message)?.[1] ?? '';
      const right = await api.call(method, path, { body, headers: { 'if-match': current } });
      assert.equal(right.status, status, right.text);
    });
}
