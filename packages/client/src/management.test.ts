import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { RequestFailed, TimedOut, Unreachable } from './failure.ts';
import { compartmentId, testApplication, testOcid, testWorkRequest } from './testing/resources.ts';
import { testServer, type Reply } from './testing/server.ts';
import { ManagementClient, type ManagementOptions } from './management.ts';

const client = (baseUrl: string, options: Partial<ManagementOptions> = {}): ManagementClient =>
  new ManagementClient({ baseUrl, token: async () => 'the-token', random: () => 0, ...options });

const application = testApplication(1, 'weather');
const refusal = (status: number, code: string): Reply => ({
  status,
  headers: { 'opc-request-id': 'REQ1' },
  body: { code, message: `because of ${code}` },
});

test('a call carries the token and gives back the parsed answer', async () => {
  await using server = await testServer(() => ({ body: application }));
  const got = await client(`${server.url}/`).applications.get(application.id);
  assert.deepEqual(got, application);
  assert.equal(server.received[0]?.path, `/20231130/hostedApplications/${application.id}`);
  assert.equal(server.received[0]?.headers.authorization, 'Bearer the-token');
});

test('a creation sends its body with a retry token and tells the work request', async () => {
  await using server = await testServer(() => ({
    status: 201,
    headers: { 'opc-work-request-id': 'wr1' },
    body: application,
  }));
  const details = {
    displayName: 'weather',
    compartmentId,
    inboundAuthConfig: { inboundAuthConfigType: 'NO_AUTH_CONFIG' },
  } as const;
  const created = await client(server.url).applications.create(details);
  assert.equal(created.workRequestId, 'wr1');
  assert.deepEqual(JSON.parse(server.received[0]?.body ?? ''), details);
  assert.match(String(server.received[0]?.headers['opc-retry-token']), /^[0-9a-f-]{36}$/);
});

test('a list is read to its last page', async () => {
  await using server = await testServer(({ path }) => {
    const page = new URL(path, 'http://x').searchParams.get('page');
    if (page === null) return { headers: { 'opc-next-page': 'two' }, body: { items: [application] } };
    return { body: { items: [testApplication(2, page)] } };
  });
  const all = await client(server.url).applications.list({ compartmentId });
  assert.deepEqual(
    all.map(({ displayName }) => displayName),
    ['weather', 'two'],
  );
});

test('nothing else that the options hold is sent', async () => {
  await using server = await testServer(() => ({ body: { items: [] } }));
  const { applications, deployments, secrets } = client(server.url);
  const options = { compartmentId: 'c', compartments: ['x'], token: 'hidden' };
  for (const resource of [applications, deployments, secrets]) await resource.list(options);
  assert.deepEqual(
    server.received.map(({ path }) => path.replace(/.*\?/, '')),
    Array(3).fill('compartmentId=c'),
  );
});

test('a refusal is an error with status, code, message and request id', async () => {
  await using server = await testServer(() => refusal(404, 'NotAuthorizedOrNotFound'));
  await assert.rejects(client(server.url).applications.get('x'), (error) => {
    assert.ok(error instanceof RequestFailed);
    const { status, code, message, opcRequestId } = error;
    assert.deepEqual(
      { status, code, message, opcRequestId },
      {
        status: 404,
        code: 'NotAuthorizedOrNotFound',
        message: 'because of NotAuthorizedOrNotFound',
        opcRequestId: 'REQ1',
      },
    );
    return true;
  });
  assert.equal(server.received.length, 1);
});

test('a refusal without a problem body keeps its text', async () => {
  await using server = await testServer(() => ({ status: 502, body: 'bad gateway, says a proxy' }));
  await assert.rejects(client(server.url).status.server(), {
    name: 'RequestFailed',
    status: 502,
    code: '',
    message: 'bad gateway, says a proxy',
  });
});

