import assert from 'node:assert/strict';
import { test } from 'node:test';
import { within } from './within.ts';

test('of many calls sixteen are under way at a time, and each comes to its end', async () => {
  let now = 0;
  let most = 0;
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      within(async () => {
        most = Math.max(most, ++now);
        await new Promise(setImmediate);
        now -= 1;
        return index;
      }),
    ),
  );
  assert.deepEqual([most, now], [16, 0]);
  assert.deepEqual(
    answers,
    Array.from({ length: 100 }, (_, index) => index),
  );
});

test('calls that hang give their place to others at their limit, and those that waited too long are given up', async () => {
  const hang = () => within(() => new Promise<never>(() => {}), 0.2);
  const hanging = Array.from({ length: 16 }, hang);
  const waiting = within(async () => 'answered', 0.1);
  const patient = within(async () => 'answered', 5);
  const ends = await Promise.allSettled([...hanging, waiting, patient]);
  assert.deepEqual(
    ends.map(({ status }) => status),
    [...Array.from({ length: 17 }, () => 'rejected'), 'fulfilled'],
  );
});
