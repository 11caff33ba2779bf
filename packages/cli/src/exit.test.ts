import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestFailed, TimedOut, Unreachable } from '@mooring/client';
import { CommanderError } from '@commander-js/extra-typings';
import { exitHelp, exitOf, exits, type Exit } from './exit.ts';
import { explain } from './explain.ts';
import { Refusal } from './refusal.ts';

const failed = (status: number, code = ''): RequestFailed =>
  new RequestFailed('no', { status, code, opcRequestId: 'R1', retryAfter: undefined });
const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const untrusted = Object.assign(new Error('self-signed'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' });

const cases: readonly (readonly [string, unknown, Exit])[] = [
  ['a wrong command line', new CommanderError(1, 'commander.unknownOption', ''), 'usage'],
  ['help', new CommanderError(0, 'commander.helpDisplayed', ''), 'ok'],
  ['nobody at the address', new Unreachable('https://localhost:9443/x', refused), 'unreachable'],
  ['a token that is not good', failed(401), 'notAllowed'],
  ['something that the server does not accept', failed(400), 'usage'],
  ['a missing right', failed(403), 'notAllowed'],
  ['something that is not there', failed(404), 'notFound'],
  ['a conflict', failed(409), 'conflict'],
  ['a stale version', failed(412), 'conflict'],
  ['a fault of the server', failed(500), 'failed'],
  ['an application that does not answer as it should', failed(502), 'application'],
  ['no answer in time', new TimedOut('late'), 'timedOut'],
  ['a refusal of the command itself', new Refusal('no', { exit: 'application' }), 'application'],
  ['anything else', new Error('?'), 'failed'],
];

for (const [name, error, exit] of cases)
  test(`${name} ends with ${exits[exit].code}`, () => assert.equal(exitOf(error), exit));

test('every code is there once, and in the help', () => {
  const codes = Object.values(exits).map(({ code }) => code);
  assert.equal(new Set(codes).size, codes.length);
  for (const { code, meaning } of Object.values(exits)) assert.ok(exitHelp().includes(`${code} ${meaning}`));
});

const words: readonly (readonly [string, unknown, string])[] = [
  [
    'no server',
    new Unreachable('https://localhost:9443/v1/status', new AggregateError([refused])),
    'No server answers at https://localhost:9443.\nStart one with: npx mooring serve',
  ],
  [
    'a strange certificate',
    new Unreachable('https://localhost:9443', untrusted),
    'No server answers at https://localhost:9443: self-signed\nIts certificate is not one that the profile trusts. Use the cli.json that this server wrote (MOORING_PROFILE).',
  ],
  ['a fault of the server', failed(500), 'no (opc-request-id R1)'],
  ['a passing conflict', failed(409, 'IncorrectState'), 'no\nThis passes. Try again in a moment.'],
  ['a refusal', new Refusal('no', { hint: 'do this' }), 'no\ndo this'],
];

for (const [name, error, text] of words)
  test(`${name} is explained`, () => assert.equal(explain(error), text));
