import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { openLog } from '../observe/log.ts';
import { createAsserter } from './assertion.ts';
import { anonymous, type Principal } from './principal.ts';
import { createVerifier } from './verify/verifier.ts';

const start = 1_800_000_000_000;
const issuer = 'https://mooring.test/identity';
const pair = await generateKeyPair('ES256', { extractable: true });
const key = { ...(await exportJWK(pair.privateKey)), kid: 'a' };
const jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'a', alg: 'ES256', use: 'sig' }] };
const caller: Principal = {
  kind: 'token',
  subject: 'someone',
  clientId: 'tester',
  scope: 'invoke',
  issuer: 'https://elsewhere.test',
  expiresAt: start + 3_600_000,
};

function setup() {
  const clock = { time: start, now: () => clock.time };
  return { clock, assertCaller: createAsserter({ key, issuer, clock }) };
}

test('an assertion names the caller and the application and verifies with the published keys', async () => {
  const { assertCaller } = setup();
  const { payload, protectedHeader } = await jwtVerify(assertCaller(caller, 'app'), createLocalJWKSet(jwks), {
    issuer,
    audience: 'app',
    currentDate: new Date(start),
  });
  assert.deepEqual(protectedHeader, { alg: 'ES256', kid: 'a', typ: 'mooring-assertion+jwt' });
  const { jti, ...rest } = payload;
  assert.equal(Buffer.from(jti ?? '', 'base64url').length, 16);
  assert.deepEqual(rest, {
    iss: issuer,
    aud: 'app',
    sub: 'someone',
    sub_id: { format: 'iss_sub', iss: 'https://elsewhere.test', sub: 'someone' },
    client_id: 'tester',
    scope: 'invoke',
    iat: start / 1000,
    exp: start / 1000 + 60,
  });
});

test('an anonymous caller has no subject', async () => {
  const { assertCaller } = setup();
  const [, body] = assertCaller(anonymous, 'app').split('.');
  const payload: unknown = JSON.parse(Buffer.from(body ?? '', 'base64url').toString());
  assert.deepEqual(Object.keys(Object(payload)), ['iss', 'aud', 'iat', 'exp', 'jti']);
});

test('an assertion serves the same caller and application for 10 s only', () => {
  const { assertCaller, clock } = setup();
  const first = assertCaller(caller, 'app');
  clock.time += 9999;
  assert.equal(assertCaller({ ...caller, expiresAt: undefined }, 'app'), first);
  assert.notEqual(assertCaller(caller, 'other'), first);
  assert.notEqual(assertCaller({ ...caller, scope: 'x' }, 'app'), first);
  assert.notEqual(assertCaller({ ...caller, issuer: 'x' }, 'app'), first);
  clock.time += 1;
  assert.notEqual(assertCaller(caller, 'app'), first);
});

test('an assertion is no access token', async () => {
  const { assertCaller, clock } = setup();
  const own = { issuers: () => [issuer], jwks: () => jwks };
  const verify = createVerifier({ own, clock, allowPrivateIssuers: false, log: openLog('silent') });
  const rules = { issuer, audiences: ['app'], scope: 'invoke' };
  const { signal } = new AbortController();
  await assert.rejects(verify(assertCaller(caller, 'app'), rules, { signal }), /not an access token/);
});

test('a key of another kind is a mistake', () => {
  const clock = { now: () => start };
  assert.throws(() => createAsserter({ key: { ...key, d: undefined }, issuer, clock }), TypeError);
  assert.throws(() => createAsserter({ key: { ...key, kid: undefined }, issuer, clock }), TypeError);
  assert.throws(() => createAsserter({ key: { kty: 'RSA', kid: 'a' }, issuer, clock }), TypeError);
});
