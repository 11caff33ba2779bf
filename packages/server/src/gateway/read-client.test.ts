import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import net, { type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { makeCertificate, type TestCertificate } from './http2.fixture.ts';
import { readClient, readData, readReused, type ReadClient } from './read-client.ts';
import { pair, securePair, until } from './relay.fixture.ts';
import { openSink } from './sink.ts';

let certificate: TestCertificate;
before(async () => (certificate = await makeCertificate()));
after(() => certificate[Symbol.asyncDispose]());

/** Two ends of one connection. */
type Pair = () => Promise<[Socket, Socket]>;
const connections: [over: string, pair: Pair][] = [
  ['TCP', pair],
  ['TLS', () => securePair(certificate)],
];

/** Passes on everything from one socket to another as the relay does, and waits when that one is full. */
function passOn(from: Socket, to: Socket, read: ReadClient): void {
  to.on('drain', () => from.resume());
  from.on('end', () => to.end());
  const sink = openSink(to);
  read(from, {
    consume: (chunk) => {
      if (!sink.write(chunk)) from.pause();
    },
  });
}

for (const [over, connect] of connections)
  test(`this Node reads the connections of its own servers into a reused buffer (${over})`, async () => {
    const [near, far] = await connect();
    const chunks: Buffer[] = [];
    assert.ok(readReused(far, { consume: (chunk) => void chunks.push(chunk) }));
    for (let count = 1; count <= 4; count += 1) {
      near.write(`message ${count}`);
      await until(() => chunks.length === count);
    }
    // All of them are in the same memory.
    assert.equal(new Set(chunks.map(({ buffer }) => buffer)).size, 1);
    assert.equal(far.listenerCount('data'), 0);
    near.destroy();
    far.destroy();
  });

test('a socket that has a buffer of its own, and one that is gone, are left to the public way', async () => {
  const [near, far] = await pair();
  far.destroy();
  assert.equal(readReused(far, { consume: () => {} }), false);
  const server = net.createServer((socket) => socket.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address !== 'string');
  const onread = { buffer: Buffer.alloc(16), callback: () => true };
  const own = net.connect({ port: address.port, host: '127.0.0.1', onread });
  await once(own, 'connect');
  assert.equal(readReused(own, { consume: () => {} }), false);
  for (const socket of [own, near]) socket.destroy();
  server.close();
});

const ways: [how: string, read: ReadClient][] = [
  ['into the reused buffer', readClient],
  ["by 'data'", readData],
];

for (const [how, read] of ways) {
  for (const [over, connect] of connections)
    describe(`read ${how} over ${over}`, () => passes(read, connect));
  describe(`read ${how}`, () => behindUpgrade(read));
}

/** Enough of the event loop for what the kernel already has to be read. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await setImmediate();
}

function passes(read: ReadClient, connect: Pair): void {
  test('what a slow reader gets is what was sent, whatever the sizes', async () => {
    const [client, clientEnd] = await connect();
    const [replicaEnd, replica] = await pair();
    passOn(clientEnd, replicaEnd, read);
    const sent = Array.from({ length: 400 }, (_, index) => randomBytes([1, 4096, 70_000][index % 3] ?? 1));
    const received: Buffer[] = [];
    replica.on('data', (chunk: Buffer) => {
      received.push(chunk);
      replica.pause();
      void setImmediate().then(() => replica.resume());
    });
    for (const chunk of sent) client.write(chunk);
    client.end();
    await once(replica, 'end');
    assert.ok(Buffer.concat(received).equals(Buffer.concat(sent)));
    for (const socket of [client, clientEnd, replica, replicaEnd]) socket.destroy();
  });

  test('a socket that was paused stays so', async () => {
    const [near, far] = await connect();
    const chunks: string[] = [];
    far.pause();
    read(far, { consume: (chunk) => void chunks.push(chunk.toString()) });
    near.write('x');
    await turns();
    assert.deepEqual(chunks, []);
    far.resume();
    await until(() => chunks.length === 1);
    far.pause();
    near.write('y');
    near.end();
    await turns();
    assert.deepEqual(chunks, ['x']);
    const ended = once(far, 'end');
    far.resume();
    await ended;
    assert.deepEqual(chunks, ['x', 'y']);
    for (const socket of [near, far]) socket.destroy();
  });
}

function behindUpgrade(read: ReadClient): void {
  test('what came before, also behind an upgrade, comes first', async () => {
    const server = createServer();
    const chunks: Buffer[] = [];
    server.on('upgrade', (_request, socket: Socket, head) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
      chunks.push(Buffer.from(head));
      const begin = (): void => read(socket, { consume: (chunk) => void chunks.push(Buffer.from(chunk)) });
      // Not before it is in Node's own buffer.
      void until(() => socket.readableLength >= 6).then(begin);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address !== null && typeof address !== 'string');
    const headers = { Connection: 'Upgrade', Upgrade: 'x' };
    const asking = request({ port: address.port, host: '127.0.0.1', headers }).end();
    const [, client] = await once(asking, 'upgrade');
    client.write('early ');
    await until(() => chunks.length > 1);
    client.write('late');
    await until(() => Buffer.concat(chunks).toString() === 'early late');
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
}
