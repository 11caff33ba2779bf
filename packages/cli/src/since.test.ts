import assert from 'node:assert/strict';
import { test } from 'node:test';
import { since } from './since.ts';

const now = Date.parse('2026-01-10T12:00:00.000Z');
const times: readonly (readonly [string, string])[] = [
  ['90s', '2026-01-10T11:58:30.000Z'],
  ['15m', '2026-01-10T11:45:00.000Z'],
  ['2h', '2026-01-10T10:00:00.000Z'],
  ['7d', '2026-01-03T12:00:00.000Z'],
  ['2026-01-01T01:00:00+01:00', '2026-01-01T00:00:00.000Z'],
  ['2026-01-01', '2026-01-01T00:00:00.000Z'],
];
for (const [text, time] of times) test(`${text} is a time`, () => assert.equal(since(text, now), time));

for (const text of ['', 'yesterday', '7', '7w', '-1d', '9999999999999999d'])
  test(`"${text}" is none`, () => assert.throws(() => since(text, now), /how long ago/));
