/** What a client may do wrong within a session, and what it gets: docs/wire.md, "What goes wrong". */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { McpServer } from '@modelcontextprotocol/server';
import { verifies } from '@mooring/test/verifies';
import {
  call,
  connectRaw,
  initialize,
  initializeRequest,
  openTestbed,
  request,
  textOf,
  until,
  type Answer,
  type RawClient,
} from './testbed.ts';

async function open(client: RawClient, protocolVersion: string): Promise<void> {
  const clientInfo = { name: 'raw', version: '1.0' };
  client.send(request('open', 'initialize', { protocolVersion, capabilities: {}, clientInfo }));
  assert.equal((await client.next()).result?.['protocolVersion'], protocolVersion);
}

/** The next frame, parsed; a batch is an array. */
async function nextFrame(client: RawClient): Promise<unknown> {
  return await client.next();
}

describe('a batch', () => {
  const messages = [
    call(1, 'echo', { text: 'one' }),
    { jsonrpc: '2.0', method: 'notifications/roots/list_changed' },
    call(2, 'echo', { text: 'two' }),
  ];

  for (const revision of ['2024-11-05', '2025-06-18', '2025-11-25']) {
    it(verifies('mcp:bad:batch', `is refused in a session of ${revision}`), async () => {
      await using bed = await openTestbed();
      using client = await connectRaw(bed.url);
      await open(client, revision);
      client.send(messages);
      const answer = await client.next();
      assert.deepEqual([answer.id, answer.error?.code], [null, -32600]);
    });
  }

  it(verifies('mcp:bad:batch', 'is refused in the stateless era'), async () => {
    await using bed = await openTestbed();
    using client = await connectRaw(bed.url);
    client.send([request(1, 'server/discover', { _meta: envelope('2026-07-28') })]);
    const answer = await client.next();
    assert.deepEqual([answer.id, answer.error?.code], [null, -32600]);
  });

  it(verifies('mcp:bad:batch', 'is answered with one in a session of 2025-03-26'), async () => {
    await using bed = await openTestbed();
    using client = await connectRaw(bed.url);
    await open(client, '2025-03-26');
    client.send(messages);
    const answers = await nextFrame(client);
    assert.ok(Array.isArray(answers));
    const echoed = (answers as Answer[]).map(({ id, result }) => [id, textOf(result)] as const);
    assert.deepEqual(Object.fromEntries(echoed), { 1: 'one', 2: 'two' });
    client.send([{ jsonrpc: '2.0', method: 'notifications/roots/list_changed' }]);
    client.send(call(3, 'echo', { text: 'three' }));
    assert.equal((await client.next()).id, 3);
  });

  it('with something else than messages in it is refused as a whole', async () => {
    await using bed = await openTestbed();
    using client = await connectRaw(bed.url);
    await open(client, '2025-03-26');
    for (const batch of [[], [7], [...messages, { method: 'ping' }]]) {
      client.send(batch);
      assert.equal((await client.next()).error?.code, -32600);
    }
  });

  it('of which a request is cancelled is answered without it', async () => {
    await using bed = await openTestbed();
    using client = await connectRaw(bed.url);
    await open(client, '2025-03-26');
    client.send([call(1, 'hold'), call(2, 'echo', { text: 'two' }), call(3, 'hold')]);
    for (const requestId of [1, 3])
      client.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } });
    assert.deepEqual((await client.next()).id, 2);
  });
});

describe('an id', () => {
  it(verifies('mcp:bad:id', 'that nobody asked with, in an answer, is passed over'), async () => {
    await using bed = await openTestbed();
    using client = await connectRaw(bed.url);
    await initialize(client);
    client.send({ jsonrpc: '2.0', id: 4711, result: {} });
    client.send({ jsonrpc: '2.0', id: 'x', error: { code: 1, message: 'no' } });
    client.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 4711 } });
    client.send({ jsonrpc: '2.0', method: 'notifications/no-such-thing' });
    client.send(call(2, 'echo', { text: 'aye' }));
    assert.equal((await client.next()).id, 2);
  });

  it(
    verifies('mcp:bad:id', 'that is in use refuses the second request and leaves the first alone'),
    async () => {
      await using bed = await openTestbed();
      using client = await connectRaw(bed.url);
      await initialize(client);
      client.send(call(7, 'hold'));
      client.send(call(7, 'echo', { text: 'second' }));
      const refused = await client.next();
      assert.deepEqual([refused.id, refused.error?.code], [7, -32600]);
      assert.match(refused.error?.message ?? '', /waits for its answer/);
      bed.release();
      assert.equal(textOf((await client.next()).result), 'released');
      client.send(call(7, 'echo', { text: 'again' }));
      assert.equal(textOf((await client.next()).result), 'again');
    },
  );
});

