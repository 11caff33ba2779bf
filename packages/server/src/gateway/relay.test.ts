import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { verifies } from '@mooring/test/verifies';
import { opcodes } from './frame.ts';
import { frame, start, startRelay, until, type Peer, type TestRelay } from './relay.fixture.ts';

/** The two directions, from the sender's side. */
const directions = (relay: TestRelay): [name: 'client' | 'replica', from: Peer, to: Peer][] => [
  ['client', relay.client, relay.replica],
  ['replica', relay.replica, relay.client],
];

/** A message goes from one end to the other, so the sender was heard. */
async function pulse(from: Peer, to: Peer): Promise<void> {
  from.text('pulse');
  assert.equal(await to.next(), 'text pulse');
}

const settings = { pingInterval: 25, idleTimeout: 3600, slowReader: 3600 };

test(verifies('live:bytes', 'text, binary, fragments, pings and pongs go through both ways'), async () => {
  await using relay = await startRelay();
  for (const [side, from, to] of directions(relay)) {
    from.text('hëllo');
    assert.equal(await to.next(), 'text hëllo');
    from.write(frame(side, opcodes.binary, Buffer.from([0, 255])));
    assert.equal(await to.next(), 'binary 00ff');
    from.write(frame(side, opcodes.text, 'be', { fin: false }));
    from.ping('between');
    assert.equal(await to.next(), 'ping between');
    to.pong('between');
    assert.equal(await from.next(), 'pong between');
    from.write(frame(side, opcodes.continuation, 'gun'));
    assert.equal(await to.next(), 'text begun');
    from.pong('unasked');
    assert.equal(await to.next(), 'pong unasked');
    const big = 'x'.repeat(1024 * 1024);
    from.text(big);
    assert.equal(await to.next(), `text ${big}`);
  }
  const { messagesIn, messagesOut } = relay.relay.volume;
  assert.deepEqual([messagesIn, messagesOut], [4, 4]);
});

for (const [code, reason] of [
  [1000, 'bye'],
  [1001, ''],
  [1011, 'broken'],
  [3000, 'over'],
  [4999, 'mine'],
] as const) {
  test(
    verifies('live:close:passes', `close ${code} goes through both ways, and its answer comes back`),
    async () => {
      for (const by of ['client', 'replica'] as const) {
        await using relay = await startRelay();
        const [from, to] = by === 'client' ? [relay.client, relay.replica] : [relay.replica, relay.client];
        from.close(code, reason);
        assert.equal(await to.next(), `close ${code} ${reason}`.trim());
        to.close(code);
        assert.equal(await from.next(), `close ${code}`);
        relay.replica.socket.end();
        const closing = await relay.ended();
        assert.equal(closing.code, code);
        assert.equal(closing.by, by);
        assert.equal(await relay.client.next(), 'end');
      }
    },
  );
}

test(
  verifies('live:close:passes', 'what a replica sent before its close reaches a slow client whole'),
  async () => {
    await using relay = await startRelay({ settings: { maxMessageBytes: 32 * 1024 * 1024 } });
    relay.client.socket.pause();
    const message = 'x'.repeat(24 * 1024 * 1024);
    relay.replica.text(message);
    relay.replica.close(1000, 'that was it');
    relay.replica.socket.end();
    await until(() => relay.sockets.replica.isPaused());
    relay.client.socket.resume();
    assert.equal(await relay.client.next(), `text ${message}`);
    assert.equal(await relay.client.next(), 'close 1000 that was it');
    relay.client.close(1000);
    assert.equal((await relay.ended()).code, 1000);
  },
);

test(
  verifies('live:too-big', 'a message over the limit closes both ends with 1009 and both numbers'),
  async () => {
    for (const by of ['client', 'replica'] as const) {
      await using relay = await startRelay({ settings: { maxMessageBytes: 1024 } });
      const [from, to] = by === 'client' ? [relay.client, relay.replica] : [relay.replica, relay.client];
      from.text('x'.repeat(1024));
      assert.equal(await to.next(), `text ${'x'.repeat(1024)}`);
      from.write(frame(by, opcodes.text, 'y'.repeat(600), { fin: false }));
      from.write(frame(by, opcodes.continuation, 'y'.repeat(600)));
      const close = 'close 1009 message of 1200 bytes or more; the limit is 1024 bytes';
      assert.equal(await to.next(), close);
      assert.equal(await from.next(), close);
      to.close(1009);
      const closing = await relay.ended();
      assert.equal(closing.code, 1009);
      assert.equal(closing.by, 'gateway');
    }
  },
);

