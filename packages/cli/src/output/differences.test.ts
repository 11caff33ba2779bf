import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differences } from './differences.ts';

const cases: [string, unknown, unknown, string[]][] = [
  ['equal values', { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
  ['a field', { a: 1, b: 2 }, { a: 1, b: 3 }, ['b: 2 -> 3']],
  ['a field that comes and one that goes', { a: 1 }, { b: 2 }, ['a: 1 -> undefined', 'b: undefined -> 2']],
  ['a field within a field', { a: { b: { c: 1 } } }, { a: { b: { c: 2 } } }, ['a.b.c: 1 -> 2']],
  [
    'elements with ids, whatever their order',
    { a: [{ id: '1', s: 'x' }, { id: '2' }] },
    { a: [{ id: '3' }, { id: '1', s: 'y' }] },
    ['a[1].s: "x" -> "y"', 'a[2]: {"id":"2"} -> undefined', 'a[3]: undefined -> {"id":"3"}'],
  ],
  ['elements with names', { a: [] }, { a: [{ name: 'V' }] }, ['a[V]: undefined -> {"name":"V"}']],
  ['a list of plain values, which is one whole', { a: [1, 2] }, { a: [1, 3] }, ['a: [1,2] -> [1,3]']],
  [
    'elements of which two have the same id',
    { a: [{ id: '1' }, { id: '1' }] },
    { a: [] },
    ['a: [{"id":"1"},{"id":"1"}] -> []'],
  ],
  ['null and an object', { a: null }, { a: {} }, ['a: null -> {}']],
];

for (const [name, was, is, expected] of cases)
  test(`differences of ${name}`, () =>
    assert.deepEqual(
      differences(was, is).map(
        (found) => `${found.place}: ${JSON.stringify(found.was)} -> ${JSON.stringify(found.is)}`,
      ),
      expected,
    ));
