/** Peers that fall silent, and what is left behind when peers vanish. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { connectRaw, dialRaw, initialize, openTestbed, until } from './testbed.ts';

describe('a half-open peer', () => {
  it('is pinged twice and then closed with 3008', async () => {
    await using bed = await openTestbed({ pingInterval: 20, closeTimeout: 20 });
    using client = await connectRaw(bed.url, { autoPong: false });
    await initialize(client);
    let pings = 0;
    client.socket.on('ping', () => (pings += 1));
    const { code, reason } = await client.closed;
    assert.equal(code, 3008);
    assert.match(reason, /not answered/);
    assert.equal(pings, 2);
    await until(() => bed.made[0]?.closes === 1 && bed.serving.connections === 0);
  });

  it('is reset when it does not answer the close either', async () => {
    await using bed = await openTestbed({ pingInterval: 20, closeTimeout: 20 });
    using client = await connectRaw(bed.url, { autoPong: false });
    await initialize(client);
    client.socket.pause();
    await until(() => bed.serving.connections === 0);
    assert.equal(bed.made[0]?.closes, 1);
  });

  it('is not one that answers pings', async () => {
    await using bed = await openTestbed({ pingInterval: 30 });
    using client = await connectRaw(bed.url);
    await initialize(client);
    for (let pings = 0; pings < 6; pings += 1) await once(client.socket, 'ping');
    assert.equal(bed.serving.connections, 1);
  });

  it('is not one that is in the middle of a slow message', async () => {
    await using bed = await openTestbed({ pingInterval: 40 });
    using client = await connectRaw(bed.url, { autoPong: false });
    await initialize(client);
    const socket: NodeJS.WritableStream = Reflect.get(client.socket, '_socket');
    socket.write(Buffer.from([0x81, 0xfe, 0x10, 0x00, 0, 0, 0, 0]));
    const start = performance.now();
    while (performance.now() - start < 400) {
      socket.write('x');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.equal(bed.serving.connections, 1);
  });
});

describe('after 200 clients that connected and reset', () => {
  it('nothing is left, and each session ended once', async () => {
    await using bed = await openTestbed();
    const clients = Array.from({ length: 200 }, () => dialRaw(bed.url));
    await Promise.all(
      clients.map(async (client) => {
        await once(client.socket, 'open');
        await initialize(client);
      }),
    );
    assert.equal(bed.serving.connections, 200);
    for (const client of clients) Reflect.get(client.socket, '_socket').resetAndDestroy();
    await until(() => bed.serving.connections === 0);
    await until(() => bed.made.every(({ closes }) => closes === 1));
    assert.equal(bed.made.length, 200);
    using another = await connectRaw(bed.url);
    await initialize(another);
  });

  it('nothing is left when they reset within the handshake', async () => {
    await using bed = await openTestbed();
    const clients = Array.from({ length: 200 }, () => dialRaw(bed.url));
    for (const { socket } of clients) socket.once('upgrade', (response) => response.socket.resetAndDestroy());
    await Promise.all(clients.map(({ closed }) => closed));
    await until(() => bed.serving.connections === 0);
    using another = await connectRaw(bed.url);
    await initialize(another);
  });
});
