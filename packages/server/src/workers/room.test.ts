import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pair } from '../gateway/relay.fixture.ts';
import { descriptorOf } from '../kit/descriptors.ts';
import { takeWithRoom } from './room.ts';

test('a connection for which no descriptor is left is not taken, and the log says so once a minute', async (context) => {
  const [near, far] = await pair();
  const number = descriptorOf(far);
  if (number < 0) return context.skip('this system has no descriptors of sockets');
  const lines: object[] = [];
  let now = 0;
  const options = { clock: { now: () => now }, log: { error: (line: object) => void lines.push(line) } };
  const roomy = takeWithRoom({ ...options, limit: 4 * (number + 10) });
  assert.equal(roomy(far), true);
  const full = takeWithRoom({ ...options, limit: number });
  for (const time of [0, 1000, 59_999, 60_000]) {
    now = time;
    assert.equal(full(far), false);
  }
  assert.deepEqual(lines, [
    { refused: 1, descriptors: number },
    { refused: 3, descriptors: number },
  ]);
  near.destroy();
  far.destroy();
});
