import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditEntry } from '@mooring/contract';
import { makeApplication, makeDeployment, openTestApi, ownAuth, processArtifact } from '../api.fixture.ts';

const applications = '/20231130/hostedApplications';
const secret = 'do-not-tell';
const environmentVariables = [{ name: 'KEY', type: 'PLAINTEXT', value: secret }];

/** Without what differs from run to run. */
function essence({ id: _id, timestamp: _time, opcRequestId: _request, ...entry }: AuditEntry): object {
  return entry;
}

const who = { subject: 'someone', clientId: 'test', address: '192.0.2.7' };

test('a creation is written down with what was made, values of the environment masked', async () => {
  await using api = await openTestApi();
  const id = await makeApplication(api, { description: 'first', environmentVariables });
  const [entry, ...others] = await api.audit();
  assert.ok(entry && others.length === 0);
  assert.deepEqual(
    [entry.outcome, entry.operation, entry.resourceId],
    ['SUCCEEDED', `POST ${applications}`, id],
  );
  assert.equal(entry.before, undefined);
  assert.equal(entry.after?.['description'], 'first');
  assert.deepEqual(entry.after?.['environmentVariables'], [
    { name: 'KEY', type: 'PLAINTEXT', value: '********' },
  ]);
  assert.ok(!JSON.stringify(entry).includes(secret));
});

test('a change is written down as the fields that it changed, before and after', async () => {
  await using api = await openTestApi();
  const id = await makeApplication(api, { description: 'first', environmentVariables });
  api.clock.advance(1);
  const body = {
    description: 'second',
    environmentVariables: [{ ...environmentVariables[0], value: 'new' }],
  };
  const headers = { 'opc-request-id': 'REQUEST-1' };
  await api.call('PUT', `${applications}/${id}`, { body, headers });
  const [entry] = await api.audit();
  assert.ok(entry);
  const masked = [{ name: 'KEY', type: 'PLAINTEXT', value: '********' }];
  assert.equal(entry.opcRequestId, 'REQUEST-1');
  assert.deepEqual(essence(entry), {
    ...who,
    operation: `PUT ${applications}/{id}`,
    resourceId: id,
    outcome: 'SUCCEEDED',
    before: { description: 'first', environmentVariables: masked, lifecycleState: 'ACTIVE' },
    after: { description: 'second', environmentVariables: masked, lifecycleState: 'UPDATING' },
  });
});

test('settings, artifacts and API keys have their states in the log, too', async () => {
  await using api = await openTestApi();
  const { applicationId, id } = await makeDeployment(api);
  api.clock.advance(1);
  await api.call('PUT', `/v1/applications/${applicationId}/settings`, { body: { hold: 7 } });
  const [settings] = await api.audit();
  assert.deepEqual([settings?.resourceId, settings?.after], [applicationId, { hold: 7 }]);
  assert.deepEqual(settings?.before, { hold: 30 });
  api.clock.advance(1);
  const artifacts = `/20231130/hostedDeployments/${id}/artifacts`;
  const added = await api.call('POST', artifacts, { body: { artifact: processArtifact(2) } });
  api.clock.advance(1);
  await api.call('DELETE', `${artifacts}/${added.id}`);
  const [removal] = await api.audit();
  assert.equal(removal?.resourceId, id);
  assert.match(JSON.stringify(removal?.before), /v2\.ts/);
  assert.doesNotMatch(JSON.stringify(removal?.after), /v2\.ts/);
});