const envelope = (protocolVersion: string): object => ({
  'io.modelcontextprotocol/protocolVersion': protocolVersion,
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
});

describe('a protocol version that the server does not speak', () => {
  it(verifies('mcp:bad:version', 'is answered with the newest legacy one in initialize'), async () => {
    await using bed = await openTestbed();
    using client = await connectRaw(bed.url);
    const clientInfo = { name: 'raw', version: '1.0' };
    client.send(request(1, 'initialize', { protocolVersion: '2029-01-01', capabilities: {}, clientInfo }));
    assert.equal((await client.next()).result?.['protocolVersion'], '2025-11-25');
  });

  it(
    verifies('mcp:bad:version', 'is answered with -32022 and what there is in the stateless era'),
    async () => {
      await using bed = await openTestbed();
      using client = await connectRaw(bed.url);
      client.send(request(1, 'tools/list', { _meta: envelope('2029-01-01') }));
      const { id, error } = await client.next();
      assert.deepEqual([id, error?.code], [1, -32022]);
      assert.deepEqual(Reflect.get(error ?? {}, 'data'), {
        supported: ['2026-07-28'],
        requested: '2029-01-01',
      });
      client.send(request(2, 'tools/list', { _meta: envelope('2026-07-28') }));
      assert.ok((await client.next()).result?.['tools']);
    },
  );

  it('is not guessed: a first request that names none is of the legacy era', async () => {
    await using bed = await openTestbed();
    using client = await connectRaw(bed.url);
    client.send(request(1, 'tools/list'));
    assert.ok((await client.next()).result?.['tools']);
    assert.deepEqual(
      bed.made.map(({ context }) => context.era),
      ['legacy'],
    );
  });

  it('and a header of the handshake have nothing to do with each other', async () => {
    await using bed = await openTestbed();
    using client = await connectRaw(bed.url, { headers: { 'MCP-Protocol-Version': '2026-07-28' } });
    client.send(initializeRequest());
    assert.equal((await client.next()).result?.['protocolVersion'], '2024-11-05');
  });
});

it(verifies('mcp:many', 'a thousand requests at one time on one socket are all answered'), async () => {
  await using bed = await openTestbed();
  using client = await connectRaw(bed.url);
  await initialize(client);
  const ids = Array.from({ length: 1_000 }, (_, index) => index + 10);
  for (const id of ids) client.send(call(id, 'hold'));
  client.send(call(2, 'echo', { text: 'aye' }));
  assert.equal((await client.next()).id, 2);
  bed.release();
  const answered = new Set<unknown>();
  for (const _ of ids) answered.add((await client.next()).id);
  assert.deepEqual(answered, new Set(ids));
});

it(
  verifies(
    'mcp:slow-reader',
    'a reader that stops during a flood of notifications is closed with 1013 and disturbs nobody',
  ),
  async () => {
    const limit = 200_000;
    await using bed = await openTestbed({
      maxBufferedBytes: limit,
      closeTimeout: 100,
      server: () => floodingServer(),
    });
    using slow = await connectRaw(bed.url);
    using other = await connectRaw(bed.url);
    await initialize(slow);
    await initialize(other);
    const before = process.memoryUsage();
    slow.send(call(2, 'flood'));
    slow.socket.pause();
    await until(() => bed.serving.connections === 1);
    const after = process.memoryUsage();
    other.send(call(3, 'say'));
    assert.equal(textOf((await other.next()).result), 'aye');
    assert.match(bed.errors.map(({ message }) => message).join(), /1013: More than 200000 bytes wait/);
    const grown = after.external + after.arrayBuffers - before.external - before.arrayBuffers;
    assert.ok(grown < 64 * 1024 * 1024, `${grown} bytes more are kept`);
  },
);

/** Sends notifications until nobody takes them any more. */
function floodingServer(): McpServer {
  const server = new McpServer({ name: 'flood', version: '1.0.0' }, { capabilities: { logging: {} } });
  const text = (said: string) => ({ content: [{ type: 'text' as const, text: said }] });
  server.registerTool('say', {}, () => text('aye'));
  server.registerTool('flood', {}, async (context) => {
    const data = 'x'.repeat(20_000);
    while (!context.mcpReq.signal.aborted) {
      // Not awaited: a sender that waits for the network is slowed down and never gets here.
      server.server.sendLoggingMessage({ level: 'error', data }).catch(() => undefined);
      await new Promise(setImmediate);
    }
    return text('ended');
  });
  return server;
}
