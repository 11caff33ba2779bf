import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Receiver } from 'ws';
import { verifies } from '@mooring/test/verifies';
import { closePayload, controlFrame, opcodes, type Side } from './frame.ts';

const mask = Uint8Array.of(1, 2, 3, 4);

/** What an independent reader makes of a frame. */
function read(frame: Buffer, to: Side): { event: string; payload: string } {
  const receiver = new Receiver({ isServer: to === 'replica' });
  const seen: { event: string; payload: string }[] = [];
  receiver.on('ping', (data: Buffer) => seen.push({ event: 'ping', payload: data.toString() }));
  receiver.on('pong', (data: Buffer) => seen.push({ event: 'pong', payload: data.toString() }));
  receiver.on('conclude', (code: number, reason: Buffer) =>
    seen.push({ event: `close ${code}`, payload: reason.toString() }),
  );
  receiver.write(frame);
  assert.equal(seen.length, 1);
  return seen[0] ?? { event: 'nothing', payload: '' };
}

for (const to of ['client', 'replica'] as const) {
  test(`a frame to a ${to} is read as what was meant`, () => {
    for (const payload of ['', 'x', 'x'.repeat(125)]) {
      const ping = controlFrame(opcodes.ping, Buffer.from(payload), { to, mask });
      assert.deepEqual(read(ping, to), { event: 'ping', payload });
    }
    const close = controlFrame(opcodes.close, closePayload(1012, '{"retryAfterMs":5}'), { to, mask });
    assert.deepEqual(read(close, to), { event: 'close 1012', payload: '{"retryAfterMs":5}' });
  });
}

test('a payload of more than 125 bytes is a mistake', () => {
  assert.throws(() => controlFrame(opcodes.ping, Buffer.alloc(126), { to: 'client', mask }), TypeError);
});

const reasons: [reason: string, kept: string][] = [
  ['', ''],
  ['x'.repeat(123), 'x'.repeat(123)],
  ['x'.repeat(124), 'x'.repeat(123)],
  ['é'.repeat(62), 'é'.repeat(61)],
  ['x'.repeat(121) + '😀', 'x'.repeat(121)],
  ['😀'.repeat(31), '😀'.repeat(30)],
];

for (const [reason, kept] of reasons) {
  test(verifies('live:close:reason', `a reason of ${Buffer.byteLength(reason)} bytes stays UTF-8`), () => {
    const payload = closePayload(1009, reason);
    assert.ok(payload.length <= 125);
    assert.equal(payload.readUInt16BE(0), 1009);
    assert.equal(payload.toString('utf8', 2), kept);
  });
}
