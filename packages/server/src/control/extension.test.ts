/** `/v1`: settings, clients, tokens, status, and the description of the API. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  applicationStatus,
  createdOAuthClient,
  defaultSettings,
  serverStatus,
  type ReplicaStatus,
} from '@mooring/contract';
import { issuer, makeApplication, makeDeployment, openTestApi, ownAuth } from './api.fixture.ts';

test('settings are read whole and changed one by one', async () => {
  await using api = await openTestApi();
  const path = `/v1/applications/${await makeApplication(api)}/settings`;
  const before = await api.call('GET', path);
  assert.deepEqual(before.body, defaultSettings);
  const put = await api.call('PUT', path, {
    body: { hold: 5 },
    headers: { 'if-match': before.headers.get('etag') ?? '' },
  });
  assert.equal(put.status, 200, put.text);
  await api.call('PUT', path, { body: { drainAfter: 7200 } });
  const after = await api.call('GET', path);
  assert.deepEqual(after.body, { ...defaultSettings, hold: 5, drainAfter: 7200 });
  const stale = await api.call('PUT', path, {
    body: { hold: 6 },
    headers: { 'if-match': put.headers.get('etag') ?? '' },
  });
  assert.equal(stale.status, 412);
  assert.deepEqual((await api.call('PUT', path, { body: after.body })).body, after.body);
});

test('settings of a deleted application do not exist', async () => {
  await using api = await openTestApi();
  const id = await makeApplication(api);
  await api.store.applications.setState(id, 'DELETED');
  for (const part of ['settings', 'clients', 'logs'])
    assert.equal((await api.call('GET', `/v1/applications/${id}/${part}`)).status, 404, part);
});

test('a client is made with its secret, listed without, and deleted by its own application only', async () => {
  await using api = await openTestApi();
  const id = await makeApplication(api, { inboundAuthConfig: ownAuth() });
  const other = await makeApplication(api, { inboundAuthConfig: ownAuth('other') });
  const path = `/v1/applications/${id}/clients`;
  const redirectUris = ['https://app.example/callback'];
  const created = await api.call('POST', path, { body: { name: 'mine', redirectUris } });
  assert.equal(created.status, 201);
  assert.equal(created.headers.get('cache-control'), 'no-store');
  const { clientId, clientSecret, ...rest } = createdOAuthClient.parse(created.body);
  assert.equal(rest.applicationId, id);
  assert.deepEqual(rest.redirectUris, redirectUris);
  const listed = await api.call('GET', path);
  assert.ok(listed.text.includes(clientId) && !listed.text.includes(clientSecret));
  assert.equal((await api.call('DELETE', `/v1/applications/${other}/clients/${clientId}`)).status, 404);
  assert.equal((await api.call('DELETE', `${path}/${clientId}`)).status, 204);
  assert.equal((await api.call('DELETE', `${path}/${clientId}`)).status, 404);
  assert.ok(!api.logged.join('').includes(clientSecret));
});

test('a token is issued for the default client, which is made when it is missing', async () => {
  await using api = await openTestApi();
  const id = await makeApplication(api, { inboundAuthConfig: ownAuth() });
  const first = await api.call('POST', `/v1/applications/${id}/tokens`, { body: {} });
  assert.deepEqual(first.body, { accessToken: 'token-of-client1', tokenType: 'Bearer', expiresIn: 3600 });
  assert.equal(first.headers.get('cache-control'), 'no-store');
  await api.ports.identity.deleteClient('client1');
  const second = await api.call('POST', `/v1/applications/${id}/tokens`);
  assert.equal(second.status, 200);
  assert.equal((await api.ports.identity.listClients({ applicationId: id })).length, 1);
  assert.ok(!api.logged.join('').includes('token-of'));
});

const withoutTokens: readonly (readonly [name: string, inboundAuthConfig: object, message: RegExp])[] = [
  ['no authentication', { inboundAuthConfigType: 'NO_AUTH_CONFIG' }, /without a token/],
  [
    'an issuer of its own',
    {
      inboundAuthConfigType: 'IDCS_AUTH_CONFIG',
      idcsConfig: { domainUrl: 'https://idp.example', scope: 'x', audience: 'y' },
    },
    /come from https:\/\/idp\.example/,
  ],
];

for (const [name, inboundAuthConfig, message] of withoutTokens)
  test(`neither tokens nor clients are made for an application with ${name}`, async () => {
    await using api = await openTestApi();
    const id = await makeApplication(api, { inboundAuthConfig });
    for (const [part, body] of [
      ['tokens', {}],
      ['clients', { name: 'x' }],
    ] as const) {
      const refused = await api.call('POST', `/v1/applications/${id}/${part}`, { body });
      assert.deepEqual([refused.status, refused.body.code], [409, 'Conflict']);
      assert.match(refused.message, message);
    }
  });

test('nothing more is made for an application that is being deleted', async () => {
  await using api = await openTestApi();
  const id = await makeApplication(api, { inboundAuthConfig: ownAuth() });
  const before = await api.ports.identity.listClients({ applicationId: id });
  await api.call('DELETE', `/20231130/hostedApplications/${id}`);
  for (const [part, body] of [
    ['tokens', {}],
    ['clients', { name: 'x' }],
  ] as const)
    assert.equal(
      (await api.call('POST', `/v1/applications/${id}/${part}`, { body })).body.code,
      'Conflict',
      part,
    );
  assert.deepEqual(await api.ports.identity.listClients({ applicationId: id }), before);
});

const replica: ReplicaStatus = {
  id: 'r1',
  applicationId: 'a',
  artifactId: '1',
  runtime: 'process',
  state: 'READY',
  restarts: 0,
  connections: 2,
  timeStarted: '2026-01-02T03:04:05.000Z',
};

test('the status of an application is its rows with what lives now', async () => {
  const status = {
    serverReady: () => false,
    applicationStatus: () => ({ replicas: [replica], connections: 2 }),
    scaling: async () => undefined,
  };
  await using api = await openTestApi({ status });
  const { applicationId, id } = await makeDeployment(api);
  await api.store.deployments.setState(id, 'NEEDS_ATTENTION', { details: 'exit code 1' });
  const found = applicationStatus.parse(
    (await api.call('GET', `/v1/applications/${applicationId}/status`)).body,
  );
  const invoke = `/20251112/hostedApplications/${applicationId}/actions/invoke`;
  const live = `/20251112/ws/hostedapplication/${applicationId}`;
  assert.deepEqual(found.urls, {
    http: `https://localhost:8443${invoke}`,
    ws: `wss://localhost:8443${live}`,
    httpPlain: `http://localhost:8080${invoke}`,
    wsPlain: `ws://localhost:8080${live}`,
  });
  assert.deepEqual([found.replicas, found.connections], [[replica], 2]);
  assert.deepEqual(
    [found.deployment?.lifecycleState, found.deployment?.lifecycleDetails],
    ['NEEDS_ATTENTION', 'exit code 1'],
  );
});

test('the status of the server holds every undeleted application', async () => {
  await using api = await openTestApi({ urls: () => ({ applications: 'https://apps.example' }) });
  const { applicationId } = await makeDeployment(api);
  const without = await makeApplication(api);
  await api.store.applications.setState(await makeApplication(api), 'DELETED');
  const found = serverStatus.parse((await api.call('GET', '/v1/status')).body);
  assert.deepEqual([found.ready, found.issuer, found.version], [true, issuer, '0.0.0-test']);
  assert.deepEqual(
    new Map(
      found.applications.map(({ id, deployment, urls }) => [
        id,
        [deployment?.lifecycleState, urls.httpPlain],
      ]),
    ),
    new Map([
      [applicationId, ['ACTIVE', undefined]],
      [without, [undefined, undefined]],
    ]),
  );
});

test('the compartments hold the root', async () => {
  await using api = await openTestApi();
  const { items } = (await api.call('GET', '/v1/compartments')).body;
  const timeCreated = new Date(api.clock.now()).toISOString();
  assert.deepEqual(items, [{ id: api.compartmentId, name: 'root', timeCreated }]);
});

test('the API describes itself with every path and who may use it', async () => {
  await using api = await openTestApi();
  const { body } = await api.call('GET', '/openapi.json', { as: 'read-only' });
  assert.equal(body.openapi, '3.1.0');
  const text = JSON.stringify(body.paths);
  for (const part of [
    '/20231130/hostedDeployments/{id}/artifacts',
    'x-mooring-role',
    '/v1/applications/{id}/logs',
  ])
    assert.ok(text.includes(part), part);
});
