import assert from 'node:assert/strict';
import { test } from 'node:test';
import { workRequest, type WorkRequest } from '@mooring/contract';
import { z } from 'zod';
import { makeApplication, makeDeployment, openTestApi, type TestApi } from './api.fixture.ts';

const root = '/20231130/workRequests';

async function list(api: TestApi, query: string): Promise<WorkRequest[]> {
  const { body } = await api.call('GET', `${root}?compartmentId=${api.compartmentId}${query}`);
  return z.array(workRequest).parse(body.items);
}

test('work requests are listed newest first, and by resource, id and status', async () => {
  await using api = await openTestApi();
  const { applicationId, id } = await makeDeployment(api);
  api.clock.advance(1);
  await makeApplication(api);
  const all = await list(api, '');
  assert.equal(all.length, 3);
  assert.ok((all[0]?.timeAccepted ?? '') > (all[1]?.timeAccepted ?? ''));
  const operations = (found: WorkRequest[]): string[] =>
    found.map(({ operationType }) => operationType).toSorted();
  assert.deepEqual(operations(await list(api, `&resourceId=${applicationId}`)), [
    'CREATE_APPLICATION_DEPLOYMENT',
    'CREATE_HOSTED_DEPLOYMENT',
  ]);
  assert.deepEqual(operations(await list(api, `&resourceId=${id}`)), ['CREATE_HOSTED_DEPLOYMENT']);
  assert.deepEqual(await list(api, `&workRequestId=${all[1]?.id}`), [all[1]]);
  assert.deepEqual(await list(api, '&status=FAILED'), []);
});

test('a failed work request tells its errors, and its logs are read page by page', async () => {
  await using api = await openTestApi();
  const { id: subject } = await makeDeployment(api);
  const { id } = await api.store.workRequests.create({
    operationType: 'UPDATE_HOSTED_DEPLOYMENT',
    compartmentId: api.compartmentId,
    resources: [{ entityType: 'HOSTED_DEPLOYMENT', identifier: subject }],
  });
  for (const message of ['starting', 'waiting for /ready', 'giving up']) {
    api.clock.advance(1);
    await api.store.workRequests.log(id, message);
  }
  await api.store.workRequests.fail(id, [
    { code: 'StartFailure', message: 'exit code 1. Look at mooring logs.' },
  ]);
  const found = workRequest.parse((await api.call('GET', `${root}/${id}`)).body);
  assert.deepEqual([found.status, found.resources[0]?.actionType], ['FAILED', 'FAILED']);
  assert.ok(found.timeFinished);
  const timestamp = new Date(api.clock.now()).toISOString();
  assert.deepEqual((await api.call('GET', `${root}/${id}/errors`)).body, {
    items: [{ code: 'StartFailure', message: 'exit code 1. Look at mooring logs.', timestamp }],
  });
  const first = await api.call('GET', `${root}/${id}/logs?limit=2&sortOrder=ASC`);
  assert.match(first.text, /starting.*waiting/);
  const page = first.headers.get('opc-next-page');
  const second = await api.call('GET', `${root}/${id}/logs?limit=2&sortOrder=ASC&page=${page}`);
  assert.match(second.text, /^{"items":\[{"message":"giving up"/);
  assert.equal(second.headers.get('opc-next-page'), null);
  const newest = await api.call('GET', `${root}/${id}/logs?limit=1`);
  assert.match(newest.text, /giving up/);
});
