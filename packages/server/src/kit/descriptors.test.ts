import assert from 'node:assert/strict';
import { test } from 'node:test';
import { descriptorLimit, leavesRoom, parseLimit } from './descriptors.ts';

const limits = `Limit                     Soft Limit           Hard Limit           Units
Max core file size        0                    unlimited            bytes
Max open files            1024                 524288               files
Max locked memory         8388608              8388608              bytes
`;

test('the limit is the soft one; where none is told there is none', () => {
  assert.equal(parseLimit(limits), 1024);
  assert.equal(parseLimit(limits.replace('1024  ', 'unlimited')), Infinity);
  assert.equal(parseLimit(''), Infinity);
});

test('this process has a limit, or none', async () => {
  assert.ok((await descriptorLimit()) > 0);
});

const cases: [limit: number, first: number][] = [
  [400, 300],
  [1024, 768],
  [20_000, 18_976],
];
for (const [limit, first] of cases) {
  test(`of ${limit} descriptors connections take those below ${first}`, () => {
    assert.equal(leavesRoom(first - 1, limit), true);
    assert.equal(leavesRoom(first, limit), false);
  });
}

test('without a limit there is room for all', () => {
  assert.equal(leavesRoom(1_000_000, Infinity), true);
});
