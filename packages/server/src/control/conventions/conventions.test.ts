/** Headers and conventions that hold for all operations (OCI reference, section 2.4). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem } from '@mooring/contract';
import {
  makeApplication,
  makeDeployment,
  openApplication,
  openTestApi,
  processArtifact,
  type Answer,
  type TestApi,
} from '../api.fixture.ts';

const applications = '/20231130/hostedApplications';

test('the request id is kept, on the reply and on every log line', async () => {
  await using api = await openTestApi();
  for (const [as, path] of [
    ['admin', '/v1/status'],
    [null, '/v1/status'],
    ['admin', '/nothing'],
  ] as const) {
    api.logged.length = 0;
    const { headers } = await api.call('GET', path, { as, headers: { 'opc-request-id': 'My_request-1' } });
    assert.equal(headers.get('opc-request-id'), 'My_request-1');
    assert.ok(
      api.logged.length > 0 && api.logged.every((line) => line.includes('"opcRequestId":"My_request-1"')),
    );
  }
});

test('a request id that is none is replaced, not echoed', async () => {
  await using api = await openTestApi();
  for (const id of ['<script>', 'a b', '', 'x'.repeat(200)]) {
    const { headers } = await api.call('GET', '/v1/status', { headers: { 'opc-request-id': id } });
    assert.match(headers.get('opc-request-id') ?? '', /^[0-9A-F]{32}$/);
  }
});

interface Refusal {
  readonly name: string;
  readonly send: (api: TestApi) => Promise<Answer>;
  readonly status: number;
  readonly code: string;
}

const refusals: readonly Refusal[] = [
  {
    name: 'an unknown path',
    send: (api) => api.call('GET', '/nothing'),
    status: 404,
    code: 'NotAuthorizedOrNotFound',
  },
  {
    name: 'an unknown path without a credential',
    send: (api) => api.call('GET', '/nothing', { as: null }),
    status: 401,
    code: 'NotAuthenticated',
  },
  {
    name: 'a wrong method',
    send: (api) => api.call('PATCH', applications, { body: {} }),
    status: 405,
    code: 'MethodNotAllowed',
  },
  {
    name: 'a wrong method without a credential',
    send: (api) => api.call('DELETE', '/v1/status', { as: null }),
    status: 401,
    code: 'NotAuthenticated',
  },
  {
    name: 'a form',
    send: (api) =>
      api.call('POST', applications, {
        text: 'a=b',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
    status: 415,
    code: 'UnsupportedMediaType',
  },
  {
    name: 'text',
    send: (api) => api.call('POST', applications, { text: '{}', headers: { 'content-type': 'text/plain' } }),
    status: 415,
    code: 'UnsupportedMediaType',
  },
  {
    name: 'broken JSON',
    send: (api) => api.call('POST', applications, { text: '{"a":' }),
    status: 400,
    code: 'InvalidParameter',
  },
  {
    name: 'an empty body',
    send: (api) => api.call('POST', applications),
    status: 400,
    code: 'InvalidParameter',
  },
  {
    name: 'a body that is no object',
    send: (api) => api.call('POST', applications, { text: '[]' }),
    status: 400,
    code: 'InvalidParameter',
  },
  {
    name: 'null as the body',
    send: (api) => api.call('POST', applications, { text: 'null' }),
    status: 400,
    code: 'InvalidParameter',
  },
  {
    name: 'a body over 1 MiB',
    send: (api) =>
      api.call('POST', applications, {
        body: openApplication(api, { description: 'x'.repeat(1024 * 1024) }),
      }),
    status: 413,
    code: 'PayloadTooLarge',
  },
  {
    name: 'no compartment',
    send: (api) => api.call('GET', applications),
    status: 400,
    code: 'InvalidParameter',
  },
  {
    name: 'an unknown compartment',
    send: (api) => api.call('GET', `${applications}?compartmentId=x`),
    status: 404,
    code: 'NotAuthorizedOrNotFound',
  },
  ...[
    'lifecycleState=RESTING',
    'sortBy=size',
    'sortOrder=UP',
    'limit=0',
    'limit=1001',
    'limit=x',
    'colour=red',
    'page=x',
    'limit=1&limit=2',
  ].map((query) => ({
    name: `the query ${query}`,
    send: (api: TestApi) => api.call('GET', `${applications}?compartmentId=${api.compartmentId}&${query}`),
    status: 400,
    code: 'InvalidParameter',
  })),
];

for (const { name, send, status, code } of refusals)
  test(`${name} is answered with ${status} ${code}`, async () => {
    await using api = await openTestApi();
    const refused = await send(api);
    assert.deepEqual([refused.status, refused.body.code], [status, code], refused.text);
    assert.deepEqual(Object.keys(refused.body), ['code', 'message']);
    assert.ok(refused.headers.get('opc-request-id'));
  });

test('a wrong method is told what the path allows', async () => {
  await using api = await openTestApi();
  assert.equal(
    (await api.call('PATCH', `${applications}/x`, { body: {} })).headers.get('allow'),
    'GET, PUT, DELETE',
  );
});

test('an unexpected failure reveals nothing to the caller and everything to the log', async () => {
  await using base = await openTestApi();
  const status = { ...base.ports.status, serverReady: () => assert.fail('the secret cause') };
  await using api = await openTestApi({ status });
  const failed = await api.call('GET', '/v1/status');
  assert.deepEqual([failed.status, failed.body.code], [500, 'InternalServerError']);
  assert.ok(!failed.text.includes('secret'));
  assert.ok(api.logged.some((line) => line.includes('the secret cause')));
});

test('a refusal of authentication is passed on, with a challenge at every 401', async () => {
  for (const [problem, status, challenge] of [
    [new Problem('NotAllowed', 'no role'), 403, null],
    [new Problem('NotAuthenticated', 'bad token'), 401, 'Bearer'],
    [new Problem('ServiceUnavailable', 'no keys', { retryAfter: 3 }), 503, null],
  ] as const) {
    await using api = await openTestApi({ authenticate: () => Promise.reject(problem) });
    const refused = await api.call('GET', '/v1/status');
    assert.deepEqual([refused.status, refused.headers.get('www-authenticate')], [status, challenge]);
    assert.equal(refused.headers.get('retry-after'), problem.retryAfter === undefined ? null : '3');
  }
});

const etagCases: readonly (readonly [tag: (current: string) => string, status: number])[] = [
  [(etag) => etag, 202],
  [(etag) => etag.replaceAll('"', ''), 202],
  [(etag) => `W/${etag}`, 202],
  [(etag) => `"77", ${etag}`, 202],
  [() => '*', 202],
  [() => '"77"', 412],
  [() => '', 412],
];

test('if-match takes the etag with and without quotes, and refuses any other', async () => {
  await using api = await openTestApi();
  const id = await makeApplication(api);
  for (const [tag, status] of etagCases) {
    const { headers } = await api.call('GET', `${applications}/${id}`);
    const ifMatch = tag(headers.get('etag') ?? '');
    const answer = await api.call('PUT', `${applications}/${id}`, {
      body: {},
      headers: { 'if-match': ifMatch },
    });
    assert.equal(answer.status, status, ifMatch);
    await api.settle();
  }
});

test('the same creation under one retry token makes one object and answers it again', async () => {
  await using api = await openTestApi();
  const request = { body: openApplication(api), headers: { 'opc-retry-token': 'token-1' } };
  const answers = await Promise.all([1, 2, 3].map(() => api.call('POST', applications, request)));
  assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
  assert.equal(new Set(answers.map(({ headers }) => headers.get('opc-work-request-id'))).size, 1);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [201, 201, 201],
  );
  assert.equal((await api.store.applications.list()).length, 1);
  await api.settle();
  assert.equal((await api.call('POST', applications, request)).body.lifecycleState, 'ACTIVE');
});

test('a retry token does not serve another body, nor an object that was deleted', async () => {
  await using api = await openTestApi();
  const headers = { 'opc-retry-token': 'token-1' };
  const created = await api.call('POST', applications, { body: openApplication(api), headers });
  const other = await api.call('POST', applications, {
    body: openApplication(api, { displayName: 'other' }),
    headers,
  });
  assert.deepEqual([other.status, other.body.code], [409, 'InvalidatedRetryToken']);
  await api.settle();
  await api.call('DELETE', `${applications}/${created.id}`);
  const late = await api.call('POST', applications, { body: openApplication(api), headers });
  assert.deepEqual([late.status, late.body.code], [409, 'InvalidatedRetryToken']);
});

test('a retry token is forgotten after 24 hours, and belongs to its caller and operation', async () => {
  const caller = { role: 'admin', subject: 'one', clientId: 'x' } as const;
  let subject = 'one';
  await using api = await openTestApi({ authenticate: async () => ({ operator: { ...caller, subject } }) });
  const request = { body: openApplication(api), headers: { 'opc-retry-token': 'token-1' } };
  const make = async (): Promise<unknown> => (await api.call('POST', applications, request)).body.id;
  const first = await make();
  assert.equal(await make(), first);
  subject = 'two';
  assert.notEqual(await make(), first);
  subject = 'one';
  api.clock.advance(24 * 60 * 60 * 1000);
  assert.notEqual(await make(), first);
});

test('retry tokens hold for artifacts, activations and moves too', async () => {
  await using api = await openTestApi();
  const { id, applicationId } = await makeDeployment(api);
  const deployment = `/20231130/hostedDeployments/${id}`;
  const requests = [
    ['POST', `${deployment}/artifacts`, { artifact: processArtifact(2) }],
    ['PUT', deployment, { activeArtifact: processArtifact(1) }],
    [
      'POST',
      `${applications}/${applicationId}/actions/changeCompartment`,
      { compartmentId: api.compartmentId },
    ],
  ] as const;
  for (const [method, path, body] of requests) {
    const send = (): Promise<Answer> =>
      api.call(method, path, { body, headers: { 'opc-retry-token': 'token' } });
    const [first, second] = [await send(), await send()];
    assert.ok(first.status < 300, first.text);
    assert.equal(second.status, first.status);
    assert.equal(second.headers.get('opc-work-request-id'), first.headers.get('opc-work-request-id'));
    await api.settle();
  }
  assert.equal((await api.store.deployments.get(id))?.artifacts.length, 2);
});

test('250 objects are paged through without a gap or a repetition, newest first', async () => {
  await using api = await openTestApi();
  for (let count = 0; count < 250; count += 1) {
    api.clock.advance(count % 3);
    await api.call('POST', applications, { body: openApplication(api, { displayName: `a${count}` }) });
  }
  const seen: { id: unknown; time: unknown }[] = [];
  let pages = 0;
  for (let page: string | null = ''; page !== null; pages += 1) {
    const query = `compartmentId=${api.compartmentId}&limit=37${page && `&page=${page}`}`;
    const { body, headers } = await api.call('GET', `${applications}?${query}`);
    for (const item of Array.isArray(body.items) ? body.items : [])
      if (typeof item === 'object' && item !== null && 'id' in item)
        seen.push({ id: item.id, time: item.timeCreated });
    page = headers.get('opc-next-page');
  }
  assert.deepEqual([pages, seen.length, new Set(seen.map(({ id }) => id)).size], [7, 250, 250]);
  const times = seen.map(({ time }) => String(time));
  assert.deepEqual(times, times.toSorted().toReversed());
});

test('a page belongs to its order', async () => {
  await using api = await openTestApi();
  for (const displayName of ['b', 'a', 'c']) await makeApplication(api, { displayName });
  const list = `${applications}?compartmentId=${api.compartmentId}&limit=1&sortBy=displayName`;
  const first = await api.call('GET', list);
  const page = first.headers.get('opc-next-page');
  assert.match(first.text, /"displayName":"a"/);
  assert.match((await api.call('GET', `${list}&page=${page}`)).text, /"displayName":"b"/);
  assert.equal((await api.call('GET', `${list}&sortOrder=DESC&page=${page}`)).status, 400);
  assert.match((await api.call('GET', `${list}&sortOrder=DESC`)).text, /"displayName":"c"/);
});
