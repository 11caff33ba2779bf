import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { test } from 'node:test';
import { NoAnswer, type Connection, type ExchangeSink } from './connection.ts';
import { Pool } from './pool.ts';

interface Replica extends AsyncDisposable {
  readonly address: { readonly host: string; readonly port: number };
  readonly sockets: Socket[];
}

/** Answers each piece that it gets with these bytes. */
async function startReplica(answer: string | ((socket: Socket) => void)): Promise<Replica> {
  const sockets: Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', () => (typeof answer === 'string' ? socket.write(answer) : answer(socket)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP address is needed');
  return {
    address: { host: '127.0.0.1', port: address.port },
    sockets,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * Asks for something; resolves with the body of the answer.
 * @param differently what the sink does otherwise than to take all that comes
 */
async function ask(
  connection: Connection,
  patience = 60_000,
  differently: Partial<ExchangeSink> = {},
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let body = '';
  const sink: ExchangeSink = {
    goOn: () => {},
    begun: differently.begun ?? (() => true),
    data: (bytes) => {
      body += bytes.toString();
      differently.data?.(bytes);
    },
    ended: () => resolve(body),
    settled: () => {},
    drained: differently.drained ?? (() => {}),
    failed: reject,
  };
  const asking = { sink, isHead: false, isChunked: false, patience };
  connection.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n', Buffer.alloc(0), asking);
  return await promise;
}

const hello = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';

test('a connection serves one exchange after the other', async () => {
  await using replica = await startReplica(hello);
  using pool = new Pool();
  for (let round = 0; round < 5; round += 1) assert.equal(await ask(pool.take(replica.address)), 'hello');
  assert.equal(replica.sockets.length, 1);
});

test('two exchanges at a time have a connection each', async () => {
  await using replica = await startReplica(hello);
  using pool = new Pool();
  const both = [pool.take(replica.address), pool.take(replica.address)];
  assert.deepEqual(await Promise.all(both.map((connection) => ask(connection))), ['hello', 'hello']);
  assert.equal(replica.sockets.length, 2);
});

const closing: [name: string, answer: string][] = [
  ['that the replica wants closed', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello'],
  [
    'of a replica that keeps it for a second',
    `HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\n${hello.slice(17)}`,
  ],
  ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
  ['behind whose answer there is more', `${hello}HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nsmuggled`],
];

for (const [name, answer] of closing) {
  test(`a connection ${name} is not used again`, async () => {
    await using replica = await startReplica(answer);
    using pool = new Pool();
    assert.equal(await ask(pool.take(replica.address)), 'hello');
    assert.equal(await ask(pool.take(replica.address)), 'hello');
    assert.equal(replica.sockets.length, 2);
  });
}

for (const [name, leave] of [
  ['closes', (socket: Socket) => void socket.end()],
  ['resets', (socket: Socket) => void socket.resetAndDestroy()],
  ['writes into', (socket: Socket) => void socket.write(hello)],
] as const) {
  test(`a connection that its replica ${name} while nobody uses it is not used again`, async () => {
    await using replica = await startReplica(hello);
    using pool = new Pool();
    const first = pool.take(replica.address);
    assert.equal(await ask(first), 'hello');
    const [socket] = replica.sockets;
    assert.ok(socket);
    const closed = once(socket, 'close');
    leave(socket);
    await closed;
    while (!first.isClosed) await new Promise(setImmediate);
    assert.equal(await ask(pool.take(replica.address)), 'hello');
    assert.equal(replica.sockets.length, 2);
  });
}

test('a connection that is free while its reader has made it wait reads on, and serves the next exchange', async () => {
  await using replica = await startReplica(hello);
  using pool = new Pool();
  for (let round = 0; round < 3; round += 1) {
    const connection = pool.take(replica.address);
    const body = await ask(connection, 30_000, { data: () => connection.pause() });
    assert.equal(body, 'hello');
  }
  assert.equal(replica.sockets.length, 1);
});

for (const [name, leave] of [
  ['closes', (socket: Socket) => void socket.end()],
  ['resets', (socket: Socket) => void socket.resetAndDestroy()],
] as const) {
  test(`an answer that is held while its replica ${name} the connection is whole afterwards`, async () => {
    await using replica = await startReplica(hello);
    using pool = new Pool();
    const connection = pool.take(replica.address);
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    const begun = (): boolean => {
      connection.hold();
      // The answer came in one piece, so nothing of it can be lost any more.
      for (const socket of replica.sockets) leave(socket);
      return false;
    };
    const body = ask(connection, 30_000, { begun, drained: resolve });
    await gone;
    assert.equal(connection.isClosed, true);
    connection.resume();
    assert.equal(await body, 'hello');
  });
}

test('an answer that does not begin in time is given up, also behind one that did', async () => {
  let asked = 0;
  await using replica = await startReplica((socket) => {
    asked += 1;
    if (asked === 1) socket.write(hello);
  });
  using pool = new Pool();
  assert.equal(await ask(pool.take(replica.address), 30_000), 'hello');
  await assert.rejects(ask(pool.take(replica.address), 50), NoAnswer);
  assert.equal(replica.sockets.length, 1);
});

test('what is kept is closed with the pool, and nothing is kept afterwards', async () => {
  await using replica = await startReplica(hello);
  const pool = new Pool();
  const [kept, late] = [pool.take(replica.address), pool.take(replica.address)];
  await ask(kept);
  pool[Symbol.dispose]();
  await ask(late);
  assert.deepEqual([kept.isClosed, late.isClosed], [true, true]);
});