test('a passing refusal is repeated until it passes', async () => {
  let count = 0;
  await using server = await testServer(() => {
    count += 1;
    return count < 3 ? refusal(409, 'IncorrectState') : { status: 202 };
  });
  await client(server.url).applications.delete(application.id);
  assert.equal(server.received.length, 3);
});

test('a redirect is not followed', async () => {
  await using server = await testServer(() => ({
    status: 302,
    headers: { location: 'http://127.0.0.1:1/' },
  }));
  await assert.rejects(client(server.url).status.server(), { name: 'RequestFailed', status: 302 });
});

test('an answer of another shape says which field', async () => {
  await using server = await testServer(() => ({ body: { ...application, lifecycleState: 'RESTING' } }));
  await assert.rejects(client(server.url).applications.get(application.id), /lifecycleState/);
});

test('a server that does not answer in time is a time-out', async () => {
  await using server = await testServer(() => new Promise(() => undefined));
  await assert.rejects(client(server.url, { timeout: 30 }).status.server(), TimedOut);
  await assert.rejects(Array.fromAsync(client(server.url, { timeout: 30 }).logs('x')), TimedOut);
});

test('nobody at the address is told as such', async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  assert.ok(address && typeof address === 'object');
  const url = `http://127.0.0.1:${address.port}`;
  await new Promise((resolve) => probe.close(resolve));
  await assert.rejects(client(url).status.server(), (error) => {
    assert.ok(error instanceof Unreachable);
    assert.equal(error.origin, url);
    assert.match(error.message, /ECONNREFUSED/);
    return true;
  });
});

test("the caller's abort is passed on as it is", async () => {
  const abort = new AbortController();
  await using server = await testServer(() => {
    abort.abort(new Error('enough'));
    return new Promise(() => undefined);
  });
  await assert.rejects(client(server.url).status.server({ signal: abort.signal }), /enough/);
});

test('waiting for a work request tells each new log entry once', async () => {
  const timestamp = '2026-01-02T03:04:05.000Z';
  const steps = ['ACCEPTED', 'IN_PROGRESS', 'SUCCEEDED'] as const;
  let step = -1;
  await using server = await testServer(({ path }) => {
    if (!path.includes('/logs')) {
      step += 1;
      return { body: testWorkRequest(steps[step] ?? 'FAILED', step * 50) };
    }
    return { body: { items: steps.slice(0, step + 1).map((message) => ({ message, timestamp })) } };
  });
  const seen: string[] = [];
  const done = await client(server.url).workRequests.wait(testOcid('generativeaiworkrequest', 1), {
    interval: 1,
    onProgress: ({ workRequest, entries }) =>
      seen.push(`${workRequest.percentComplete}: ${entries.map(({ message }) => message).join()}`),
  });
  assert.equal(done.status, 'SUCCEEDED');
  assert.deepEqual(seen, ['0: ACCEPTED', '50: IN_PROGRESS', '100: SUCCEEDED']);
});

test('a work request that never ends is a time-out', async () => {
  await using server = await testServer(() => ({ body: testWorkRequest('WAITING', 10) }));
  const waiting = client(server.url).workRequests.wait('x', { interval: 1, timeout: 30 });
  await assert.rejects(waiting, TimedOut);
});

test('log lines come one by one while the server is still writing', async () => {
  const line = (text: string): string =>
    `${JSON.stringify({ replicaId: 'r', stream: 'stdout', timestamp: '2026-01-02T03:04:05.000Z', text })}\n`;
  async function* endless(): AsyncGenerator<string> {
    const half = line('second').length / 2;
    yield line('first') + line('second').slice(0, half);
    yield line('second').slice(half);
    await new Promise(() => undefined);
  }
  await using server = await testServer(() => ({ body: endless() }));
  const texts: string[] = [];
  for await (const { text } of client(server.url).logs('x', { follow: true, tail: 2 })) {
    texts.push(text);
    if (texts.length === 2) break;
  }
  assert.deepEqual(texts, ['first', 'second']);
  assert.equal(server.received[0]?.path, '/v1/applications/x/logs?tail=2&follow=true');
});