test(
  verifies('live:framing', 'broken framing closes both ends with 1002 and says what is broken'),
  async () => {
    for (const by of ['client', 'replica'] as const) {
      await using relay = await startRelay();
      const [from, to] = by === 'client' ? [relay.client, relay.replica] : [relay.replica, relay.client];
      from.text('fine');
      assert.equal(await to.next(), 'text fine');
      from.write(frame(by, 3, 'x'));
      for (const end of [to, from]) assert.equal(await end.next(), 'close 1002 unknown opcode 3');
      to.close(1002);
      assert.equal((await relay.ended()).code, 1002);
    }
  },
);

test(
  verifies('live:framing', 'the client hears of its mistake after the frame that it is being sent'),
  async () => {
    await using relay = await startRelay();
    const message = frame('replica', opcodes.text, 'x'.repeat(1000));
    relay.replica.write(message.subarray(0, 500));
    await until(() => relay.client.received() === 500);
    relay.client.write(frame('client', 3, 'x'));
    await until(() => relay.sockets.client.bytesRead > 0);
    relay.replica.write(message.subarray(500));
    assert.equal(await relay.client.next(), `text ${'x'.repeat(1000)}`);
    assert.equal(await relay.client.next(), 'close 1002 unknown opcode 3');
    assert.equal(await relay.client.next(), 'end');
  },
);

test(verifies('live:replica-died', 'a replica that dies between frames is a 1011'), async () => {
  for (const end of [(peer: Peer) => peer.socket.end(), (peer: Peer) => peer.socket.resetAndDestroy()]) {
    await using relay = await startRelay();
    relay.replica.write(frame('replica', opcodes.text, 'first half', { fin: false }));
    await until(() => relay.client.received() > 0);
    end(relay.replica);
    assert.equal(await relay.client.next(), 'close 1011 the replica died');
    assert.equal(await relay.client.next(), 'end');
    const closing = await relay.ended();
    assert.deepEqual([closing.code, closing.by], [1011, 'replica']);
    assert.equal(closing.reason, 'the replica died at a frame boundary');
  }
});

test(
  verifies('live:replica-died:inside', 'a replica that dies inside a frame is a reset, and the log says so'),
  async () => {
    for (const end of [(peer: Peer) => peer.socket.end(), (peer: Peer) => peer.socket.resetAndDestroy()]) {
      await using relay = await startRelay();
      relay.replica.write(frame('replica', opcodes.text, 'never whole').subarray(0, 6));
      await until(() => relay.client.received() === 6);
      end(relay.replica);
      assert.equal(await relay.client.next(), 'reset');
      const closing = await relay.ended();
      assert.deepEqual([closing.code, closing.reason], [1006, 'the replica died inside a frame']);
    }
  },
);

test('a client that goes without a close ends the replica’s connection', async () => {
  for (const end of [(peer: Peer) => peer.socket.end(), (peer: Peer) => peer.socket.resetAndDestroy()]) {
    await using relay = await startRelay();
    relay.client.text('last words');
    assert.equal(await relay.replica.next(), 'text last words');
    end(relay.client);
    assert.equal(await relay.replica.next(), 'end');
    const closing = await relay.ended();
    assert.deepEqual([closing.code, closing.by], [1006, 'client']);
  }
});

test('a replica gets what a client said before it was reset, also where it says something meanwhile', async () => {
  await using relay = await startRelay();
  relay.replica.socket.pause();
  await flood(relay.client, () => relay.sockets.client.isPaused(), 'client');
  const { bytesIn } = relay.relay.volume;
  relay.client.socket.resetAndDestroy();
  relay.replica.text('to nobody');
  relay.replica.socket.resume();
  await until(() => relay.replica.received() >= bytesIn);
  relay.replica.text('nor this');
  const { code, bytesIn: all } = await relay.ended();
  assert.equal(code, 1006);
  await until(() => relay.replica.received() === all);
});

