import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  makeApplication,
  makeDeployment,
  makeIamApplication,
  openTestApi,
  type Answer,
} from './api.fixture.ts';

const root = '/v1/compartments';

const namesOf = ({ body: { items } }: Answer): unknown[] =>
  Array.isArray(items) ? items.map((item) => Object(item).name) : [];

test('compartments are made, listed behind the root, and deleted', async () => {
  await using api = await openTestApi();
  api.clock.advance(1);
  const made = await api.call('POST', root, { body: { name: 'team-a' } });
  assert.equal(made.status, 201, made.text);
  assert.match(made.id, /^ocid1\.compartment\./);
  assert.deepEqual(namesOf(await api.call('GET', root)), ['root', 'team-a']);
  api.clock.advance(1);
  assert.equal((await api.call('DELETE', `${root}/${made.id}`)).status, 204);
  assert.deepEqual(namesOf(await api.call('GET', root)), ['root']);
  const entries = await api.audit();
  assert.deepEqual(
    entries.map(({ operation, resourceId, outcome }) => [operation, resourceId, outcome]).toReversed(),
    [
      ['POST /v1/compartments', made.id, 'SUCCEEDED'],
      ['DELETE /v1/compartments/{id}', made.id, 'SUCCEEDED'],
    ],
  );
});

test('a name is taken once, the root stays, and so does what holds something', async () => {
  await using api = await openTestApi();
  const { id } = await api.call('POST', root, { body: { name: 'team-a' } });
  const again = await api.call('POST', root, { body: { name: 'team-a' } });
  assert.deepEqual([again.status, again.body.code], [409, 'Conflict']);
  const whole = await api.call('DELETE', `${root}/${api.compartmentId}`);
  assert.deepEqual([whole.status, whole.body.code], [409, 'Conflict']);
  assert.match(whole.message, /is the root/);
  await makeApplication(api, { compartmentId: id });
  const full = await api.call('DELETE', `${root}/${id}`);
  assert.deepEqual([full.status, full.body.code], [409, 'Conflict']);
  assert.match(full.message, /holds 1 resource\./);
});

test('what was deleted does not keep a compartment', async () => {
  await using api = await openTestApi();
  const { id } = await api.call('POST', root, { body: { name: 'team-a' } });
  const application = await makeIamApplication(api, { compartmentId: id });
  await api.call('DELETE', `/20231130/hostedApplicationsIam/${application}`);
  await api.settle();
  assert.equal((await api.call('DELETE', `${root}/${id}`)).status, 204);
  const gone = await api.call('GET', `/20231130/hostedApplicationsIam/${application}`);
  assert.equal(gone.body.lifecycleState, 'DELETED');
});

for (const [kind, make] of [
  [
    'hostedApplications',
    async (api: Parameters<typeof makeApplication>[0]) => (await makeDeployment(api)).applicationId,
  ],
  ['hostedApplicationsIam', makeIamApplication],
] as const)
  test(`${kind} move between compartments, with what belongs to them`, async () => {
    await using api = await openTestApi();
    const id = await make(api);
    const target = await api.call('POST', root, { body: { name: 'team-a' } });
    const path = `/20231130/${kind}/${id}`;
    const move = await api.call('POST', `${path}/actions/changeCompartment`, {
      body: { compartmentId: target.id },
      headers: { 'opc-retry-token': 'once' },
    });
    assert.equal(move.status, 204, move.text);
    assert.equal((await api.call('GET', path)).body.compartmentId, target.id);
    const inRoot = await api.call('GET', `/20231130/${kind}?compartmentId=${api.compartmentId}`);
    assert.deepEqual(inRoot.body.items, []);
    const deployments = await api.store.deployments.list();
    assert.ok(deployments.every(({ compartmentId }) => compartmentId === target.id));
    const again = await api.call('POST', `${path}/actions/changeCompartment`, {
      body: { compartmentId: target.id },
      headers: { 'opc-retry-token': 'once' },
    });
    assert.equal(again.headers.get('opc-work-request-id'), move.headers.get('opc-work-request-id'));
    const absent = await api.call('POST', `${path}/actions/changeCompartment`, {
      body: { compartmentId: `${target.id}x` },
    });
    assert.equal(absent.status, 404);
  });
