import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lru } from './lru.ts';

test('the entry that was used least recently is forgotten', () => {
  const lru = new Lru<string, number>(2);
  lru.set('a', 1);
  lru.set('b', 2);
  assert.equal(lru.get('a'), 1);
  lru.set('c', 3);
  assert.equal(lru.get('b'), undefined);
  assert.equal(lru.get('a'), 1);
  assert.equal(lru.get('c'), 3);
  assert.equal(lru.size, 2);
});

test('a key that is set again counts once and holds the new value', () => {
  const lru = new Lru<string, number>(2);
  lru.set('a', 1);
  lru.set('a', 2);
  lru.set('b', 3);
  assert.equal(lru.size, 2);
  assert.equal(lru.get('a'), 2);
});

test('a capacity of 0 holds nothing, and a broken one is a mistake', () => {
  const lru = new Lru<string, number>(0);
  lru.set('a', 1);
  assert.equal(lru.size, 0);
  assert.throws(() => new Lru(-1), TypeError);
  assert.throws(() => new Lru(1.5), TypeError);
});

test('what is cleared is empty and goes on', () => {
  const lru = new Lru<string, number>(2);
  lru.set('a', 1);
  lru.clear();
  assert.equal(lru.size, 0);
  lru.set('b', 2);
  assert.equal(lru.get('b'), 2);
});