test(
  verifies('live:token-expiry', 'a token that ends closes both ends with 3000, after the grace'),
  async () => {
    await using relay = await startRelay({
      expiresAt: start + 60_000,
      settings: { ...settings, pingInterval: 3600, tokenGrace: 25 },
    });
    relay.pass(84);
    relay.client.text('still there');
    assert.equal(await relay.replica.next(), 'text still there');
    relay.pass(1);
    assert.equal(await relay.client.next(), 'close 3000 the token has expired');
    assert.equal(await relay.replica.next(), 'close 3000 the token has expired');
    relay.client.close(3000);
    relay.replica.close(3000);
    relay.replica.socket.end();
    const closing = await relay.ended();
    assert.deepEqual([closing.code, closing.by], [3000, 'gateway']);
  },
);

test(
  verifies('live:idle', 'without a message the connection ends with 3008; pings are no messages'),
  async () => {
    await using relay = await startRelay({ settings: { idleTimeout: 900, pingInterval: 3600 } });
    relay.pass(899);
    relay.client.text('hello');
    assert.equal(await relay.replica.next(), 'text hello');
    relay.pass(1);
    relay.pass(450);
    relay.client.ping('not a message');
    assert.equal(await relay.replica.next(), 'ping not a message');
    relay.pass(449);
    assert.equal(relay.sockets.client.writable, true);
    relay.pass(1);
    for (const end of [relay.client, relay.replica])
      assert.equal(await end.next(), 'close 3008 no message for 900 s');
  },
);

test(
  verifies('live:idle', 'a message has idleTimeout from its beginning to its end, however it trickles in'),
  async () => {
    await using relay = await startRelay({ settings: { idleTimeout: 900, pingInterval: 3600 } });
    relay.pass(800);
    const slow = frame('client', opcodes.text, 'slowly');
    for (const byte of slow.subarray(0, 10)) {
      const before = relay.sockets.client.bytesRead;
      relay.client.write(Buffer.of(byte));
      await until(() => relay.sockets.client.bytesRead > before);
    }
    relay.pass(1);
    relay.pass(899);
    assert.equal(relay.sockets.client.writable, true);
    relay.pass(1);
    assert.equal(await relay.client.next(), 'close 3008 no message for 900 s');
  },
);

test(
  verifies(['live:ping', 'live:ping:swallowed'], 'silent peers are pinged, and their answers go no further'),
  async () => {
    await using relay = await startRelay({ settings });
    relay.pass(18);
    relay.pass(7);
    const pings = [await relay.client.next(), await relay.replica.next()];
    for (const [index, [, from, to]] of directions(relay).entries()) {
      const ping = pings[index] ?? '';
      assert.match(ping, /^ping .{16}$/s);
      from.pong(ping.slice(5));
      await pulse(from, to);
    }
    assert.notEqual(pings[0], pings[1]);
  },
);

test(verifies('live:ping', 'a peer that was heard within the interval is not pinged'), async () => {
  await using relay = await startRelay({ settings });
  for (let round = 0; round < 5; round += 1) {
    for (const [, from, to] of directions(relay)) await pulse(from, to);
    relay.pass(18);
  }
  await pulse(relay.client, relay.replica);
});

test(
  verifies('live:ping:misses', 'a client that misses two pings is reset, and the replica is told 1001'),
  async () => {
    await using relay = await startRelay({ settings });
    for (let miss = 0; miss < 2; miss += 1) {
      await pulse(relay.replica, relay.client);
      relay.pass(25);
      assert.match(await relay.client.next(), /^ping/);
    }
    await pulse(relay.replica, relay.client);
    relay.pass(25);
    assert.equal(await relay.client.next(), 'reset');
    assert.equal(await relay.replica.next(), 'close 1001 the client does not answer pings');
    const closing = await relay.ended();
    assert.deepEqual([closing.code, closing.reason], [1006, 'the client does not answer pings']);
  },
);

