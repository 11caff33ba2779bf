import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSameEnvironment, mergeVariables, parseVariable } from './environment.ts';

const plain = (name: string, value: string) => ({ name, type: 'PLAINTEXT', value }) as const;

test('the value is everything behind the first equals sign', () => {
  assert.deepEqual(parseVariable('A=b=c'), plain('A', 'b=c'));
  assert.deepEqual(parseVariable('A='), plain('A', ''));
});

for (const [text, message] of [
  ['A', /not of the form/],
  ['=x', /not of the form/],
  ['1A=x', /1A must be a letter/],
  ['PORT=80', /PORT is reserved/],
  ['A=\0', /NUL/],
] as const)
  test(`${JSON.stringify(text)} is refused`, () => assert.throws(() => parseVariable(text), { message }));

test('a new value takes the place of the old one, a new name comes last', () => {
  const merged = mergeVariables([plain('A', '1'), plain('B', '2')], [plain('C', '3'), plain('A', '4')]);
  assert.deepEqual(merged, [plain('A', '4'), plain('B', '2'), plain('C', '3')]);
});

test('the same variables in another order are the same environment', () => {
  const one = [plain('A', '1'), plain('B', '2')];
  assert.equal(isSameEnvironment(one, [plain('B', '2'), plain('A', '1')]), true);
  assert.equal(isSameEnvironment(one, [plain('A', '1')]), false);
  assert.equal(isSameEnvironment(one, [plain('A', '1'), plain('B', '3')]), false);
  assert.equal(isSameEnvironment(one, [plain('A', '1'), { ...plain('B', '2'), type: 'VAULT' }]), false);
});
