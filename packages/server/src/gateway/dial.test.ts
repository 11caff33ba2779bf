import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { test } from 'node:test';
import type { ApplicationSettings } from '@mooring/contract';
import * as fc from 'fast-check';
import { verifies, type RequirementId } from '@mooring/test/verifies';
import { connectRaw, type RawClient } from '../kit/raw.fixture.ts';
import { opcodes } from './frame.ts';
import {
  ask,
  clientKey,
  handshake,
  host,
  startGateway,
  startReplica,
  switching,
  type TestGateway,
  type TestReplica,
} from './gateway.fixture.ts';
import { acceptKey } from './handshake.ts';
import { frame, peer, until } from './relay.fixture.ts';

interface Stand extends AsyncDisposable {
  readonly gateway: TestGateway;
  readonly replica: TestReplica;
  /** Where the application is. */
  readonly path: string;
  /** A client that has sent its handshake, with these headers beside the usual ones. */
  connect(headers?: Record<string, string | undefined>): Promise<RawClient>;
}

/** A gateway with one replica that answers a handshake on the bare socket. */
async function stand(
  upgrade: (request: IncomingMessage, socket: Socket) => void,
  settings: Partial<ApplicationSettings> = {},
): Promise<Stand> {
  await using owned = new AsyncDisposableStack();
  const replica = owned.use(await startReplica({ upgrade }));
  const gateway = owned.use(await startGateway());
  const app = host(gateway.directory, [replica], { settings });
  const everything = owned.move();
  return {
    gateway,
    replica,
    path: app.live('/ws'),
    connect: async (headers) => {
      const client = await connectRaw(gateway.port);
      client.write(handshake(app.live('/ws'), headers));
      return client;
    },
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

interface Refusal {
  readonly id: RequirementId;
  readonly name: string;
  readonly answer: (request: IncomingMessage, socket: Socket) => void;
  readonly status?: number;
  readonly message: RegExp;
  readonly offer?: Record<string, string>;
}

const refusals: Refusal[] = [
  ...[200, 301, 401, 404, 500].map((status) => ({
    id: 'upgrade:replica:refused' as const,
    name: `with ${status}`,
    answer: (_: IncomingMessage, socket: Socket) =>
      void socket.write(`HTTP/1.1 ${status} Nothing\r\nContent-Length: 5\r\n\r\nhello`),
    message: new RegExp(`status ${status}`),
  })),
  {
    id: 'upgrade:replica:refused',
    name: 'with 404 and a body without end',
    answer: (_, socket) => void socket.write('HTTP/1.1 404 Nothing\r\n\r\nand on it goes'),
    message: /status 404/,
  },
  {
    id: 'upgrade:replica:garbage',
    name: 'with garbage',
    answer: (_, socket) => void socket.write('what?\r\n\r\n'),
    message: /garbage/,
  },
  {
    id: 'upgrade:replica:garbage',
    name: 'with a head without end',
    answer: (_, socket) => void socket.write(`HTTP/1.1 101 Fine\r\nX: ${'x'.repeat(20_000)}`),
    message: /garbage/,
  },
  {
    id: 'upgrade:replica:garbage',
    name: 'by hanging up',
    answer: (_, socket) => socket.destroy(),
    message: /could not be reached/,
  },
  {
    id: 'upgrade:replica:garbage',
    name: 'by resetting the connection',
    answer: (_, socket) => void socket.resetAndDestroy(),
    message: /could not be reached/,
  },
  {
    id: 'upgrade:replica:garbage',
    name: 'with half a 101 and hanging up',
    answer: (_, socket) => void socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgr'),
    message: /could not be reached/,
  },
  {
    id: 'upgrade:replica:disagrees',
    name: 'with the wrong key',
    answer: (request, socket) =>
      void socket.write(switching(request).replace(/(Accept: ).*/, `$1${acceptKey('another')}`)),
    message: /Sec-WebSocket-Accept/,
  },
  {
    id: 'upgrade:replica:disagrees',
    name: 'with the key of the client, which it cannot know',
    answer: (request, socket) =>
      void socket.write(switching(request).replace(/(Accept: ).*/, `$1${acceptKey(clientKey)}`)),
    message: /Sec-WebSocket-Accept/,
  },
  {
    id: 'upgrade:replica:disagrees',
    name: 'without a key',
    answer: (request, socket) =>
      void socket.write(switching(request).replace(/Sec-WebSocket-Accept: .*\r\n/, '')),
    message: /Sec-WebSocket-Accept/,
  },
  {
    id: 'upgrade:replica:disagrees',
    name: 'with another upgrade',
    answer: (request, socket) => void socket.write(switching(request).replace('websocket', 'h2c')),
    message: /another upgrade/,
  },
  {
    id: 'upgrade:replica:disagrees',
    name: 'with a subprotocol though none was offered',
    answer: (request, socket) => void socket.write(switching(request, 'Sec-WebSocket-Protocol: mcp')),
    message: /subprotocol/,
  },
  {
    id: 'upgrade:replica:disagrees',
    name: 'with a subprotocol that was not offered',
    offer: { 'Sec-WebSocket-Protocol': 'mcp' },
    answer: (request, socket) => void socket.write(switching(request, 'Sec-WebSocket-Protocol: chat')),
    message: /subprotocol/,
  },
  {
    id: 'upgrade:replica:disagrees',
    name: 'with two subprotocols',
    offer: { 'Sec-WebSocket-Protocol': 'mcp, chat' },
    answer: (request, socket) => void socket.write(switching(request, 'Sec-WebSocket-Protocol: mcp, chat')),
    message: /subprotocol/,
  },
  {
    id: 'upgrade:replica:disagrees',
    name: 'with an extension though none was offered',
    answer: (request, socket) =>
      void socket.write(switching(request, 'Sec-WebSocket-Extensions: permessage-deflate')),
    message: /extension/,
  },
  {
    id: 'upgrade:replica:disagrees',
    name: 'with an extension that was not offered on',
    offer: { 'Sec-WebSocket-Extensions': 'mux, permessage-deflate' },
    answer: (request, socket) => void socket.write(switching(request, 'Sec-WebSocket-Extensions: mux')),
    message: /extension/,
  },
  {
    id: 'upgrade:replica:silent',
    name: 'with nothing',
    answer: () => {},
    status: 504,
    message: /did not answer/,
  },
  {
    id: 'upgrade:replica:silent',
    name: 'with half a head',
    answer: (_, socket) => void socket.write('HTTP/1.1 101 Switching'),
    status: 504,
    message: /did not answer/,
  },
];

for (const { id, name, answer, status = 502, message, offer = {} } of refusals) {
  test(verifies(id, `a replica that answers the handshake ${name} is a ${status}`), async () => {
    const replica = (request: IncomingMessage, socket: Socket): void => answer(request, socket.resume());
    await using app = await stand(replica, { handshakeTimeout: status === 504 ? 0.05 : 10 });
    using client = await app.connect(offer);
    const text = await client.ended;
    assert.match(text, new RegExp(`^HTTP/1\\.1 ${status} `));
    assert.match(text, message);
    assert.match(text, /\r\nopc-request-id: [0-9A-F]{32}\r\n/);
    await app.gateway.idle();
    await until(() => app.replica.sockets.size === 0);
  });
}

test(
  verifies('hold:gone', 'a replica that takes no connection is passed over, and alone it is a 503'),
  async () => {
    const gone = await startReplica({});
    await gone[Symbol.asyncDispose]();
    await using alive = await startReplica({
      upgrade: (request, socket) => void socket.write(switching(request)),
      http: (_request, response) => response.end('alive'),
    });
    await using gateway = await startGateway();
    const both = host(gateway.directory, [gone, alive]);
    const alone = host(gateway.directory, [gone], { settings: { hold: 0.05 } });
    for (let round = 0; round < 6; round += 1) {
      using client = await connectRaw(gateway.port);
      client.write(handshake(both.live()));
      await client.until(/^HTTP\/1\.1 101 /);
      assert.equal((await ask(gateway.port, both.invoke())).body, 'alive');
    }
    using client = await connectRaw(gateway.port);
    client.write(handshake(alone.live()));
    assert.match(await client.ended, /^HTTP\/1\.1 503 /);
    assert.equal((await ask(gateway.port, alone.invoke())).status, 503);
    await gateway.idle();
  },
);

test(
  verifies('upgrade:replica:garbage', 'whatever a replica answers, the handshake ends, and never with a 500'),
  async () => {
    let change: (answer: Buffer) => void = () => {};
    await using app = await stand(
      (request, socket) => {
        const answer = Buffer.from(switching(request, 'X-Name: value'));
        change(answer);
        socket.end(answer);
      },
      { handshakeTimeout: 0.2 },
    );
    const length = 150;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(length), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        async (changes) => {
          change = (answer) => {
            for (const [position, value] of changes) answer[position % answer.length] = value;
          };
          using client = await app.connect();
          assert.doesNotMatch(await client.ended, /InternalServerError/);
        },
      ),
      { numRuns: 200 },
    );
    await app.gateway.idle();
  },
);