test(
  verifies('live:ping:misses', 'a replica that misses two pings closes the client with 1011'),
  async () => {
    await using relay = await startRelay({ settings });
    for (let miss = 0; miss < 2; miss += 1) {
      await pulse(relay.client, relay.replica);
      relay.pass(25);
      assert.match(await relay.replica.next(), /^ping/);
    }
    await pulse(relay.client, relay.replica);
    relay.pass(25);
    assert.equal(await relay.client.next(), 'close 1011 the replica does not answer pings');
    relay.client.close(1011);
    assert.equal((await relay.ended()).code, 1011);
  },
);

test(
  verifies('live:ping:misses', 'two misses are enough, also while the client owes the replica a pong'),
  async () => {
    await using relay = await startRelay({ settings });
    for (let miss = 0; miss < 2; miss += 1) {
      await pulse(relay.replica, relay.client);
      relay.pass(25);
      assert.match(await relay.client.next(), /^ping/);
    }
    relay.replica.ping('mine');
    assert.equal(await relay.client.next(), 'ping mine');
    relay.pass(25);
    assert.equal(await relay.client.next(), 'reset');
  },
);

test(
  verifies('live:ping:life', 'who has sent more than it may, and so is not read, is not taken for dead'),
  async () => {
    await using relay = await startRelay({ settings: { ...settings, messageRate: 1 } });
    const burst = Array.from({ length: 200 }, (_, index) => frame('client', opcodes.text, `${index}`));
    relay.client.write(Buffer.concat(burst));
    for (let round = 0; round < 6; round += 1) {
      assert.equal(await relay.replica.next(), `text ${round}`);
      relay.replica.text('alive');
      await until(() => relay.relay.volume.messagesOut === round + 1 && relay.sockets.client.isPaused());
      relay.pass(25);
    }
    assert.equal(relay.sockets.client.destroyed, false);
  },
);

test(verifies('live:ping:life', 'any byte is life, also that of an unfinished frame'), async () => {
  await using relay = await startRelay({ settings });
  const slow = frame('client', opcodes.text, 'slowly');
  for (const [index, byte] of slow.entries()) {
    relay.client.write(Buffer.of(byte));
    await until(() => relay.sockets.client.bytesRead === index + 1);
    await pulse(relay.replica, relay.client);
    relay.pass(25);
  }
  assert.equal(await relay.replica.next(), 'text slowly');
  await pulse(relay.replica, relay.client);
});

test(
  verifies('live:ping:yields', 'nobody is pinged while the other end’s own ping waits for its answer'),
  async () => {
    for (const waiting of ['client', 'replica'] as const) {
      await using relay = await startRelay({ settings });
      const [pinged, other] =
        waiting === 'client' ? [relay.client, relay.replica] : [relay.replica, relay.client];
      other.ping('mine');
      assert.equal(await pinged.next(), 'ping mine');
      for (let round = 0; round < 4; round += 1) {
        await pulse(other, pinged);
        relay.pass(25);
      }
      pinged.pong('mine');
      assert.equal(await other.next(), 'pong mine');
      relay.pass(1);
      await pulse(other, pinged);
      relay.pass(25);
      assert.match(await pinged.next(), /^ping .{16}$/s);
    }
  },
);

test(verifies('live:boundary', 'nobody is pinged inside a frame'), async () => {
  await using relay = await startRelay({ settings });
  const message = frame('replica', opcodes.text, 'x'.repeat(100));
  relay.replica.write(message.subarray(0, 50));
  await until(() => relay.client.received() === 50);
  relay.pass(25);
  relay.pass(25);
  relay.replica.write(message.subarray(50));
  assert.equal(await relay.client.next(), `text ${'x'.repeat(100)}`);
  relay.pass(25);
  relay.pass(25);
  assert.match(await relay.client.next(), /^ping/);
});

