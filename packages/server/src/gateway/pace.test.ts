import assert from 'node:assert/strict';
import { test } from 'node:test';
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

test(
  verifies('live:pace', 'what came above the limit in one chunk counts for the seconds behind it'),
  async () => {
    await using relay = await startRelay({ settings: { messageRate: 2 } });
    const chunk = Array.from({ length: 6 }, (_, index) => frame('client', opcodes.text, `${index}`));
    relay.client.write(Buffer.concat(chunk));
    for (let index = 0; index < 6; index += 1) assert.equal(await relay.replica.next(), `text ${index}`);
    const paused: boolean[] = [];
    for (let second = 0; second < 3; second += 1) {
      relay.pass(1);
      paused.push(relay.sockets.client.isPaused());
    }
    assert.deepEqual(paused, [true, true, false]);
  },
);

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
