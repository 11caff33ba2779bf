/** Setbacks: whatever a server asks for, the wait is one that a timer can hold. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { backOff, longestAsked } from '@mooring/contract';
import { refusalOf } from '../failure.ts';
import { setbackOfClosing, setbackOfFailure } from './setback.ts';

const random = 0.5;

describe('after a close that asks for a wait', () => {
  for (const [code, asked, attempt, delay] of [
    [1012, '3e9', 0, longestAsked],
    [1012, '1e999', 0, backOff(0, random)],
    [1012, '-5', 0, backOff(0, random)],
    [1012, '3e9', 3, longestAsked + backOff(3, random)],
    [1013, '3e9', 0, longestAsked + backOff(0, random)],
  ] as const)
    it(`of ${asked} ms by ${code}, attempt ${attempt} comes after ${delay} ms`, () => {
      const reason = `{"retryAfterMs":${asked}}`;
      assert.equal(setbackOfClosing({ code, reason }, { attempt, random }).delay, delay);
    });
});

describe('after a 503 that asks for a wait', () => {
  for (const [asked, milliseconds] of [
    ['2', 2_000],
    ['3000000000', longestAsked],
    ['9'.repeat(400), longestAsked],
    ['-5', 0],
    ['soon', 0],
  ] as const)
    it(`of ${asked.slice(0, 12)} s, ${milliseconds} ms are added to the pause`, () => {
      const headers = new Headers({ 'retry-after': asked });
      const refusal = refusalOf({ status: 503, headers }, '');
      const { delay } = setbackOfFailure(refusal, { attempt: 0, random });
      assert.equal(delay, milliseconds + backOff(0, random));
    });
});
