import assert from 'node:assert/strict';
import { constants, createPrivateKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { describe, test } from 'node:test';
import { Problem } from '@mooring/contract';
import * as fc from 'fast-check';
import { compactVerify, createLocalJWKSet, type JWK } from 'jose';
import { createKeySet, type Algorithm } from './key-set.ts';
import { isSignedBy, readToken } from './signature.ts';

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

interface Pair {
  readonly privateKey: KeyObject;
  readonly jwk: JWK;
}

const pairOf = (type: 'rsa' | 'ec' | 'ed25519', options: object = {}, more: object = {}): Pair => {
  const made =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048, ...options })
      : type === 'ec'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256', ...options })
        : generateKeyPairSync('ed25519');
  return {
    privateKey: made.privateKey,
    jwk: { ...made.publicKey.export({ format: 'jwk' }), kid: 'k', ...more },
  };
};

const rsa = pairOf('rsa');
const p256 = pairOf('ec');
const p384 = pairOf('ec', { namedCurve: 'P-384' });
const ed = pairOf('ed25519');

/** What signs like that algorithm of a key. */
function signed(alg: string, key: KeyObject, header: object = { kid: 'k' }): string {
  const input = `${part({ alg, ...header })}.${part({ sub: 'someone' })}`;
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  const options = alg.startsWith('ES')
    ? { key, dsaEncoding: 'ieee-p1363' as const }
    : alg.startsWith('PS')
      ? { key, ...pss }
      : key;
  const digest = alg.startsWith('Ed') ? null : `sha${alg.slice(2)}`;
  return `${input}.${sign(digest, Buffer.from(input), options).toString('base64url')}`;
}

function isAccepted(token: string, ...keys: JWK[]): boolean {
  try {
    return isSignedBy(readToken(token), createKeySet({ keys }));
  } catch (error) {
    assert.ok(error instanceof Problem && error.code === 'NotAuthenticated', String(error));
    return false;
  }
}

const makers: [Algorithm, Pair][] = [
  ['RS256', rsa],
  ['RS384', rsa],
  ['RS512', rsa],
  ['PS256', rsa],
  ['PS384', rsa],
  ['PS512', rsa],
  ['ES256', p256],
  ['ES384', p384],
  ['EdDSA', ed],
  ['Ed25519', ed],
];

