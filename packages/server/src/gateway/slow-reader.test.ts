import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { verifies } from '@mooring/test/verifies';
import { opcodes } from './frame.ts';
import { makeCertificate, type TestCertificate } from './http2.fixture.ts';
import { frame, startRelay, until, type TestRelay } from './relay.fixture.ts';

let certificate: TestCertificate;
before(async () => (certificate = await makeCertificate()));
after(() => certificate[Symbol.asyncDispose]());

/** What docs/wire.md says of one connection whose peer does not read. */
const mark = 192 * 1024;

/** Bytes of both directions that the gateway has and its sockets have not taken. */
function held({ sockets }: TestRelay): number {
  const all = [sockets.client, sockets.replica];
  return all.reduce((sum, { readableLength, writableLength }) => sum + readableLength + writableLength, 0);
}

const cases: [slow: 'client' | 'replica', secure: boolean, message: number][] = [
  ['client', false, 16 * 1024],
  ['client', false, 1024 * 1024],
  ['client', false, 100],
  ['client', true, 16 * 1024],
  ['client', true, 1024 * 1024],
  ['replica', false, 16 * 1024],
  ['replica', true, 16 * 1024],
  ['replica', true, 1024 * 1024],
  ['replica', true, 100],
];

for (const [slow, secure, size] of cases) {
  test(
    verifies(
      ['live:backpressure', 'live:slow-reader'],
      `a ${slow} that stops reading for a minute of messages of ${size} bytes costs a bounded memory (TLS: ${secure})`,
    ),
    async () => {
      const settings = { slowReader: 60, pingInterval: 5, idleTimeout: 900 };
      await using relay = await startRelay({ settings, ...(secure && { secure: certificate }) });
      const fast = slow === 'client' ? 'replica' : 'client';
      relay[slow].socket.pause();
      const message = frame(fast, opcodes.binary, Buffer.alloc(size));
      const batch = Buffer.concat(Array.from({ length: Math.ceil(65_536 / message.length) }, () => message));
      const flood = (): void => {
        if (relay[fast].socket.writableLength < 1024 * 1024) relay[fast].write(batch);
      };
      let most = 0;
      await until(() => {
        flood();
        most = Math.max(most, held(relay));
        return relay.sockets[fast].isPaused();
      });
      const { bytesIn, bytesOut } = relay.relay.volume;
      for (let second = 1; second < 60; second += 1) {
        relay.pass(1);
        for (let turn = 0; turn < 3; turn += 1) {
          flood();
          await setImmediate();
          most = Math.max(most, held(relay));
        }
      }
      assert.ok(most <= mark, `${most} bytes were held`);
      assert.deepEqual([relay.relay.volume.bytesIn, relay.relay.volume.bytesOut], [bytesIn, bytesOut]);
      relay.pass(1);
      relay.relay.destroy('the test has seen enough');
      assert.match(
        (await relay.ended()).reason,
        new RegExp(`^the ${slow} reads too slowly: nothing could be sent to it for 60 s`),
      );
    },
  );
}