test(
  verifies('live:boundary', 'a close of ours waits for the end of the frame that is under way'),
  async () => {
    const message = frame('replica', opcodes.text, 'x'.repeat(100));
    const next = frame('replica', opcodes.text, 'not any more');
    for (let cut = 2; cut < message.length; cut += 17) {
      await using relay = await startRelay();
      relay.replica.write(message.subarray(0, cut));
      await until(() => relay.client.received() === cut);
      relay.relay.close(1012, 'go', { drain: true });
      relay.replica.write(Buffer.concat([message.subarray(cut), next]));
      assert.equal(await relay.client.next(), `text ${'x'.repeat(100)}`);
      assert.equal(await relay.client.next(), 'close 1012 go');
      relay.client.close(1012);
      assert.equal(await relay.client.next(), 'end');
      assert.equal(await relay.replica.next(), 'close 1012');
      relay.replica.close(1012);
      relay.replica.socket.end();
      assert.equal((await relay.ended()).code, 1012);
    }
  },
);

test(
  verifies('live:close:limit', 'inside a frame that does not end in 5 s, only a reset is left'),
  async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    await using relay = await startRelay();
    relay.replica.write(frame('replica', opcodes.text, 'never whole').subarray(0, 6));
    await until(() => relay.client.received() === 6);
    relay.relay.close(3008, 'enough');
    context.mock.timers.tick(4999);
    assert.equal(relay.sockets.client.destroyed, false);
    context.mock.timers.tick(1);
    assert.equal(await relay.client.next(), 'reset');
    const closing = await relay.ended();
    assert.deepEqual([closing.code, closing.reason], [1006, 'enough; the client was inside a frame']);
  },
);

test(
  verifies('live:close:limit', 'who does not answer a close of ours is reset after 5 s'),
  async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    await using relay = await startRelay();
    relay.relay.close(3000, 'over');
    for (const end of [relay.client, relay.replica]) assert.equal(await end.next(), 'close 3000 over');
    context.mock.timers.tick(5000);
    assert.equal(await relay.client.next(), 'reset');
    assert.equal((await relay.ended()).code, 3000);
  },
);

test(verifies('live:close:limit', 'the two ends have 30 s for a close of theirs'), async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  await using relay = await startRelay();
  relay.client.close(1000, 'bye');
  assert.equal(await relay.replica.next(), 'close 1000 bye');
  context.mock.timers.tick(29_999);
  assert.equal(relay.sockets.replica.destroyed, false);
  context.mock.timers.tick(1);
  assert.equal((await relay.ended()).code, 1000);
});

test(
  verifies(
    'live:boundary',
    'a client inside a frame hears our close at once, the replica behind that frame and nothing after it',
  ),
  async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    await using relay = await startRelay();
    const message = frame('client', opcodes.text, 'whole');
    relay.client.write(message.subarray(0, 8));
    await until(() => relay.replica.received() === 8);
    relay.relay.close(3000, 'over');
    assert.equal(await relay.client.next(), 'close 3000 over');
    const more = frame('client', opcodes.text, 'more');
    relay.client.write(Buffer.concat([message.subarray(8), more]));
    relay.client.close(3000);
    assert.equal(await relay.replica.next(), 'text whole');
    assert.equal(await relay.replica.next(), 'close 3000 over');
    assert.equal(await relay.client.next(), 'end');
    relay.replica.close(3000);
    assert.equal(await relay.replica.next(), 'end');
    const closing = await relay.ended();
    assert.deepEqual([closing.code, closing.by, closing.bytesIn], [3000, 'gateway', message.length]);
  },
);

test(
  verifies(
    'live:framing',
    'a replica that breaks the framing hears so behind the frame that it is being sent',
  ),
  async () => {
    await using relay = await startRelay();
    const message = frame('client', opcodes.text, 'whole');
    relay.client.write(message.subarray(0, 8));
    await until(() => relay.replica.received() === 8);
    relay.replica.write(frame('replica', 3, 'x'));
    assert.equal(await relay.client.next(), 'close 1002 unknown opcode 3');
    relay.client.write(message.subarray(8));
    assert.equal(await relay.replica.next(), 'text whole');
    assert.equal(await relay.replica.next(), 'close 1002 unknown opcode 3');
    assert.equal(await relay.replica.next(), 'end');
  },
);

