import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { WebSocket, type ClientOptions } from 'ws';
import { verifies } from '@mooring/test/verifies';
import { developmentCertificate } from '../kit/certificate.ts';
import { bearer, goodToken, host, startGateway, startReplica, type TestGateway } from './gateway.fixture.ts';
import { until } from './relay.fixture.ts';
import { sentinel } from './subprotocol.ts';

/** A replica that sends back what it gets. */
const echo = (socket: WebSocket): void =>
  void socket.on('message', (data: Buffer, isBinary) => socket.send(data, { binary: isBinary }));

async function open(
  gateway: TestGateway,
  path: string,
  { subprotocols = [], ...options }: ClientOptions & { subprotocols?: string[] } = {},
): Promise<WebSocket> {
  const scheme = options.ca === undefined ? 'ws' : 'wss';
  const url = `${scheme}://localhost:${gateway.port}${path}`;
  const socket = new WebSocket(url, subprotocols, { family: 4, headers: bearer, ...options });
  await once(socket, 'open');
  return socket;
}

async function close(socket: WebSocket): Promise<void> {
  const closed = once(socket, 'close');
  socket.close();
  await closed;
}

const pair = [`${sentinel}.${Buffer.from(goodToken).toString('base64url')}`, sentinel];
const offers: [offer: string[], headers: Record<string, string>, chosen: string][] = [
  [[], bearer, ''],
  [['mcp'], bearer, 'mcp'],
  [['chat', 'mcp'], bearer, 'mcp'],
  [pair, {}, sentinel],
  [['mcp', ...pair], {}, 'mcp'],
  [['chat', ...pair], {}, sentinel],
];

for (const [subprotocols, headers, chosen] of offers) {
  test(
    verifies(
      [
        'upgrade:subprotocol:chosen',
        'upgrade:subprotocol:sentinel',
        'upgrade:subprotocol:pair',
        'upgrade:subprotocol:token-not-echoed',
      ],
      `of ${subprotocols.length} subprotocols (${subprotocols[0] ?? 'none'} first) the answer is "${chosen}"`,
    ),
    async () => {
      await using replica = await startReplica({ webSocket: echo });
      await using gateway = await startGateway();
      const app = host(gateway.directory, [replica]);
      const socket = await open(gateway, app.live(), { subprotocols, headers });
      assert.equal(socket.protocol, chosen);
      const offered = subprotocols.filter((name) => !name.startsWith(sentinel));
      const seen = replica.requests[0]?.headers['sec-websocket-protocol'];
      assert.equal(seen, offered.length === 0 ? undefined : offered.join(', '));
      await close(socket);
    },
  );
}

test(
  verifies(['live:deflate', 'upgrade:extension'], 'compressed messages go through, both ends compressing'),
  async () => {
    await using replica = await startReplica({ webSocket: echo, perMessageDeflate: true });
    await using gateway = await startGateway();
    const app = host(gateway.directory, [replica]);
    const socket = await open(gateway, app.live(), { perMessageDeflate: { threshold: 0 } });
    assert.match(socket.extensions, /permessage-deflate/);
    for (const text of ['', 'short', 'long '.repeat(100_000)]) {
      socket.send(text);
      const [data]: Buffer[] = await once(socket, 'message');
      assert.equal(data?.toString(), text);
    }
    await close(socket);
    const { bytesIn, messagesIn } = await gateway.entry('connection closed');
    assert.equal(messagesIn, 3);
    assert.ok(Number(bytesIn) < 10_000, 'it was compressed on the wire');
  },
);

test(verifies('upgrade:extension', 'without the replica’s word there is no compression'), async () => {
  await using replica = await startReplica({ webSocket: echo });
  await using gateway = await startGateway();
  const app = host(gateway.directory, [replica]);
  const socket = await open(gateway, app.live(), { perMessageDeflate: true });
  assert.equal(socket.extensions, '');
  await close(socket);
});

