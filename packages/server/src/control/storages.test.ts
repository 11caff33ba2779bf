import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  makeApplication,
  makeStorage,
  openApplication,
  openTestApi,
  type Answer,
  type TestApi,
} from './api.fixture.ts';

const root = '/20231130/hostedApplicationStorages';
const absent = 'ocid1.generativeaihostedapplicationstorage.mooring.local.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';

const idsOf = ({ body: { items } }: Answer): unknown[] =>
  Array.isArray(items) ? items.map((item) => Object(item).id) : [];

const uses = (...ids: string[]): object => ({
  storageConfigs: ids.map((storageId, index) => ({ environmentVariableKey: `STORE_${index}`, storageId })),
});

test('a creation is refused for good, and says what to do instead', async () => {
  await using api = await openTestApi();
  const body = { displayName: 'cache', compartmentId: api.compartmentId, storageType: 'POSTGRESQL' };
  const refused = await api.call('POST', root, { body });
  // The SDKs repeat neither this status nor this code.
  assert.deepEqual([refused.status, refused.body.code], [403, 'NotAllowed']);
  assert.match(
    refused.message,
    /no backend that provides storages of the type POSTGRESQL.*environment variable/,
  );
  assert.deepEqual(idsOf(await api.call('GET', `${root}?compartmentId=${api.compartmentId}`)), []);
});

test('a storage tells which applications use it, and stays while they do', async () => {
  await using api = await openTestApi();
  const id = await makeStorage(api);
  const applicationId = await makeApplication(api, uses(id));
  const found = await api.call('GET', `${root}/${id}`);
  assert.deepEqual(
    [found.body.storageType, found.body.lifecycleState, found.body.applicationIds],
    ['CACHE', 'ACTIVE', [applicationId]],
  );
  const refused = await api.call('DELETE', `${root}/${id}`);
  assert.deepEqual([refused.status, refused.body.code], [409, 'Conflict']);
  assert.match(refused.message, new RegExp(applicationId));
  await api.call('DELETE', `/20231130/hostedApplications/${applicationId}`);
  await api.settle();
  const deleted = await api.call('DELETE', `${root}/${id}`);
  assert.equal(deleted.status, 202, deleted.text);
  const workRequestId = deleted.headers.get('opc-work-request-id');
  const workRequest = await api.call('GET', `/20231130/workRequests/${workRequestId}`);
  assert.deepEqual(
    [workRequest.body.operationType, workRequest.body.status],
    ['DELETE_APPLICATION_STORAGE', 'SUCCEEDED'],
  );
  assert.match(workRequest.text, new RegExp(`"entityUri":"${root}/${id}"`));
  const gone = await api.call('GET', `${root}/${id}`);
  assert.deepEqual([gone.body.lifecycleState, gone.body.applicationIds], ['DELETED', []]);
  assert.equal((await api.call('DELETE', `${root}/${id}`)).status, 404);
});

test('a list is of one compartment, and filtered by type, name and state', async () => {
  await using api = await openTestApi();
  const first = await makeStorage(api, 'first');
  api.clock.advance(1);
  const second = await makeStorage(api, 'second');
  const read = async (query: string): Promise<unknown[]> =>
    idsOf(await api.call('GET', `${root}?compartmentId=${api.compartmentId}${query}`));
  assert.deepEqual(await read(''), [second, first]);
  assert.deepEqual(await read('&displayName=first'), [first]);
  assert.deepEqual(await read('&hostedApplicationStorageType=ADB'), []);
  assert.deepEqual(await read('&hostedApplicationStorageType=CACHE&lifecycleState=ACTIVE&limit=1'), [second]);
  const elsewhere = await api.store.compartments.create('elsewhere');
  const body = { compartmentId: elsewhere?.id };
  assert.equal((await api.call('POST', `${root}/${first}/actions/changeCompartment`, { body })).status, 204);
  assert.deepEqual(await read(''), [second]);
});

const refusals: readonly (readonly [string, (api: TestApi) => Promise<object>, number, RegExp])[] = [
  ['one that does not exist', async () => uses(absent), 404, /storageConfigs\[0\]\.storageId: there is no/],
  [
    'a second one that does not exist',
    async (api) => uses(await makeStorage(api), absent),
    404,
    /storageConfigs\[1\]\.storageId/,
  ],
  [
    'one that has failed',
    async (api) => {
      const id = await makeStorage(api);
      await api.store.storages.setState(id, 'FAILED');
      return uses(id);
    },
    409,
    /FAILED/,
  ],
  [
    'one under a reserved name',
    async (api) => ({
      storageConfigs: [{ environmentVariableKey: 'PORT', storageId: await makeStorage(api) }],
    }),
    400,
    /environmentVariableKey is reserved/,
  ],
];
for (const [what, given, status, message] of refusals)
  test(`an application that names ${what} is refused`, async () => {
    await using api = await openTestApi();
    const body = openApplication(api, await given(api));
    const refused = await api.call('POST', '/20231130/hostedApplications', { body });
    assert.equal(refused.status, status, refused.text);
    assert.match(refused.message, message);
    assert.deepEqual(await api.store.applications.list(), []);
  });
