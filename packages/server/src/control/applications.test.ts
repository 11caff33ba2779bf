import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  issuer,
  makeApplication,
  makeDeployment,
  openApplication,
  openTestApi,
  ownAuth,
  processArtifact,
  type TestApi,
} from './api.fixture.ts';

const root = '/20231130/hostedApplications';
const create = (api: TestApi, given: object = {}): ReturnType<TestApi['call']> =>
  api.call('POST', root, { body: openApplication(api, given) });

test('a creation answers at once with CREATING, an etag and a work request that leads to ACTIVE', async () => {
  await using api = await openTestApi();
  const given = {
    description: 'x',
    freeformTags: { a: 'b' },
    environmentVariables: [{ name: 'A', type: 'PLAINTEXT', value: '1' }],
  };
  const created = await create(api, given);
  assert.equal(created.status, 201);
  const { id } = created;
  const { id: _id, ...rest } = created.body;
  const time = new Date(api.clock.now()).toISOString();
  assert.deepEqual(rest, {
    ...openApplication(api, given),
    timeCreated: time,
    timeUpdated: time,
    lifecycleState: 'CREATING',
    scalingConfig: {
      scalingType: 'REQUESTS_PER_SECOND',
      minReplica: 1,
      maxReplica: 3,
      targetRpsThreshold: 50,
    },
    networkingConfig: {
      inboundNetworkingConfig: { endpointMode: 'PUBLIC' },
      outboundNetworkingConfig: { networkMode: 'MANAGED' },
    },
    storageConfigs: [],
    definedTags: {},
    systemTags: {},
  });
  const accepted = await api.call(
    'GET',
    `/20231130/workRequests/${created.headers.get('opc-work-request-id')}`,
  );
  assert.deepEqual([accepted.body.status, accepted.headers.get('retry-after')], ['ACCEPTED', '1']);
  assert.deepEqual(accepted.body.resources, [
    {
      entityType: 'HOSTED_APPLICATION',
      actionType: 'IN_PROGRESS',
      identifier: id,
      entityUri: `${root}/${id}`,
    },
  ]);
  await api.settle();
  const active = await api.call('GET', `${root}/${id}`);
  assert.equal(active.body.lifecycleState, 'ACTIVE');
  assert.notEqual(active.headers.get('etag'), created.headers.get('etag'));
});