/** Sends messages of random sizes; resolves with a digest of what came back, once all is there. */
async function exchange(socket: WebSocket, count: number): Promise<{ sent: string; received: string }> {
  const sent = createHash('sha256');
  const received = createHash('sha256');
  let answers = 0;
  socket.on('message', (data: Buffer) => {
    received.update(data);
    answers += 1;
    // A client that stumbles now and then.
    if (answers % 50 !== 0) return;
    socket.pause();
    setImmediate(() => socket.resume());
  });
  for (let index = 0; index < count; index += 1) {
    const data = randomBytes((index * 7919) % 70_000);
    sent.update(data);
    socket.send(data);
    if (socket.bufferedAmount > 1_000_000) await until(() => socket.bufferedAmount < 100_000);
  }
  await until(() => answers === count);
  return { sent: sent.digest('hex'), received: received.digest('hex') };
}

async function certificate(context: TestContext): Promise<{ cert: string; key: string; ca: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'mooring-live-'));
  context.after(() => rm(directory, { recursive: true }));
  return await developmentCertificate(directory, ['localhost'], Date.now());
}

for (const encrypted of [false, true]) {
  test(
    verifies('live:bytes', `many messages of all sizes come back as they were (TLS: ${encrypted})`),
    async (context) => {
      const tls = encrypted ? await certificate(context) : undefined;
      await using replica = await startReplica({ webSocket: echo });
      await using gateway = await startGateway(tls === undefined ? {} : { tls });
      const app = host(gateway.directory, [replica]);
      const socket = await open(gateway, app.live(), tls === undefined ? {} : { ca: tls.ca });
      const { sent, received } = await exchange(socket, 300);
      assert.equal(received, sent);
      await close(socket);
      const entry = await gateway.entry('connection closed');
      assert.deepEqual([entry.messagesIn, entry.messagesOut], [300, 300]);
      assert.equal(replica.requests[0]?.headers['x-forwarded-proto'], encrypted ? 'https' : 'http');
    },
  );
}

test(verifies('live:replica-died', 'through TLS, a client hears of its replica’s death'), async (context) => {
  const tls = await certificate(context);
  await using replica = await startReplica({
    webSocket: (socket) => socket.on('message', () => socket.terminate()),
  });
  await using gateway = await startGateway({ tls });
  const app = host(gateway.directory, [replica]);
  const socket = await open(gateway, app.live(), { ca: tls.ca });
  socket.send('die');
  const [code, reason]: unknown[] = await once(socket, 'close');
  assert.deepEqual([code, String(reason)], [1011, 'the replica died']);
});

test('connections go to the replica that has fewest, and all of them are counted', async () => {
  await using first = await startReplica({ webSocket: echo });
  await using second = await startReplica({ webSocket: echo });
  await using gateway = await startGateway();
  const app = host(gateway.directory, [first, second]);
  const sockets: WebSocket[] = [];
  for (let count = 0; count < 6; count += 1) sockets.push(await open(gateway, app.live()));
  assert.deepEqual([first.requests.length, second.requests.length], [3, 3]);
  assert.equal(gateway.gateway.demand.connections(app.id), 6);
  await Promise.all(sockets.map(close));
  await gateway.idle();
  assert.equal(gateway.gateway.demand.connections(app.id), 0);
});

test(verifies('live:drain', 'a draining replica’s client finishes what it has to say'), async () => {
  const heard: string[] = [];
  const told = Promise.withResolvers<number>();
  await using replica = await startReplica({
    webSocket: (socket) => {
      socket.on('message', (data: Buffer) => heard.push(data.toString()));
      socket.on('close', (code) => told.resolve(code));
    },
  });
  await using gateway = await startGateway();
  const app = host(gateway.directory, [replica]);
  const socket = await open(gateway, app.live());
  for (let index = 0; index < 1000; index += 1) socket.send(`message ${index}`);
  const drained = gateway.gateway.connections.drain(`${app.id}-0`, {
    after: 0,
    spread: 0,
    requests: 5,
    closes: 5,
  });
  const [code]: unknown[] = await once(socket, 'close');
  await drained;
  assert.equal(code, 1012);
  assert.equal(await told.promise, 1012);
  assert.deepEqual(
    heard,
    Array.from({ length: 1000 }, (_, index) => `message ${index}`),
  );
});