test(
  verifies('live:close:limit', 'what a client says behind its close goes nowhere and holds nothing up'),
  async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    await using relay = await startRelay();
    relay.relay.close(1012, '', { drain: true });
    assert.equal(await relay.client.next(), 'close 1012');
    relay.client.close(1012);
    assert.equal(await relay.replica.next(), 'close 1012');
    context.mock.timers.tick(29_000);
    const before = relay.sockets.client.bytesRead;
    relay.client.text('not yet gone');
    await until(() => relay.sockets.client.bytesRead > before);
    context.mock.timers.tick(1000);
    assert.equal((await relay.ended()).code, 1012);
    assert.equal(await relay.replica.next(), 'end');
  },
);

test(
  verifies(
    'live:drain',
    'after 1012 the replica gets what the client still sends, until the client’s own close',
  ),
  async () => {
    await using relay = await startRelay();
    relay.relay.close(1012, '{"retryAfterMs":5}', { drain: true });
    assert.equal(await relay.client.next(), 'close 1012 {"retryAfterMs":5}');
    relay.replica.text('too late');
    relay.client.text('still');
    relay.client.ping('here');
    assert.equal(await relay.replica.next(), 'text still');
    assert.equal(await relay.replica.next(), 'ping here');
    relay.client.close(1012, 'back soon');
    assert.equal(await relay.replica.next(), 'close 1012 back soon');
    assert.equal(await relay.client.next(), 'end');
    relay.replica.close(1012);
    relay.replica.socket.end();
    const closing = await relay.ended();
    assert.deepEqual([closing.code, closing.by], [1012, 'gateway']);
  },
);

test(
  verifies('live:drain', 'a draining client has 30 s to finish, and then the replica 30 s to take it in'),
  async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    await using relay = await startRelay();
    relay.relay.close(1012, 'go', { drain: true });
    assert.equal(await relay.client.next(), 'close 1012 go');
    context.mock.timers.tick(29_999);
    relay.client.text('at the last moment');
    relay.client.close(1012);
    assert.equal(await relay.replica.next(), 'text at the last moment');
    assert.equal(await relay.replica.next(), 'close 1012');
    assert.equal(await relay.client.next(), 'end');
    context.mock.timers.tick(29_999);
    assert.equal(relay.sockets.replica.destroyed, false);
    context.mock.timers.tick(1);
    assert.equal((await relay.ended()).code, 1012);
  },
);

/** The replica sends numbered messages of 16 KiB until the client's side of the gateway is full. */
async function flood(from: Peer, paused: () => boolean, side: 'client' | 'replica'): Promise<number> {
  const rest = Buffer.alloc(16_380, '.');
  let sent = 0;
  while (!paused()) {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(sent);
    const roomy = from.socket.write(frame(side, opcodes.binary, Buffer.concat([number, rest])));
    sent += 1;
    if (!roomy) await Promise.race([once(from.socket, 'drain'), until(paused)]);
  }
  return sent;
}

async function arrived(to: Peer, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(index);
    const event = await to.next();
    assert.equal(event.length, 'binary '.length + 2 * 16_384);
    assert.ok(event.startsWith(`binary ${number.toString('hex')}`), `message ${index} is out of order`);
  }
}

test(
  verifies('live:backpressure', 'who does not read stops the other end, and gets everything in order later'),
  async () => {
    for (const slow of ['client', 'replica'] as const) {
      await using relay = await startRelay({
        settings: { ...settings, pingInterval: 3600, slowReader: 2100 },
      });
      const fast = slow === 'client' ? 'replica' : 'client';
      relay[slow].socket.pause();
      const sent = await flood(relay[fast], () => relay.sockets[fast].isPaused(), fast);
      assert.ok(
        relay.sockets[slow].writableLength < 256 * 1024,
        'the gateway holds more than a chunk or two',
      );
      relay.pass(2000);
      relay[slow].socket.resume();
      await arrived(relay[slow], sent);
      relay.pass(600);
      await pulse(relay[fast], relay[slow]);
    }
  },
);

