import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifies } from '@mooring/test/verifies';
import { anonymous } from '../identity/principal.ts';
import { someone } from './gateway.fixture.ts';
import { identityLines } from './identity-lines.ts';

const linesOf = ({ subject = 'someone', assertion = 'assertion' }): string =>
  `Mooring-Subject: ${subject}\r\nMooring-Client-Id: client\r\nMooring-Scope: invoke\r\n` +
  `Mooring-Issuer: https://issuer.example\r\nMooring-Assertion: ${assertion}\r\n`;

test(verifies('forward:identity', 'the replica is told who calls, and how to prove it'), () => {
  assert.equal(identityLines(someone, 'assertion'), linesOf({}));
});

test(verifies('forward:identity', 'an anonymous caller has no name'), () => {
  assert.equal(identityLines(anonymous, undefined), '');
});

test('another assertion, or another caller, has other lines', () => {
  const other = { ...someone, subject: 'other' };
  assert.equal(identityLines(someone, 'second'), linesOf({ assertion: 'second' }));
  assert.equal(identityLines(other, 'second'), linesOf({ subject: 'other', assertion: 'second' }));
  assert.equal(identityLines(someone, 'assertion'), linesOf({}));
});

const claims: [claim: string, value: string][] = [
  ['plain text', 'plain text'],
  ['Zoë', 'Zo%C3%AB'],
  ['line\r\nMooring-Scope: all', 'line%0D%0AMooring-Scope%3A%20all'],
  ['half \ud800', 'half%20%EF%BF%BD'],
  ['\0', '%00'],
];

for (const [claim, value] of claims) {
  test(verifies('forward:identity', `the subject ${JSON.stringify(claim)} is told as ${value}`), () => {
    assert.equal(identityLines({ ...someone, subject: claim }, 'assertion'), linesOf({ subject: value }));
  });
}
