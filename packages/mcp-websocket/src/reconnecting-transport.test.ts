/** A lasting connection over connections that end: what is repeated, what is not, and when it is given up. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { describe, it } from 'node:test';
import { Client } from '@modelcontextprotocol/client';
import { McpServer } from '@modelcontextprotocol/server';
import { WebSocketClientTransport } from './client-transport.ts';
import { closing } from './closing.ts';
import { HandshakeError } from './dial.ts';
import { delayOf, isPassing, isPassingFailure } from './reconnect-policy.ts';
import { ReconnectingTransport, type ConnectionState } from './reconnecting-transport.ts';
import { acceptAll, openTestbed, textOf, until } from './testbed.ts';

const info = { name: 'test', version: '1.0.0' };
const quick = { first: 5, longest: 20 };

/** A client on a lasting connection, every state that it went through, and how often a connection was opened. */
function lasting(url: () => string) {
  const states: ConnectionState[] = [];
  let opened = 0;
  const transport = new ReconnectingTransport(
    () => {
      opened += 1;
      return new WebSocketClientTransport(url(), { token: async () => `token-${opened}` });
    },
    { backoff: quick, onstate: (state) => states.push(state) },
  );
  return {
    transport,
    states,
    opened: () => opened,
    [Symbol.asyncDispose]: () => transport.close(),
  };
}

for (const [era, versionNegotiation] of [
  ['legacy', undefined],
  ['stateless', { mode: { pin: '2026-07-28' } }],
] as const) {
  it(`a ${era} client goes on after the server has restarted, with a new token`, async () => {
    let bed = await openTestbed();
    await using line = lasting(() => bed.url);
    const { transport, states, opened } = line;
    const client = new Client(info, versionNegotiation && { versionNegotiation });
    await client.connect(transport);
    const old = bed;
    bed = await openTestbed();
    await old.serving.drain({ reason: '{"retryAfterMs":3}' });
    const answer = await client.callTool({ name: 'echo', arguments: { text: 'aye' } });
    assert.equal(textOf(answer), 'aye');
    assert.equal(opened(), 2);
    assert.equal(bed.made[0]?.context.request.headers.authorization, 'Bearer token-2');
    assert.deepEqual(
      states.map(({ kind }) => kind),
      ['open', 'reconnecting', 'open'],
    );
    const [, waited] = states;
    assert.ok(waited?.kind === 'reconnecting' && waited.delay >= 3 && waited.cause.startsWith('1012'));
    await client.close();
    assert.deepEqual(transport.state, { kind: 'closed', reason: 'closed by this end' });
    await old[Symbol.asyncDispose]();
    await bed[Symbol.asyncDispose]();
  });
}

it('a request in flight is repeated when that is safe, and otherwise its fate is said to be unknown', async () => {
  const counts = { call: 0, read: 0 };
  const held = Promise.withResolvers<void>();
  const requests: IncomingMessage[] = [];
  await using bed = await openTestbed({
    server: ({ request }) => {
      requests.push(request);
      const server = new McpServer(info);
      server.registerTool('hold', {}, async () => {
        counts.call += 1;
        await held.promise;
        return { content: [] };
      });
      server.registerResource('page', 'test://page', {}, async ({ href }) => {
        counts.read += 1;
        if (counts.read === 1) await held.promise;
        return { contents: [{ uri: href, text: 'read' }] };
      });
      return server;
    },
  });
  await using line = lasting(() => bed.url);
  const { transport } = line;
  const client = new Client(info);
  await client.connect(transport);
  const called = client.callTool({ name: 'hold' });
  const read = client.readResource({ uri: 'test://page' });
  await until(() => counts.call === 1 && counts.read === 1);
  requests[0]?.socket.destroy();
  await assert.rejects(called, (error: Error) => {
    assert.match(error.message, /may have been carried out/);
    assert.deepEqual(Reflect.get(error, 'data'), { fate: 'unknown' });
    return true;
  });
  assert.deepEqual(await read, { contents: [{ uri: 'test://page', text: 'read' }] });
  assert.deepEqual(counts, { call: 1, read: 2 });
  held.resolve();
  await client.close();
});

it('a legacy session is begun again as it was: initialized, with its log level and its subscriptions', async () => {
  const heard: string[][] = [];
  await using server = await acceptAll((socket) => {
    const methods: string[] = [];
    heard.push(methods);
    socket.on('message', (data: Buffer) => {
      const { id, method } = JSON.parse(data.toString());
      methods.push(method);
      const result =
        method === 'initialize'
          ? {
              protocolVersion: '2025-11-25',
              capabilities: { logging: {}, resources: { subscribe: true } },
              serverInfo: info,
            }
          : {};
      if (id !== undefined) socket.send(JSON.stringify({ jsonrpc: '2.0', id, result }));
      if (method === 'ping' && heard.length === 1) socket.terminate();
    });
  });
  await using line = lasting(() => `ws://127.0.0.1:${server.port}`);
  const { transport } = line;
  const client = new Client(info);
  await client.connect(transport);
  await client.setLoggingLevel('error');
  await client.subscribeResource({ uri: 'test://kept' });
  await client.subscribeResource({ uri: 'test://left' });
  await client.unsubscribeResource({ uri: 'test://left' });
  await client.ping();
  await until(() => heard.length === 2 && transport.state.kind === 'open');
  await client.ping();
  const session = ['initialize', 'notifications/initialized', 'logging/setLevel', 'resources/subscribe'];
  assert.deepEqual(heard[1]?.slice(0, 4), session);
  assert.deepEqual(new Set(heard[1]?.slice(4)), new Set(['ping']));
  await client.close();
});