test(
  verifies(
    'upgrade:after-replica',
    'the client hears of a 101 after the replica’s, with the answer to its own key',
  ),
  async () => {
    const asked = Promise.withResolvers<() => void>();
    await using app = await stand((request, socket) =>
      asked.resolve(() => void socket.write(switching(request, 'X-Replica: yes', 'Set-Cookie: a=1'))),
    );
    using client = await app.connect({ 'opc-request-id': 'mine' });
    const answer = await asked.promise;
    for (let turn = 0; turn < 5; turn += 1) await setImmediate();
    assert.equal(client.received(), '');
    answer();
    const text = await client.until(/\r\n\r\n$/);
    assert.match(
      text,
      /^HTTP\/1\.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n/,
    );
    assert.ok(text.includes(`\r\nSec-WebSocket-Accept: ${acceptKey(clientKey)}\r\n`));
    assert.match(
      text,
      /\r\nX-Replica: yes\r\nSet-Cookie: a=1; Path=\/20251112\/ws\/hostedapplication\/[^;\r]+\r\n/,
    );
    assert.match(text, /\r\nopc-request-id: mine\r\n/);
    assert.equal(text.match(/sec-websocket/gi)?.length, 1);
  },
);

test(
  verifies(
    ['upgrade:after-replica', 'forward:credentials', 'forward:path'],
    'the replica’s handshake is a new one',
  ),
  async () => {
    await using app = await stand((request, socket) => void socket.write(switching(request)));
    using client = await app.connect({
      'X-Own': 'kept',
      'Sec-WebSocket-Protocol': 'mcp',
      'Sec-WebSocket-Extensions': 'mux, permessage-deflate; client_max_window_bits',
      'Sec-WebSocket-Own': 'x',
      Connection: 'keep-alive, Upgrade, X-Hop',
      'X-Hop': 'gone',
    });
    await client.until(/\r\n\r\n$/);
    const [request] = app.replica.requests;
    assert.ok(request);
    assert.equal(request.url, '/ws');
    assert.equal(request.headers.connection, 'Upgrade');
    assert.equal(request.headers['sec-websocket-version'], '13');
    assert.match(request.headers['sec-websocket-key'] ?? '', /^[+/0-9A-Za-z]{22}==$/);
    assert.notEqual(request.headers['sec-websocket-key'], clientKey);
    assert.equal(request.headers['sec-websocket-protocol'], 'mcp');
    assert.equal(request.headers['sec-websocket-extensions'], 'permessage-deflate; client_max_window_bits');
    assert.equal(request.headers['sec-websocket-own'], undefined);
    assert.equal(request.headers['x-own'], 'kept');
    assert.equal(request.headers['x-hop'], undefined);
    assert.equal(request.headers.authorization, undefined);
    assert.equal(request.headers['mooring-subject'], 'someone');
  },
);

