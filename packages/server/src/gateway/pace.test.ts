import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { verifies } from '@mooring/test/verifies';
import { frame, startRelay, until } from './relay.fixture.ts';
import { opcodes } from './frame.ts';

const kinds: [
  what: string,
  settings: object,
  send: (number: number) => Buffer,
  seen: (number: number) => string,
][] = [
  [
    'messages',
    { messageRate: 3 },
    (number) => frame('client', opcodes.text, `m${number}`),
    (number) => `text m${number}`,
  ],
  [
    'pings',
    { controlFrameRate: 3 },
    (number) => frame('client', opcodes.ping, `p${number}`),
    (number) => `ping p${number}`,
  ],
];

for (const [what, settings, send, seen] of kinds) {
  test(verifies('live:pace', `a client that sends too many ${what} waits, and loses none`), async () => {
    await using relay = await startRelay({ settings });
    for (let number = 1; number <= 3; number += 1) {
      relay.client.write(send(number));
      assert.equal(await relay.replica.next(), seen(number));
    }
    await until(() => relay.sockets.client.isPaused());
    relay.client.write(send(4));
    relay.replica.text('the other way is free');
    assert.equal(await relay.client.next(), 'text the other way is free');
    assert.equal(relay.sockets.client.isPaused(), true);
    relay.pass(1);
    assert.equal(await relay.replica.next(), seen(4));
    assert.equal(relay.sockets.client.isPaused(), false);
  });
}

const six = Buffer.concat(Array.from({ length: 6 }, (_, index) => frame('client', opcodes.text, `${index}`)));

test(verifies('live:pace', 'of many messages in one chunk so many go on a second'), async () => {
  await using relay = await startRelay({ settings: { messageRate: 2 } });
  relay.client.write(six);
  const seen: number[] = [];
  const paused: boolean[] = [];
  for (let second = 0; second < 3; second += 1) {
    for (const index of [0, 1]) assert.equal(await relay.replica.next(), `text ${second * 2 + index}`);
    await until(() => relay.relay.volume.messagesIn === second * 2 + 2);
    seen.push(relay.relay.volume.messagesIn);
    paused.push(relay.sockets.client.isPaused());
    relay.pass(1);
  }
  assert.deepEqual(seen, [2, 4, 6]);
  assert.deepEqual(paused, [true, true, true]);
  assert.equal(relay.sockets.client.isPaused(), false);
});

test(verifies('live:pace', 'a close behind what waits is heard behind it'), async () => {
  await using relay = await startRelay({ settings: { messageRate: 3 } });
  relay.client.write(six);
  relay.client.close(1000, 'bye');
  for (let index = 0; index < 3; index += 1) assert.equal(await relay.replica.next(), `text ${index}`);
  relay.pass(1);
  for (let index = 3; index < 6; index += 1) assert.equal(await relay.replica.next(), `text ${index}`);
  relay.pass(1);
  assert.equal(await relay.replica.next(), 'close 1000 bye');
});

test(
  verifies('live:pace', 'what waits reaches a replica that drains before the close of its client'),
  async () => {
    await using relay = await startRelay({ settings: { messageRate: 1 } });
    relay.client.write(six);
    assert.equal(await relay.replica.next(), 'text 0');
    relay.relay.close(1012, 'drain', { drain: true });
    assert.equal(await relay.client.next(), 'close 1012 drain');
    relay.client.close(1012);
    relay.pass(1);
    for (let index = 1; index < 6; index += 1) assert.equal(await relay.replica.next(), `text ${index}`);
    assert.equal(await relay.replica.next(), 'close 1012');
  },
);

test(verifies('live:pace', 'a client that is gone while it waits is noticed by the next pings'), async () => {
  await using relay = await startRelay({ settings: { messageRate: 1, pingInterval: 5, idleTimeout: 900 } });
  relay.client.write(Buffer.concat(Array.from({ length: 20 }, () => six)));
  assert.equal(await relay.replica.next(), 'text 0');
  await until(() => relay.sockets.client.isPaused());
  relay.client.socket.resetAndDestroy();
  let seconds = 0;
  for (; seconds < 60 && !relay.sockets.client.destroyed; seconds += 1) {
    relay.pass(1);
    for (let turn = 0; turn < 5; turn += 1) await setImmediate();
  }
  assert.ok(seconds <= 12, `noticed after ${seconds} s`);
});

test('a client that is made to wait is let go when the replica reads again, not before its second', async () => {
  await using relay = await startRelay({ settings: { messageRate: 1 } });
  relay.client.text('one');
  assert.equal(await relay.replica.next(), 'text one');
  await until(() => relay.sockets.client.isPaused());
  relay.sockets.replica.emit('drain');
  assert.equal(relay.sockets.client.isPaused(), true);
  relay.pass(1);
  assert.equal(relay.sockets.client.isPaused(), false);
});