it('a server that takes every connection and drops it is tried ever later, and given up at the limit', async () => {
  await using server = await acceptAll((socket) => {
    socket.on('message', () => socket.close(1012));
  });
  const states: ConnectionState[] = [];
  const transport = new ReconnectingTransport(
    () => new WebSocketClientTransport(`ws://127.0.0.1:${server.port}`),
    {
      backoff: { first: 5, longest: 200 },
      giveUpAfter: 300,
      random: () => 1,
      onstate: (state) => states.push(state),
    },
  );
  await transport.start();
  await transport.send({ jsonrpc: '2.0', id: 1, method: 'ping' });
  await until(() => transport.state.kind === 'closed');
  const delays = states.flatMap((state) => (state.kind === 'reconnecting' ? [state.delay] : []));
  assert.deepEqual(delays.slice(0, 5), [5, 10, 20, 40, 80]);
  const last = states.at(-1);
  assert.match(last?.kind === 'closed' ? last.reason : '', /no connection for 0.3 s: 1012/);
});

it('an end that another connection would meet again is final', async () => {
  await using server = await acceptAll((socket) => {
    socket.on('message', () => socket.close(1008, 'no'));
  });
  await using line = lasting(() => `ws://127.0.0.1:${server.port}`);
  const { transport, states } = line;
  await transport.start();
  await transport.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
  await until(() => transport.state.kind === 'closed');
  assert.deepEqual(states.at(-1), { kind: 'closed', reason: '1008: no' });
  await assert.rejects(transport.send({ jsonrpc: '2.0', id: 1, method: 'ping' }), /closed \(1008: no\)/);
});

it('the first connection fails as it is, and at once', async () => {
  await using line = lasting(() => 'ws://127.0.0.1:1/ws');
  const { transport, opened } = line;
  await assert.rejects(transport.start(), /ECONNREFUSED/);
  assert.equal(opened(), 1);
});

it('close() ends the wait for the next connection', async () => {
  const bed = await openTestbed();
  const transport = new ReconnectingTransport(() => new WebSocketClientTransport(bed.url), {
    backoff: { first: 600_000, longest: 600_000 },
    random: () => 1,
  });
  await transport.start();
  await transport.send({ jsonrpc: '2.0', id: 1, method: 'ping' });
  await bed[Symbol.asyncDispose]();
  await until(() => transport.state.kind === 'reconnecting');
  await transport.close();
  assert.equal(transport.state.kind, 'closed');
});

describe('the policy', () => {
  it('waits a random part of a bound that doubles, and what the server asked for before it', () => {
    const backoff = { first: 1_000, longest: 30_000 };
    const bounds = [0, 1, 2, 3, 4, 5, 6, 60].map((attempt) => delayOf(attempt, { backoff, random: 1 }));
    assert.deepEqual(bounds, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    assert.equal(delayOf(3, { backoff, random: 0 }), 0);
    assert.equal(delayOf(3, { backoff, random: 0.5, asked: 700 }), 4_700);
    assert.equal(delayOf(3, { backoff, random: 0.5, asked: 3e9 }), 304_000);
    assert.equal(delayOf(3, { backoff, random: 0.5, asked: 1e308 }), 304_000);
  });

  const codes: [number, boolean][] = [
    [1000, false],
    [1001, true],
    [1002, false],
    [1003, false],
    [1005, true],
    [1006, true],
    [1007, false],
    [1008, false],
    [1009, false],
    [1011, true],
    [1012, true],
    [1013, true],
    [3000, true],
    [3003, false],
    [3008, true],
    [4000, false],
  ];
  for (const [code, expected] of codes)
    it(`${expected ? 'goes on' : 'stops'} after ${code}`, () => {
      assert.equal(isPassing(closing(code, '', 'peer')), expected);
    });

  it('goes on after a refusal that passes, and stops after one that does not', () => {
    const isRepeated = (status: number | undefined): boolean =>
      isPassingFailure(new HandshakeError('', { status }));
    assert.deepEqual([undefined, 409, 429, 502, 503, 504].map(isRepeated), [
      true,
      true,
      true,
      true,
      true,
      true,
    ]);
    assert.deepEqual([400, 401, 403, 404, 421].map(isRepeated), [false, false, false, false, false]);
  });
});
