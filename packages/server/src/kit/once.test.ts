import assert from 'node:assert/strict';
import { test } from 'node:test';
import { once } from './once.ts';

test('the work is done once, also for callers at the same time', async () => {
  let done = 0;
  const value = once(async () => ++done);
  assert.deepEqual(await Promise.all([value(), value()]), [1, 1]);
  assert.equal(await value(), 1);
});

test('a failure is told to those who waited and forgotten', async () => {
  let tries = 0;
  const value = once(async () => {
    if (++tries === 1) throw new Error('not yet');
    return tries;
  });
  await assert.rejects(value(), /not yet/);
  assert.equal(await value(), 2);
});