test(
  verifies('live:ping:life', 'who is not read because the other end is slow is not taken for dead'),
  async () => {
    await using relay = await startRelay({ settings });
    relay.replica.socket.pause();
    const sent = await flood(relay.client, () => relay.sockets.client.isPaused(), 'client');
    for (let round = 0; round < 6; round += 1) relay.pass(25);
    relay.replica.socket.resume();
    await arrived(relay.replica, sent);
    await pulse(relay.client, relay.replica);
  },
);

test(verifies('live:slow-reader', 'a client that reads again in time is told 1013'), async () => {
  await using relay = await startRelay({ settings: { ...settings, slowReader: 60 } });
  relay.client.socket.pause();
  await flood(relay.replica, () => relay.sockets.replica.isPaused(), 'replica');
  relay.pass(59);
  relay.pass(1);
  relay.client.socket.resume();
  let event = await relay.client.next();
  while (event.startsWith('binary')) event = await relay.client.next();
  assert.equal(event, 'close 1013 the client reads too slowly: nothing could be sent to it for 60 s');
  relay.client.close(1013);
  assert.equal((await relay.ended()).code, 1013);
});

test(verifies('live:slow-reader', 'a client that does not is reset'), async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  await using relay = await startRelay({ settings: { ...settings, slowReader: 60 } });
  relay.client.socket.pause();
  await flood(relay.replica, () => relay.sockets.replica.isPaused(), 'replica');
  relay.pass(60);
  context.mock.timers.tick(5000);
  const closing = await relay.ended();
  assert.equal(closing.code, 1006);
  assert.match(
    closing.reason,
    /^the client reads too slowly: nothing could be sent to it for 60 s; the client/,
  );
});

test(verifies('live:slow-reader', 'a replica that does not read closes both ends with 1013'), async () => {
  await using relay = await startRelay({ settings: { ...settings, slowReader: 60 } });
  relay.replica.socket.pause();
  await flood(relay.client, () => relay.sockets.client.isPaused(), 'client');
  relay.pass(60);
  assert.equal(
    await relay.client.next(),
    'close 1013 the replica reads too slowly: nothing could be sent to it for 60 s',
  );
  relay.client.close(1013);
  assert.equal(await relay.client.next(), 'end');
});

test(verifies('live:early', 'what the client sent behind its handshake is not lost'), async () => {
  const second = frame('client', opcodes.text, 'second');
  const clientHead = Buffer.concat([frame('client', opcodes.text, 'first'), second.subarray(0, 7)]);
  await using relay = await startRelay({ clientHead });
  assert.equal(await relay.replica.next(), 'text first');
  relay.client.write(second.subarray(7));
  assert.equal(await relay.replica.next(), 'text second');
});

test('ended from outside, nothing is left at once', async () => {
  await using relay = await startRelay();
  await pulse(relay.client, relay.replica);
  relay.relay.destroy('the server has stopped');
  assert.equal(await relay.client.next(), 'reset');
  const closing = await relay.ended();
  assert.deepEqual([closing.code, closing.reason, closing.by], [1006, 'the server has stopped', 'gateway']);
  assert.deepEqual([closing.messagesIn, closing.messagesOut], [1, 0]);
});

test('when both ends hang up at once, it is over once', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  await using relay = await startRelay();
  relay.client.socket.resetAndDestroy();
  relay.replica.socket.resetAndDestroy();
  const closing = await relay.ended();
  assert.ok([1006, 1011].includes(closing.code));
});

test('a socket whose end is on its way is closed, and not left open, when the connection is ended at once', async () => {
  await using relay = await startRelay();
  const { client, replica } = relay.sockets;
  const errors: Error[] = [];
  client.on('error', (error) => errors.push(error));
  replica.once('end', () => {
    assert.deepEqual([client.writableEnded, client.writableFinished], [true, false]);
    relay.relay.destroy('the server has stopped');
  });
  relay.replica.socket.end();
  await once(client, 'close');
  assert.deepEqual(errors, []);
});
