/** Waits before another connection: what a server may ask for, and the bounds of the back-off. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { backOff, firstBackOff, longestAsked, longestBackOff, retryAfterMsOf } from './reconnect.ts';

describe('the wait that a reason asks for', () => {
  for (const [reason, expected] of [
    ['{"retryAfterMs":0}', 0],
    ['{"retryAfterMs":750}', 750],
    [`{"retryAfterMs":${longestAsked + 1}}`, longestAsked],
    ['{"retryAfterMs":3e9}', longestAsked],
    ['{"retryAfterMs":1e999}', undefined],
    ['{"retryAfterMs":-1}', undefined],
    ['{"retryAfterMs":"5"}', undefined],
    ['{"retryAfterMs":null}', undefined],
    ['{}', undefined],
    ['null', undefined],
    ['going', undefined],
    ['', undefined],
  ] as const)
    it(`${reason === '' ? 'nothing' : reason} is ${expected ?? 'none'}`, () =>
      assert.equal(retryAfterMsOf(reason), expected));
});

describe('the back-off', () => {
  const nearlyOne = 1 - Number.EPSILON;
  for (const [attempt, bound] of [
    [0, firstBackOff],
    [1, 2 * firstBackOff],
    [4, 16 * firstBackOff],
    [5, longestBackOff],
    [5_000, longestBackOff],
    [Number.MAX_SAFE_INTEGER, longestBackOff],
  ] as const)
    it(`of attempt ${attempt} is from 0 to ${bound} ms`, () => {
      assert.equal(backOff(attempt, 0), 0);
      assert.equal(backOff(attempt, 0.5), bound / 2);
      assert.equal(backOff(attempt, nearlyOne), bound);
    });
});