test('what the database of this server does not hold is written down afterwards, by the id that was made', async () => {
  await using api = await openTestApi();
  const id = await makeApplication(api, { inboundAuthConfig: ownAuth() });
  api.clock.advance(1);
  const clients = `/v1/applications/${id}/clients`;
  const created = await api.call('POST', clients, { body: { name: 'desktop' } });
  const { clientId } = created.body;
  assert.ok(typeof clientId === 'string');
  api.clock.advance(1);
  await api.call('DELETE', `${clients}/${clientId}`);
  const [deletion, creation] = await api.audit();
  assert.deepEqual(
    [creation, deletion].map((entry) => entry && essence(entry)),
    [
      { ...who, operation: 'POST /v1/applications/{id}/clients', resourceId: clientId, outcome: 'SUCCEEDED' },
      {
        ...who,
        operation: 'DELETE /v1/applications/{id}/clients/{clientId}',
        resourceId: clientId,
        outcome: 'SUCCEEDED',
      },
    ],
  );
});

test('a refused change is written down with its code and changes nothing; reading and strangers leave no trace', async () => {
  await using api = await openTestApi();
  const id = await makeApplication(api);
  api.clock.advance(1);
  const path = `${applications}/${id}`;
  await api.call('DELETE', path, { as: 'read-only' });
  await api.call('GET', path);
  await api.call('DELETE', path, { as: null });
  await api.call('POST', '/v1/nothing');
  const [refusal, creation, ...others] = await api.audit();
  assert.deepEqual(refusal && essence(refusal), {
    ...who,
    operation: `DELETE ${applications}/{id}`,
    resourceId: id,
    outcome: 'REFUSED',
    code: 'NotAllowed',
  });
  assert.equal(creation?.outcome, 'SUCCEEDED');
  assert.deepEqual(others, []);
});

test('a repeated creation leaves an entry of its own, without a change', async () => {
  await using api = await openTestApi();
  const request = {
    body: {
      displayName: 'a',
      compartmentId: api.compartmentId,
      inboundAuthConfig: { inboundAuthConfigType: 'NO_AUTH_CONFIG' },
    },
    headers: { 'opc-retry-token': 'once' },
  };
  const { id } = await api.call('POST', applications, request);
  api.clock.advance(1);
  await api.call('POST', applications, request);
  const [again, first] = await api.audit();
  assert.deepEqual([first?.resourceId, again?.resourceId], [id, id]);
  assert.ok(first?.after);
  assert.deepEqual([again?.before, again?.after], [undefined, undefined]);
});

test('a change that was not kept has failed', async () => {
  await using api = await openTestApi();
  const { store } = api;
  const failing = store.around(async (work, { noted }) => {
    const result = await work();
    if (noted.length > 0) throw new Error('the disk is full');
    return result;
  });
  await using broken = await openTestApi({ store: failing });
  const answer = await broken.call('POST', applications, {
    body: {
      displayName: 'a',
      compartmentId: api.compartmentId,
      inboundAuthConfig: { inboundAuthConfigType: 'NO_AUTH_CONFIG' },
    },
  });
  assert.equal(answer.status, 500);
  assert.deepEqual(await store.applications.list(), []);
  const entries = await api.audit();
  assert.deepEqual(
    entries.map(({ outcome, code }) => [outcome, code]),
    [['FAILED', 'InternalServerError']],
  );
});

test('the log is read page by page, since a time, by resource and by subject', async () => {
  await using api = await openTestApi();
  const first = await makeApplication(api);
  api.clock.advance(60_000);
  const second = await makeApplication(api, { displayName: 'other' });
  const read = async (query: string): Promise<unknown> => {
    const { body } = await api.call('GET', `/v1/audit${query}`);
    const { items } = body;
    return Array.isArray(items) ? items.map((item) => Object(item).resourceId) : items;
  };
  assert.deepEqual(await read(''), [second, first]);
  assert.deepEqual(await read('?since=2026-01-02T04:04:30%2B01:00'), [second]);
  assert.deepEqual(await read(`?resourceId=${first}`), [first]);
  assert.deepEqual(await read('?subject=nobody'), []);
  const page = await api.call('GET', '/v1/audit?limit=1');
  assert.deepEqual(await read(`?limit=1&page=${page.headers.get('opc-next-page')}`), [first]);
  const bad = await api.call('GET', '/v1/audit?since=yesterday');
  assert.equal(bad.status, 400);
});