const early = frame('replica', opcodes.text, 'early');
const departures: [name: string, send: (socket: Socket, answer: Buffer) => Promise<void>][] = [
  ['in the packet of its 101', async (socket, answer) => void socket.write(Buffer.concat([answer, early]))],
  [
    'in the packet behind its 101',
    async (socket, answer) => {
      socket.write(answer);
      await setImmediate();
      socket.write(early);
    },
  ],
  [
    'half in the packet of its 101',
    async (socket, answer) => {
      socket.write(Buffer.concat([answer, early.subarray(0, 1)]));
      await setImmediate();
      socket.write(early.subarray(1));
    },
  ],
];

for (const [name, send] of departures) {
  test(verifies('live:early', `what a replica sends ${name} is not lost`), async () => {
    await using app = await stand((request, socket) => {
      socket.setNoDelay(true);
      void send(socket, Buffer.from(switching(request)));
    });
    using client = await app.connect();
    await client.until(/\r\n\r\n..early$/s);
  });
}

test(
  verifies('live:early', 'what a replica sends before it hangs up reaches the client, and so does the end'),
  async () => {
    await using app = await stand(
      (request, socket) => void socket.end(switching(request) + early.toString('latin1'), 'latin1'),
    );
    using client = await app.connect();
    assert.match(await client.ended, /\r\n\r\n..early....the replica died$/s);
    const { reason } = await app.gateway.entry('connection closed');
    assert.equal(reason, 'the replica died at a frame boundary');
  },
);