describe('a signature', () => {
  for (const [alg, { privateKey, jwk }] of makers)
    test(`of ${alg} is accepted with its key, and with no other and of no other algorithm`, () => {
      const token = signed(alg, privateKey);
      assert.ok(isAccepted(token, jwk));
      assert.ok(isAccepted(token, { ...jwk, alg }));
      assert.ok(isAccepted(signed(alg, privateKey, {}), p384.jwk, jwk, rsa.jwk));
      for (const [other, { jwk: wrong }] of makers) {
        if (wrong !== jwk) assert.ok(!isAccepted(token, wrong), other);
        if (other !== alg) assert.ok(!isAccepted(token, { ...jwk, alg: other }), other);
      }
    });

  test('is refused when its header names another algorithm of the same key', () => {
    for (const [alg, { privateKey, jwk }] of makers)
      for (const [other] of makers) {
        const [, body, signature] = signed(alg, privateKey).split('.');
        const token = `${part({ alg: other, kid: 'k' })}.${body}.${signature}`;
        if (other !== alg) assert.ok(!isAccepted(token, jwk), `${alg} as ${other}`);
      }
  });

  const input = `${part({ alg: 'ES256', kid: 'k' })}.${part({ sub: 'root' })}`;
  const der = sign('sha256', Buffer.from(input), p256.privateKey);
  const forged: [string, string][] = [
    ['of nothing', ''],
    ['of zeros', Buffer.alloc(64).toString('base64url')],
    ['in the encoding of X.509', der.toString('base64url')],
    [
      'with bytes behind it',
      Buffer.concat([
        sign('sha256', Buffer.from(input), { key: p256.privateKey, dsaEncoding: 'ieee-p1363' }),
        Buffer.alloc(2),
      ]).toString('base64url'),
    ],
  ];
  for (const [what, signature] of forged)
    test(`${what} is refused`, () => assert.ok(!isAccepted(`${input}.${signature}`, p256.jwk)));

  test('with a salt of another length is refused', () => {
    const text = `${part({ alg: 'PS256', kid: 'k' })}.${part({})}`;
    const salted = { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 0 };
    const signature = sign('sha256', Buffer.from(text), salted).toString('base64url');
    assert.ok(!isAccepted(`${text}.${signature}`, rsa.jwk));
  });

  test('has one spelling only', () => {
    const token = signed('ES256', p256.privateKey);
    // 64 bytes end in a digit of which four bits mean nothing.
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = digits.indexOf(token.at(-1) ?? '');
    assert.ok(isAccepted(token, p256.jwk));
    assert.ok(!isAccepted(token.slice(0, -1) + digits[last ^ 1], p256.jwk));
  });

  test('is accepted of nothing that the reference refuses, whatever was altered', async () => {
    const tokens = makers.map(([alg, { privateKey, jwk }]) => ({ token: signed(alg, privateKey), jwk }));
    const alteration = fc.record({
      of: fc.constantFrom(...tokens),
      at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      to: fc.constantFrom('A', 'Q', 'g', 'w', '-', '_', '.', '0', '9', 'a', 'z'),
    });
    await fc.assert(
      fc.asyncProperty(alteration, async ({ of: { token, jwk }, at, to }) => {
        const index = Math.floor(at * token.length);
        const altered = token.slice(0, index) + to + token.slice(index + 1);
        const reference = await compactVerify(altered, createLocalJWKSet({ keys: [jwk] })).then(
          () => true,
          () => false,
        );
        if (isAccepted(altered, jwk)) assert.ok(reference, altered);
        assert.equal(isAccepted(token, jwk), true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a key set leaves out', () => {
  const privateJwk = {
    ...createPrivateKey(p256.privateKey.export({ format: 'pem', type: 'pkcs8' })).export({ format: 'jwk' }),
    kid: 'k',
  };
  const weak = pairOf('rsa', { modulusLength: 1024 });
  const outside: [string, JWK, string][] = [
    ['a private key', privateJwk, signed('ES256', p256.privateKey)],
    ['a weak RSA key', weak.jwk, signed('RS256', weak.privateKey)],
    ['a key for encryption', { ...p256.jwk, use: 'enc' }, signed('ES256', p256.privateKey)],
    ['a key for other operations', { ...p256.jwk, key_ops: ['encrypt'] }, signed('ES256', p256.privateKey)],
    ['a key whose curve is not its own', { ...p256.jwk, crv: 'P-384' }, signed('ES256', p256.privateKey)],
    ['a key without its numbers', { kty: 'EC', crv: 'P-256', kid: 'k' }, signed('ES256', p256.privateKey)],
    ['a key of an unknown kind', { ...p256.jwk, kty: 'XY' }, signed('ES256', p256.privateKey)],
    ['a key with another id', { ...p256.jwk, kid: 'l' }, signed('ES256', p256.privateKey)],
  ];
  for (const [what, jwk, token] of outside)
    test(what, () => {
      assert.ok(!isAccepted(token, jwk));
      // It does not spoil the others.
      assert.ok(isAccepted(signed('EdDSA', ed.privateKey), jwk, ed.jwk));
    });

  test('curves that no accepted algorithm has', () => {
    for (const namedCurve of ['P-521', 'secp256k1']) {
      const { jwk, privateKey } = pairOf('ec', { namedCurve });
      assert.deepEqual(createKeySet({ keys: [jwk] })('ES256', 'k'), []);
      assert.ok(!isAccepted(signed('ES256', privateKey), jwk));
    }
  });

  test('keys behind the tenth when a token names none', () => {
    const strangers = Array.from({ length: 10 }, () => pairOf('ec').jwk);
    const token = signed('ES256', p256.privateKey, {});
    assert.ok(isAccepted(token, ...strangers.slice(1), p256.jwk));
    assert.ok(!isAccepted(token, ...strangers, p256.jwk));
  });
});
