import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { describe, it } from 'node:test';
import { Problem } from '@mooring/contract';
import {
  isRequestSignature,
  readPublicKey,
  verifyRequestSignature,
  type SignedRequest,
} from './request-signature.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const keyId = 'ocid1.tenancy.oc1..a/ocid1.user.oc1..b/20:3b:97';
const now = Date.parse('Sun, 22 Nov 2026 12:00:00 GMT');
const body = '{"displayName":"a"}';

interface Draft {
  method?: string;
  target?: string;
  covered?: string[];
  headers?: Record<string, string>;
  key?: KeyObject;
  algorithm?: string;
}

const getHeaders = { host: 'localhost:9080', 'x-date': new Date(now).toUTCString() };
const postHeaders = {
  ...getHeaders,
  'content-type': 'application/json',
  'content-length': String(body.length),
  'x-content-sha256': createHash('sha256').update(body).digest('base64'),
};

/** Signs as the SDKs do; `change` alters the request afterwards. */
function signed(
  draft: Draft = {},
  change: Partial<SignedRequest> & { headers?: Record<string, string> } = {},
): SignedRequest {
  const {
    method = 'GET',
    target = '/20231130/hostedApplications?compartmentId=x',
    headers = getHeaders,
  } = draft;
  const covered = draft.covered ?? ['x-date', '(request-target)', 'host'];
  const text = covered
    .map((name) =>
      name === '(request-target)'
        ? `${name}: ${method.toLowerCase()} ${target}`
        : `${name.toLowerCase()}: ${new Map(Object.entries(headers)).get(name.toLowerCase())}`,
    )
    .join('\n');
  const signature = sign('sha256', Buffer.from(text), draft.key ?? privateKey).toString('base64');
  const authorization = `Signature version="1",keyId="${keyId}",algorithm="${draft.algorithm ?? 'rsa-sha256'}",headers="${covered.join(' ')}",signature="${signature}"`;
  const sent = new Map(Object.entries({ authorization, ...headers, ...change.headers }));
  return {
    method: change.method ?? method,
    target: change.target ?? target,
    header: (name) => sent.get(name),
  };
}

const options = {
  findKey: async (id: string) => (id === keyId ? { publicKey, owner: 'someone' } : undefined),
  clock: { now: () => now },
};
const covering = ['date', '(request-target)', 'host', 'content-length', 'content-type', 'x-content-sha256'];
const post: Draft = {
  method: 'POST',
  headers: { ...postHeaders, date: new Date(now).toUTCString() },
  covered: covering,
};

describe('verifyRequestSignature', () => {
  const accepted: [string, SignedRequest][] = [
    ['a GET with x-date', signed()],
    [
      'a GET with date',
      signed({
        covered: ['date', '(request-target)', 'host'],
        headers: { ...getHeaders, date: new Date(now).toUTCString() },
      }),
    ],
    ['covered headers in another order', signed({ covered: ['host', '(request-target)', 'x-date'] })],
    [
      'covered headers spelled with capitals',
      signed({ ...post, covered: covering.map((name) => name.replace('content', 'Content')) }),
    ],
    ['a POST with its body headers', signed(post)],
    [
      'a date 5 minutes old',
      signed({ headers: { ...getHeaders, 'x-date': new Date(now - 300_000).toUTCString() } }),
    ],
  ];
  for (const [name, request] of accepted) {
    it(`accepts ${name}`, async () => {
      const signer = await verifyRequestSignature(request, options);
      assert.equal(signer.owner, 'someone');
      assert.equal(signer.bodyHash, request.method === 'POST' ? postHeaders['x-content-sha256'] : undefined);
    });
  }

  const refused: [string, SignedRequest, RegExp][] = [
    ['another method', signed({}, { method: 'DELETE' }), /does not match/],
    [
      'another target',
      signed({}, { target: '/20231130/hostedApplications?compartmentId=y' }),
      /does not match/,
    ],
    ['another host', signed({}, { headers: { host: 'other' } }), /does not match/],
    ['another body hash', signed(post, { headers: { 'x-content-sha256': 'other' } }), /does not match/],
    ['another key', signed({ key: other.privateKey }), /does not match/],
    ['another algorithm', signed({ algorithm: 'hmac-sha256' }), /rsa-sha256/],
    [
      'a date 301 s old',
      signed({ headers: { ...getHeaders, 'x-date': new Date(now - 301_000).toUTCString() } }),
      /minutes old/,
    ],
    [
      'a date 301 s ahead',
      signed({ headers: { ...getHeaders, 'x-date': new Date(now + 301_000).toUTCString() } }),
      /minutes old/,
    ],
    ['a date that is none', signed({ headers: { ...getHeaders, 'x-date': 'yesterday' } }), /minutes old/],
    ['no date', signed({ covered: ['(request-target)', 'host'] }), /date or x-date/],
    ['no target', signed({ covered: ['x-date', 'host'] }), /\(request-target\)/],
    [
      'a POST without its body headers',
      signed({ method: 'POST' }),
      /content-type, content-length, x-content-sha256/,
    ],
    [
      'a covered header that is not there',
      signed({ covered: ['x-date', '(request-target)', 'host', 'x-more'] }),
      /"x-more"/,
    ],
    ['garbage', signed({}, { headers: { authorization: 'Signature garbage' } }), /keyId/],
    [
      'a parameter given twice',
      signed({}, { headers: { authorization: 'Signature keyId="a",keyId="b"' } }),
      /twice/,
    ],
  ];
  for (const [name, request, message] of refused) {
    it(`refuses ${name} with 401`, async () => {
      await assert.rejects(verifyRequestSignature(request, options), (error) => {
        assert.ok(error instanceof Problem);
        assert.equal(error.status, 401);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  it('says the same of an unknown key as of a wrong signature', async () => {
    const unknown = { ...options, findKey: async () => undefined };
    await assert.rejects(verifyRequestSignature(signed(), unknown), /does not match/);
  });
});

describe('readPublicKey', () => {
  it('takes an RSA public key', () => {
    assert.equal(
      readPublicKey(String(publicKey.export({ type: 'spki', format: 'pem' }))).asymmetricKeyType,
      'rsa',
    );
  });

  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const bad: [string, string][] = [
    ['a private key', String(privateKey.export({ type: 'pkcs8', format: 'pem' }))],
    ['an elliptic key', String(elliptic.publicKey.export({ type: 'spki', format: 'pem' }))],
    ['a key of 1024 bits', String(small.publicKey.export({ type: 'spki', format: 'pem' }))],
    ['garbage', 'garbage'],
  ];
  for (const [name, pem] of bad)
    it(`refuses ${name}`, () => assert.throws(() => readPublicKey(pem), Problem));
});

describe('isRequestSignature', () => {
  it('tells a signature from a bearer token', () => {
    assert.equal(isRequestSignature('Signature version="1"'), true);
    assert.equal(isRequestSignature('Bearer abc'), false);
    assert.equal(isRequestSignature(undefined), false);
  });
});
