import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tally } from './tally.ts';

test('it tells how many there are, were, and for how long', () => {
  const time = { at: 1000 };
  const tally = new Tally({ now: () => time.at });
  assert.deepEqual([tally.now, tally.total, tally.busy], [0, 0, 0]);
  const first = tally.enter();
  time.at += 10;
  const second = tally.enter();
  time.at += 5;
  assert.deepEqual([tally.now, tally.total, tally.busy], [2, 2, 20]);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  time.at += 100;
  assert.deepEqual([tally.now, tally.total, tally.busy], [1, 2, 120]);
  second[Symbol.dispose]();
  time.at += 100;
  assert.deepEqual([tally.now, tally.total, tally.busy], [0, 2, 120]);
});

test('a clock that is set back takes nothing away', () => {
  const time = { at: 1000 };
  const tally = new Tally({ now: () => time.at });
  using _one = tally.enter();
  time.at = 1100;
  assert.equal(tally.busy, 100);
  time.at = 0;
  assert.equal(tally.busy, 100);
  time.at = 50;
  assert.equal(tally.busy, 150);
});
