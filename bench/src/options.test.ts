import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partNames, readOptions } from './options.ts';

test('without options all parts run, with medians of 9', () => {
  const { parts, pairs, applications, json, help } = readOptions([]);
  assert.deepEqual([parts, pairs, applications, json, help], [partNames, 9, 10_000, false, false]);
});

test('what was asked for is what runs', () => {
  const { parts, pairs, rows, json } = readOptions([
    'relay',
    '--rows',
    'idle|HTTP',
    '--pairs',
    '3',
    '--json',
  ]);
  assert.deepEqual([parts, pairs, rows.source, json], [['relay'], 3, 'idle|HTTP', true]);
});

const wrong: [args: string[], says: RegExp][] = [
  [['rely'], /no part "rely"; the parts are cold/],
  [['--pairs', '0'], /--pairs must be a whole number above 0/],
  [['--applications', 'many'], /--applications must be a whole number/],
  [['--rows', '('], /Invalid regular expression/],
  [['--fast'], /Unknown option '--fast'/],
];
for (const [args, says] of wrong)
  test(`${args.join(' ')} is refused with what is wrong`, () => {
    assert.throws(() => readOptions(args), says);
  });
