import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Load } from './load.ts';

test('what is taken is counted until it is given back, once', () => {
  const load = new Load();
  const first = load.take('a');
  const second = load.take('a');
  assert.equal(load.of('a'), 2);
  assert.equal(load.of('b'), 0);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  assert.equal(load.of('a'), 1);
  second[Symbol.dispose]();
  assert.equal(load.of('a'), 0);
});

test('who waits for a replica to be idle is told at its last release, and at once when it is', async () => {
  const load = new Load();
  await load.idle('a');
  const first = load.take('a');
  const second = load.take('a');
  const other = load.take('b');
  let idle = 0;
  const waiting = [load.idle('a').then(() => (idle += 1)), load.idle('a').then(() => (idle += 1))];
  first[Symbol.dispose]();
  await Promise.resolve();
  assert.equal(idle, 0);
  second[Symbol.dispose]();
  await Promise.all(waiting);
  assert.equal(idle, 2);
  assert.equal(load.of('b'), 1);
  other[Symbol.dispose]();
});