const refusals: readonly (readonly [name: string, given: object, status: number, message: RegExp])[] = [
  ['a name that begins with a digit', { displayName: '1a' }, 400, /displayName must start with/],
  ['a name with a blank', { displayName: 'a b' }, 400, /displayName must start with/],
  ['an unknown field', { colour: 'red' }, 400, /colour is not a known field/],
  [
    'paths without authentication',
    { publicAccessPathPatterns: ['/health', '/assets/*'] },
    400,
    /publicAccessPathPatterns is not supported: .*NO_AUTH_CONFIG/,
  ],
  ['an endpoint of its own', { applicationEndpoint: 'x.example' }, 400, /applicationEndpoint cannot be set/],
  [
    'sign-in by the browser’s session',
    { inboundAuthConfig: { inboundAuthConfigType: 'IDCS_SESSION_AUTH_CONFIG' } },
    400,
    /inboundAuthConfigType must be one of IDCS_AUTH_CONFIG, NO_AUTH_CONFIG/,
  ],
  ['no authentication config', { inboundAuthConfig: null }, 400, /inboundAuthConfig must not be null/],
  [
    'an unknown kind of authentication',
    { inboundAuthConfig: { inboundAuthConfigType: 'IDCS' } },
    400,
    /inboundAuthConfigType must be one of IDCS_AUTH_CONFIG, NO_AUTH_CONFIG/,
  ],
  [
    'several problems at once',
    { displayName: '', scalingConfig: { scalingType: 'LUCK', minReplica: -1 } },
    400,
    /displayName.*scalingConfig.scalingType must be one of CPU.*scalingConfig.minReplica/,
  ],
  [
    'more replicas at least than at most',
    { scalingConfig: { scalingType: 'CPU', minReplica: 3, maxReplica: 2 } },
    400,
    /scalingConfig.maxReplica must not be below minReplica/,
  ],
  [
    'a reserved environment name',
    { environmentVariables: [{ name: 'PORT', type: 'PLAINTEXT', value: '1' }] },
    400,
    /environmentVariables\[0\].name is reserved/,
  ],
  [
    'an environment name twice',
    {
      environmentVariables: ['1', '2'].map((value) => ({ name: 'A', type: 'PLAINTEXT', value })),
    },
    400,
    /environmentVariables\[1\].name/,
  ],
  [
    'a variable with a secret that is not there',
    { environmentVariables: [{ name: 'A', type: 'VAULT', value: 'ocid1.vaultsecret.x' }] },
    400,
    /environmentVariables\[0\].value of A must be the OCID of a secret that is there.*\/v1\/secrets/,
  ],
  [
    'a private endpoint',
    {
      networkingConfig: {
        inboundNetworkingConfig: { endpointMode: 'PRIVATE', privateEndpointId: 'x' },
        outboundNetworkingConfig: { networkMode: 'CUSTOM' },
      },
    },
    400,
    /endpointMode must be PUBLIC.*networkMode must be MANAGED/,
  ],
  [
    'another compartment',
    { compartmentId: 'ocid1.compartment.mooring.local.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' },
    404,
    /There is no compartment .*Use one of ocid1\.tenancy/,
  ],
  [
    'an own issuer without an audience',
    {
      inboundAuthConfig: {
        inboundAuthConfigType: 'IDCS_AUTH_CONFIG',
        idcsConfig: { domainUrl: issuer, scope: 'x' },
      },
    },
    400,
    /audience must not be null/,
  ],
  ['an audience with a blank', { inboundAuthConfig: ownAuth('a b') }, 400, /without spaces/],
  [
    'the audience of management',
    { inboundAuthConfig: ownAuth('urn:mooring:management', 'x') },
    409,
    /of this server itself/,
  ],
  [
    'a scope that joins to one of management',
    { inboundAuthConfig: ownAuth('urn:mooring:', 'managementadmin') },
    409,
    /of this server itself/,
  ],
];

for (const [name, given, status, message] of refusals)
  test(`a creation is refused for ${name}, and nothing is made`, async () => {
    await using api = await openTestApi();
    const refused = await create(api, given);
    assert.equal(refused.status, status, refused.text);
    assert.match(refused.message, message);
    assert.deepEqual(await api.store.applications.list(), []);
    assert.deepEqual(await api.store.workRequests.open(), []);
  });

test('two applications may share a name, but not audience and scope in one string', async () => {
  await using api = await openTestApi();
  const first = await create(api, { inboundAuthConfig: ownAuth('weather', 'invoke') });
  assert.equal(first.status, 201);
  const second = await create(api, { inboundAuthConfig: ownAuth('weath', 'erinvoke') });
  assert.deepEqual([second.status, second.body.code], [409, 'Conflict']);
  assert.match(second.message, new RegExp(first.id));
  assert.equal((await create(api, { inboundAuthConfig: ownAuth('weath', 'invoke') })).status, 201);
  await api.settle();
  await api.call('DELETE', `${root}/${first.id}`);
  const early = await create(api, { inboundAuthConfig: ownAuth('weather', 'invoke') });
  assert.deepEqual(
    [early.status, early.body.code, early.headers.get('retry-after')],
    [409, 'IncorrectState', '1'],
  );
  await api.settle();
  assert.equal((await create(api, { inboundAuthConfig: ownAuth('weather', 'invoke') })).status, 201);
});