test(verifies('live:early', 'what a client sends behind its handshake is not lost'), async () => {
  const first = frame('client', opcodes.text, 'with the handshake');
  const second = frame('client', opcodes.text, 'while the replica thinks');
  const third = frame('client', opcodes.text, 'after the 101');
  const asked = Promise.withResolvers<[IncomingMessage, Socket]>();
  await using app = await stand((request, socket) => asked.resolve([request, socket]));
  const path = app.path;
  using client = await connectRaw(app.gateway.port);
  client.write(Buffer.concat([Buffer.from(handshake(path)), first, second.subarray(0, 3)]));
  const [request, socket] = await asked.promise;
  client.write(Buffer.concat([second.subarray(3), third.subarray(0, 9)]));
  const replica = peer('replica', socket);
  socket.write(switching(request));
  assert.equal(await replica.next(), 'text with the handshake');
  assert.equal(await replica.next(), 'text while the replica thinks');
  client.write(third.subarray(9));
  assert.equal(await replica.next(), 'text after the 101');
});

test(verifies('live:bytes', 'what is read into one buffer again and again is never mixed up'), async () => {
  const sizes = Array.from({ length: 400 }, (_, index) => (index * 7919) % 40_000);
  await using app = await stand((request, socket) => {
    socket.write(switching(request));
    for (const [index, size] of sizes.entries())
      socket.write(frame('replica', opcodes.binary, Buffer.alloc(size, index % 251)));
  });
  using client = await app.connect();
  await client.until(/\r\n\r\n/);
  client.socket.pause();
  await until(() => [...app.replica.sockets].every((socket) => socket.writableLength > 0));
  client.socket.resume();
  const length = sizes.reduce((sum, size) => sum + size, 0);
  await until(() => client.received().length >= length);
  const end = peer('client', client.socket);
  client.socket.emit(
    'data',
    Buffer.from(client.received().split('\r\n\r\n').slice(1).join('\r\n\r\n'), 'latin1'),
  );
  for (const [index, size] of sizes.entries())
    assert.equal(await end.next(), `binary ${Buffer.alloc(size, index % 251).toString('hex')}`);
});

const departed: [when: string, leave: (client: RawClient) => void][] = [
  ['resets', (client) => void client.socket.resetAndDestroy()],
  ['hangs up', (client) => void client.socket.end()],
];

for (const [how, leave] of departed) {
  test(
    verifies('hold:left', `a client that ${how} while the replica is dialled gives its seat back`),
    async () => {
      const asked = Promise.withResolvers<Socket>();
      await using app = await stand((_request, socket) => asked.resolve(socket.resume()));
      using client = await app.connect();
      const socket = await asked.promise;
      const closed = once(socket, 'close');
      leave(client);
      await closed;
      await app.gateway.idle();
      await app.gateway.entry('the client left before it was answered');
    },
  );
}
