/** The API behind a real node server, over real sockets. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { test } from 'node:test';
import { getRequestListener } from '@hono/node-server';
import type { LogLine } from '@mooring/contract';
import { arrivalOf, makeApplication, openApplication, openTestApi, type TestApi } from './api.fixture.ts';

interface Served extends AsyncDisposable {
  readonly url: string;
}

async function serve({ api }: TestApi): Promise<Served> {
  const listener = getRequestListener((request) => api.fetch(request, arrivalOf(request)), {
    overrideGlobalObjects: false,
  });
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return {
    url: `http://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

const headers = { authorization: 'Bearer admin', 'content-type': 'application/json' };

test('an application is made and read over a socket', async () => {
  await using api = await openTestApi();
  await using served = await serve(api);
  const root = `${served.url}/20231130/hostedApplications`;
  const created = await fetch(root, { method: 'POST', headers, body: JSON.stringify(openApplication(api)) });
  assert.equal(created.status, 201);
  assert.match(created.headers.get('etag') ?? '', /^"1"$/);
  const listed = await fetch(`${root}?compartmentId=${api.compartmentId}`, { headers });
  assert.match(await listed.text(), /^{"items":\[{"id":"ocid1\.generativeaihostedapplication/);
  assert.equal((await fetch(root)).status, 401);
});

test('a request that does not say its length is served, with a body and without', async () => {
  await using api = await openTestApi();
  await using served = await serve(api);
  const root = `${served.url}/20231130/hostedApplications`;
  const body = ReadableStream.from([Buffer.from(JSON.stringify(openApplication(api)))]);
  const created = await fetch(root, { method: 'POST', headers, body, duplex: 'half' });
  assert.equal(created.status, 201);
  const absent = await fetch(`${root}/nothing`, { method: 'DELETE', headers });
  assert.equal(absent.status, 404);
});

test('a body over the limit is refused, whether it says its length or not', async () => {
  await using api = await openTestApi();
  await using served = await serve(api);
  const chunk = Buffer.alloc(64 * 1024, 120);
  for (const length of [undefined, 64 * chunk.length]) {
    const sent = request(`${served.url}/20231130/hostedApplications`, {
      method: 'POST',
      headers: { ...headers, ...(length !== undefined && { 'content-length': length }) },
    });
    sent.on('error', () => undefined);
    const answered = once(sent, 'response');
    for (let count = 0; count < 64; count += 1) sent.write(chunk);
    const [response] = await answered;
    assert.equal(response.statusCode, 413);
    response.resume();
    sent.destroy();
  }
});

test('log lines arrive while the replica is still writing, and the follower that leaves is let go', async () => {
  const left = Promise.withResolvers<void>();
  const next = Promise.withResolvers<void>();
  const asked: unknown[] = [];
  async function* lines(
    id: string,
    options: { signal: AbortSignal; tail?: number; follow?: boolean },
  ): AsyncGenerator<LogLine, void> {
    asked.push({ id, tail: options.tail, follow: options.follow });
    const line = (text: string): LogLine => ({
      replicaId: 'r',
      stream: 'stdout',
      timestamp: '2026-01-02T03:04:05.000Z',
      text,
    });
    yield line('first');
    await next.promise;
    yield line('second');
    await new Promise((resolve) => options.signal.addEventListener('abort', resolve, { once: true }));
    left.resolve();
  }
  await using api = await openTestApi({ logs: lines });
  await using served = await serve(api);
  const id = await makeApplication(api);
  const gone = new AbortController();
  const path = `${served.url}/v1/applications/${id}/logs?tail=2&follow=true`;
  const response = await fetch(path, { headers, signal: gone.signal });
  assert.equal(response.headers.get('content-type'), 'application/x-ndjson');
  assert.ok(response.body);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  assert.match((await reader.read()).value ?? '', /^{.*"text":"first"}\n$/);
  next.resolve();
  assert.match((await reader.read()).value ?? '', /"text":"second"}\n$/);
  gone.abort();
  await left.promise;
  assert.deepEqual(asked, [{ id, tail: 2, follow: true }]);
});

test('a follower gets the head of the answer before there is any line', async () => {
  async function* silence(_id: string, { signal }: { signal: AbortSignal }): AsyncGenerator<LogLine, void> {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    yield* [];
  }
  await using api = await openTestApi({ logs: silence });
  await using served = await serve(api);
  const id = await makeApplication(api);
  const gone = new AbortController();
  const response = await fetch(`${served.url}/v1/applications/${id}/logs?follow=true`, {
    headers,
    signal: gone.signal,
  });
  assert.equal(response.status, 200);
  gone.abort();
});

test('without follow the answer ends with the last line', async () => {
  async function* one(): AsyncGenerator<LogLine, void> {
    yield { replicaId: 'r', stream: 'stderr', timestamp: '2026-01-02T03:04:05.000Z', text: 'only' };
  }
  await using api = await openTestApi({ logs: one });
  await using served = await serve(api);
  const id = await makeApplication(api);
  const text = await (await fetch(`${served.url}/v1/applications/${id}/logs`, { headers })).text();
  assert.equal(text.trim().split('\n').length, 1);
});

test('a reader that cancels the answer lets the replica go, whatever carries the answer', async () => {
  const left = Promise.withResolvers<void>();
  async function* endless(_id: string, { signal }: { signal: AbortSignal }): AsyncGenerator<LogLine, void> {
    yield { replicaId: 'r', stream: 'stdout', timestamp: '2026-01-02T03:04:05.000Z', text: 'first' };
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    left.resolve();
  }
  await using api = await openTestApi({ logs: endless });
  const id = await makeApplication(api);
  const request = new Request(`http://localhost/v1/applications/${id}/logs?follow=true`, { headers });
  const response = await api.api.fetch(request, arrivalOf(request));
  const reader = response.body?.getReader();
  await reader?.read();
  await reader?.cancel();
  await left.promise;
});
