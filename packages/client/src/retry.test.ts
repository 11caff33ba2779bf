import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestFailed } from './failure.ts';
import { maxAttempts, pauseBeforeRetry } from './retry.ts';

const failure = (code: string, retryAfter?: number): RequestFailed =>
  new RequestFailed('no', { status: 500, code, opcRequestId: undefined, retryAfter });

const attempt = { number: 1, repeatable: true, random: 0 };

const cases = [
  ['a passing conflict is repeated', 'IncorrectState', attempt, true],
  ['too many requests are repeated', 'TooManyRequests', attempt, true],
  ['a lasting conflict is not repeated', 'Conflict', attempt, false],
  ['a missing thing is not repeated', 'NotAuthorizedOrNotFound', attempt, false],
  ['an unknown code is not repeated', 'SomethingNew', attempt, false],
  ['a code that is a property of every object is not repeated', 'constructor', attempt, false],
  ['a failing server is asked again when that changes nothing', 'InternalServerError', attempt, true],
  [
    'a failing server is not asked again to create something',
    'InternalServerError',
    { ...attempt, repeatable: false },
    false,
  ],
  [
    'a creation that was refused before it began is repeated',
    'IncorrectState',
    { ...attempt, repeatable: false },
    true,
  ],
  ['the last attempt is the last', 'IncorrectState', { ...attempt, number: maxAttempts }, false],
] as const;

for (const [name, code, given, repeated] of cases)
  test(name, () => assert.equal(pauseBeforeRetry(failure(code), given) !== undefined, repeated));

test('the pause grows and is jittered', () => {
  assert.equal(pauseBeforeRetry(failure('IncorrectState'), attempt), 100);
  assert.equal(pauseBeforeRetry(failure('IncorrectState'), { ...attempt, random: 0.5 }), 150);
  assert.equal(pauseBeforeRetry(failure('IncorrectState'), { ...attempt, number: 3 }), 400);
});

test('the pause that the server asks for is kept, unless it is too long', () => {
  assert.equal(pauseBeforeRetry(failure('ServiceUnavailable', 2), attempt), 2000);
  assert.equal(pauseBeforeRetry(failure('ServiceUnavailable', 31), attempt), undefined);
});