test('an application of the own domain gets a default client, also under another name of the issuer', async () => {
  await using api = await openTestApi();
  const clientsOf = async (id: string): Promise<unknown[]> =>
    api.ports.identity.listClients({ applicationId: id });
  const own = await makeApplication(api, { inboundAuthConfig: ownAuth() });
  assert.equal((await clientsOf(own)).length, 1);
  const elsewhere = { domainUrl: 'https://idp.example', scope: 'invoke', audience: 'weather' };
  const foreign = await makeApplication(api, {
    inboundAuthConfig: { inboundAuthConfigType: 'IDCS_AUTH_CONFIG', idcsConfig: elsewhere },
  });
  assert.equal((await clientsOf(foreign)).length, 0);
  const named = { domainUrl: 'https://MOORING.example:443/identity/', scope: 'x', audience: 'y' };
  const other = await makeApplication(api, {
    inboundAuthConfig: { inboundAuthConfigType: 'IDCS_AUTH_CONFIG', idcsConfig: named },
  });
  assert.equal((await clientsOf(other)).length, 1);
});

test('a creation stands although its default client cannot be made', async () => {
  await using base = await openTestApi();
  const identity = { ...base.ports.identity, createClient: () => Promise.reject(new Error('no')) };
  await using api = await openTestApi({ identity });
  assert.equal((await create(api, { inboundAuthConfig: ownAuth() })).status, 201);
  assert.ok(api.logged.some((line) => line.includes('cannot make the default OAuth client')));
});

test('an update is a wish that keeps what it does not name; meanwhile other changes are to be repeated', async () => {
  await using api = await openTestApi();
  const { applicationId, id } = await makeDeployment(api, { description: 'old', freeformTags: { a: 'b' } });
  const path = `${root}/${applicationId}`;
  const before = await api.call('GET', path);
  const environmentVariables = [{ name: 'B', type: 'PLAINTEXT', value: '2' }];
  const updated = await api.call('PUT', path, { body: { displayName: 'other', environmentVariables } });
  assert.deepEqual([updated.status, updated.text], [202, '']);
  const after = await api.call('GET', path);
  assert.equal(after.headers.get('etag'), updated.headers.get('etag'));
  assert.deepEqual(after.body, {
    ...before.body,
    displayName: 'other',
    environmentVariables,
    lifecycleState: 'UPDATING',
  });
  const meanwhile = [
    await api.call('PUT', path, { body: {} }),
    await api.call('DELETE', path),
    await api.call('PUT', `/20231130/hostedDeployments/${id}`, {
      body: { activeArtifact: processArtifact(1) },
    }),
    await api.call('POST', `/20231130/hostedDeployments/${id}/artifacts`, {
      body: { artifact: processArtifact(2) },
    }),
  ];
  for (const { status, body, headers } of meanwhile)
    assert.deepEqual([status, body.code, headers.get('retry-after')], [409, 'IncorrectState', '1']);
  await api.settle();
  assert.equal((await api.call('PUT', path, { body: {} })).status, 202);
});

test('an update may protect the application otherwise, and its scope is checked again', async () => {
  await using api = await openTestApi();
  await makeApplication(api, { inboundAuthConfig: ownAuth('taken') });
  const id = await makeApplication(api);
  const taken = await api.call('PUT', `${root}/${id}`, { body: { inboundAuthConfig: ownAuth('taken') } });
  assert.equal(taken.body.code, 'Conflict');
  const free = await api.call('PUT', `${root}/${id}`, { body: { inboundAuthConfig: ownAuth('free') } });
  assert.equal(free.status, 202);
  assert.equal((await api.ports.identity.listClients({ applicationId: id })).length, 1);
  await api.settle();
  await api.call('PUT', `${root}/${id}`, {
    body: { inboundAuthConfig: { inboundAuthConfigType: 'NO_AUTH_CONFIG' } },
  });
  assert.equal(await api.store.applications.withJoinedScope('freeinvoke'), undefined);
});

