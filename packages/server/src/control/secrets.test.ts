import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openVault } from '../secrets/vault.ts';
import { makeApplication, openApplication, openTestApi, type Answer, type TestApi } from './api.fixture.ts';

/** In no answer, log line or entry of the audit log. */
const plaintext = 'correct horse battery staple';

const create = (api: TestApi, given: object = {}): Promise<Answer> =>
  api.call('POST', '/v1/secrets', { body: { name: 'key', value: plaintext, ...given } });

const vaultVariable = (value: string): object => ({
  environmentVariables: [{ name: 'KEY', type: 'VAULT', value }],
});

test('a secret is set, listed, changed and deleted, and its value never comes back', async () => {
  await using api = await openTestApi();
  const made = await create(api);
  const { id } = made;
  assert.deepEqual([made.status, made.headers.get('etag')], [201, '"1"']);
  const changed = await api.call('PUT', `/v1/secrets/${id}`, { body: { value: `${plaintext} 2` } });
  assert.deepEqual([changed.status, changed.body.version], [200, 2]);
  const listed = await api.call('GET', '/v1/secrets', { as: 'operator' });
  assert.deepEqual(listed.body.items, [changed.body]);
  const got = await api.call('GET', `/v1/secrets/${id}`, { as: 'operator' });
  assert.deepEqual(got.body, changed.body);
  const deleted = await api.call('DELETE', `/v1/secrets/${id}`);
  assert.equal(deleted.status, 204);
  const bad = await api.call('POST', '/v1/secrets', { text: `{"name":"key","value":"${plaintext}` });
  assert.equal(bad.status, 400);
  const wrong = await api.call('POST', '/v1/secrets', { body: { name: plaintext, value: [plaintext] } });
  assert.equal(wrong.status, 400);
  const said = [made, changed, listed, got, deleted, bad, wrong].map(({ text }) => text).join('\n');
  const trail = await api.audit();
  assert.equal(
    trail.filter(({ resourceId, outcome }) => resourceId === id && outcome === 'SUCCEEDED').length,
    3,
  );
  for (const place of [said, api.logged.join('\n'), JSON.stringify(trail)])
    assert.equal(place.includes(plaintext), false);
});

test('names are unique in a compartment, and a list takes filters', async () => {
  await using api = await openTestApi();
  const { id } = await create(api);
  const again = await create(api);
  assert.deepEqual([again.status, again.body.code], [409, 'Conflict']);
  await create(api, { name: 'other', compartmentId: api.compartmentId });
  const named = await api.call('GET', `/v1/secrets?name=key&compartmentId=${api.compartmentId}`);
  assert.deepEqual([named.body.items].flat(2).length, 1);
  assert.match(named.text, new RegExp(id));
  const absent = await create(api, {
    compartmentId: 'ocid1.compartment.mooring.local.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  });
  assert.equal(absent.status, 404);
});

test('an application names secrets that are there, and shows their ids only', async () => {
  await using api = await openTestApi();
  const { id } = await create(api);
  const applicationId = await makeApplication(api, vaultVariable(id));
  const path = `/20231130/hostedApplications/${applicationId}`;
  const shown = await api.call('GET', path);
  assert.match(shown.text, new RegExp(id));
  assert.equal(shown.text.includes(plaintext), false);
  const masked = await api.call('GET', path, { as: 'read-only' });
  assert.equal(masked.text.includes(id), false);
  const absent = id.replace(/.{4}$/, 'aaaa');
  for (const value of [absent, 'x', api.compartmentId])
    for (const refused of [
      await api.call('POST', '/20231130/hostedApplications', {
        body: openApplication(api, vaultVariable(value)),
      }),
      await api.call('PUT', path, { body: vaultVariable(value) }),
    ]) {
      assert.deepEqual([refused.status, refused.body.code], [400, 'InvalidParameter']);
      assert.match(refused.message, /environmentVariables\[0\]\.value of KEY must be the OCID of a secret/);
    }
});

test('a secret that applications start with is deleted by force only', async () => {
  await using api = await openTestApi();
  const { id } = await create(api);
  const applicationId = await makeApplication(api, vaultVariable(id));
  const refused = await api.call('DELETE', `/v1/secrets/${id}`);
  assert.deepEqual([refused.status, refused.body.code], [409, 'Conflict']);
  assert.match(refused.message, new RegExp(`environment of weather \\(${applicationId}\\)`));
  assert.equal((await api.call('DELETE', `/v1/secrets/${id}?force=true`)).status, 204);
  const other = await create(api);
  await api.call('DELETE', `/20231130/hostedApplications/${applicationId}`);
  await api.settle();
  assert.equal((await api.call('DELETE', `/v1/secrets/${other.id}`)).status, 204);
});

test('a server with another key than that of the secrets adds none', async () => {
  await using api = await openTestApi();
  const { id } = await create(api);
  const given = Buffer.alloc(32, 7).toString('base64');
  const { store } = api;
  const empty = { ...store.secrets, sample: async () => undefined };
  const vault = await openVault({ secrets: empty, file: '', given, random: () => new Uint8Array(12) });
  await using other = await openTestApi({ store, vault });
  const refused = await create(other, { name: 'other' });
  assert.deepEqual([refused.status, refused.body.code], [409, 'Conflict']);
  assert.equal((await other.call('PUT', `/v1/secrets/${id}`, { body: { value: 'x' } })).status, 409);
  assert.equal((await store.secrets.get(id))?.version, 1);
});