test('a deletion takes the deployment along, ends what was being done, and is answered the same when repeated', async () => {
  await using api = await openTestApi();
  const { applicationId, id } = await makeDeployment(api);
  const activation = await api.call('PUT', `/20231130/hostedDeployments/${id}`, {
    body: { activeArtifact: processArtifact(1) },
  });
  const deleted = await api.call('DELETE', `${root}/${applicationId}`);
  assert.equal(deleted.status, 202);
  const again = await api.call('DELETE', `${root}/${applicationId}`);
  assert.equal(again.headers.get('opc-work-request-id'), deleted.headers.get('opc-work-request-id'));
  const canceled = await api.call(
    'GET',
    `/20231130/workRequests/${activation.headers.get('opc-work-request-id')}`,
  );
  assert.equal(canceled.body.status, 'CANCELED');
  assert.equal((await api.call('GET', `/20231130/hostedDeployments/${id}`)).body.lifecycleState, 'DELETING');
  const update = await api.call('PUT', `${root}/${applicationId}`, { body: {} });
  assert.deepEqual([update.status, update.body.code], [409, 'Conflict']);
  await api.settle();
  const gone = await api.call('GET', `${root}/${applicationId}`);
  assert.deepEqual([gone.status, gone.body.lifecycleState], [200, 'DELETED']);
  assert.equal((await api.call('DELETE', `${root}/${applicationId}`)).status, 404);
  api.clock.advance(31 * 24 * 60 * 60 * 1000);
  await api.store.purge();
  assert.equal((await api.call('GET', `${root}/${applicationId}`)).status, 404);
});

test('values of the environment are for operators; whoever only reads sees their names', async () => {
  await using api = await openTestApi();
  const secret = { name: 'A', type: 'PLAINTEXT', value: 'hunter2' };
  const id = await makeApplication(api, { environmentVariables: [secret] });
  const read = await api.call('GET', `${root}/${id}`, { as: 'read-only' });
  assert.deepEqual(read.body.environmentVariables, [{ ...secret, value: '********' }]);
  const operated = await api.call('GET', `${root}/${id}`, { as: 'operator' });
  assert.deepEqual(operated.body.environmentVariables, [secret]);
  const listed = await api.call('GET', `${root}?compartmentId=${api.compartmentId}`, { as: 'read-only' });
  assert.ok(!listed.text.includes('hunter2') && !api.logged.join('').includes('hunter2'));
});

test('the environment of a local process is for admins, as it could run anything', async () => {
  await using api = await openTestApi();
  const { applicationId } = await makeDeployment(api);
  const body = { environmentVariables: [{ name: 'NODE_OPTIONS', type: 'PLAINTEXT', value: '--import x' }] };
  const refused = await api.call('PUT', `${root}/${applicationId}`, { as: 'operator', body });
  assert.deepEqual([refused.status, refused.body.code], [403, 'NotAllowed']);
  assert.match(refused.message, /role admin/);
  assert.equal(
    (await api.call('PUT', `${root}/${applicationId}`, { as: 'operator', body: { description: 'x' } }))
      .status,
    202,
  );
  await api.settle();
  assert.equal((await api.call('PUT', `${root}/${applicationId}`, { body })).status, 202);
});

test('a move is done at once and takes the deployment along', async () => {
  await using api = await openTestApi();
  const { applicationId } = await makeDeployment(api);
  const body = { compartmentId: api.compartmentId };
  const moved = await api.call('POST', `${root}/${applicationId}/actions/changeCompartment`, { body });
  assert.equal(moved.status, 204);
  const workRequest = await api.call(
    'GET',
    `/20231130/workRequests/${moved.headers.get('opc-work-request-id')}`,
  );
  assert.deepEqual([workRequest.body.status, workRequest.body.percentComplete], ['SUCCEEDED', 100]);
  assert.equal(workRequest.headers.get('retry-after'), null);
  const elsewhere = { compartmentId: 'ocid1.compartment.x' };
  const absent = await api.call('POST', `${root}/${applicationId}/actions/changeCompartment`, {
    body: elsewhere,
  });
  assert.equal(absent.status, 404);
});
