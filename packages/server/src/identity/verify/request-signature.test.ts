import assert from 'node:assert/strict';
import { createHash, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { describe, it } from 'node:test';
import { Problem } from '@mooring/contract';
import { array, assert as assertProperty, asyncProperty, string } from 'fast-check';
import { fingerprintOf } from './fingerprint.ts';
import {
  isRequestSignature,
  isSignedBody,
  readPublicKey,
  verifyRequestSignature,
  type SignedRequest,
} from './request-signature.ts';
import { signedRequest } from './signed-request.ts';

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
  change: { method?: string; target?: string; headers?: Record<string, string | string[]> } = {},
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
  const sent = new Map<string, string | string[]>(
    Object.entries({ authorization, ...headers, ...change.headers }),
  );
  return {
    method: change.method ?? method,
    target: change.target ?? target,
    header: (name) => [sent.get(name) ?? []].flat(),
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

  const old = (seconds: number): Draft => ({
    headers: { ...getHeaders, 'x-date': new Date(now - seconds * 1000).toUTCString() },
  });
  const authorizationOf = (request: SignedRequest): string => request.header('authorization')[0] ?? '';
  const good = authorizationOf(signed());
  const withAuthorization = (authorization: string): SignedRequest =>
    signed({}, { headers: { authorization } });

  const refused: [string, SignedRequest, RegExp][] = [
    ['another method', signed({}, { method: 'DELETE' }), /does not match/],
    [
      'another target',
      signed({}, { target: '/20231130/hostedApplications?compartmentId=y' }),
      /does not match/,
    ],
    ['another host', signed({}, { headers: { host: 'other' } }), /does not match/],
    ['another port', signed({}, { headers: { host: 'localhost:8080' } }), /does not match/],
    ['another body hash', signed(post, { headers: { 'x-content-sha256': 'other' } }), /does not match/],
    ['another content type', signed(post, { headers: { 'content-type': 'text/plain' } }), /does not match/],
    ['another length', signed(post, { headers: { 'content-length': '1' } }), /does not match/],
    ['another key', signed({ key: other.privateKey }), /does not match/],
    ['another algorithm', signed({ algorithm: 'hmac-sha256' }), /rsa-sha256/],
    ['another version', withAuthorization(good.replace('version="1"', 'version="2"')), /version/],
    ['a key that nobody registered', withAuthorization(good.replace('20:3b', '20:3c')), /not registered/],
    ['a date 301 s old', signed(old(301)), /more than 300 s/],
    ['a date 301 s ahead', signed(old(-301)), /more than 300 s/],
    ['a date that is none', signed({ headers: { ...getHeaders, 'x-date': 'yesterday' } }), /yesterday/],
    [
      'one of two dates that is old',
      signed({
        covered: ['x-date', 'date', '(request-target)', 'host'],
        headers: { ...getHeaders, date: new Date(now - 301_000).toUTCString() },
      }),
      /more than 300 s/,
    ],
    ['no date', signed({ covered: ['(request-target)', 'host'] }), /date or x-date/],
    ['no target', signed({ covered: ['x-date', 'host'] }), /\(request-target\)/],
    ['no host', signed({ covered: ['x-date', '(request-target)'] }), /host/],
    [
      'a POST without its body headers',
      signed({ method: 'POST' }),
      /content-type, content-length, x-content-sha256/,
    ],
    [
      'a body that is not covered, on a method that mostly has none',
      signed({ method: 'DELETE' }, { headers: { 'content-length': '2' } }),
      /content-type, content-length, x-content-sha256/,
    ],
    [
      'a body of unsaid length that is not covered',
      signed({ method: 'GET' }, { headers: { 'transfer-encoding': 'chunked' } }),
      /x-content-sha256/,
    ],
    [
      'a covered header that is not there',
      signed({ covered: ['x-date', '(request-target)', 'host', 'x-more'] }),
      /"x-more", which is not there/,
    ],
    [
      'a covered header that is there twice',
      signed({}, { headers: { host: ['localhost:9080', 'localhost:9080'] } }),
      /"host", which is there twice/,
    ],
    [
      'two signatures',
      signed({}, { headers: { authorization: [good, good] } }),
      /"authorization", which is there twice/,
    ],
    [
      'a header that is named twice',
      signed({ covered: ['x-date', '(request-target)', 'host', 'Host'] }),
      /twice/,
    ],
    ['garbage', withAuthorization('Signature garbage'), /malformed/],
    ['garbage behind the parameters', withAuthorization(`${good}x`), /malformed/],
    ['a parameter given twice', withAuthorization(`${good},keyId="b"`), /twice/],
    ['no parameter at all', withAuthorization('Signature version="1"'), /lacks keyId/],
    [
      'another spelling of the same signature',
      withAuthorization(good.replace('signature="', 'signature=" ')),
      /base64/,
    ],
  ];
  const messages = new Set<string>();
  for (const [name, request, reason] of refused) {
    it(`refuses ${name}; the reason is for the log`, async () => {
      await assert.rejects(verifyRequestSignature(request, options), (error) => {
        assert.ok(error instanceof Problem && error.cause instanceof Error);
        messages.add(`${error.status} ${error.message} ${error.challenge}`);
        assert.match(error.cause.message, reason);
        return true;
      });
      assert.equal(messages.size, 1, 'every refusal tells the caller the same');
    });
  }

  it('accepts an identical repeat', async () => {
    const request = signed(post);
    await verifyRequestSignature(request, options);
    await verifyRequestSignature(request, options);
  });

  it('survives any header', async () => {
    await assertProperty(
      asyncProperty(string(), array(string()), async (authorization, values) => {
        const request: SignedRequest = {
          method: 'POST',
          target: '/',
          header: (name) => (name === 'authorization' ? [`Signature ${authorization}`] : values),
        };
        await assert.rejects(verifyRequestSignature(request, options), Problem);
      }),
    );
  });
});

describe('isSignedBody', () => {
  const digest = createHash('sha256').update(body).digest();
  const cases: [string, string, boolean][] = [
    ['the hash of the body', digest.toString('base64'), true],
    ['the hash of another', createHash('sha256').update('other').digest('base64'), false],
    ['the hash in hexadecimal digits', digest.toString('hex'), false],
    ['another spelling', `${digest.toString('base64')}=`, false],
    ['nothing', '', false],
  ];
  for (const [name, hash, expected] of cases)
    it(`says ${expected} of ${name}`, () => assert.equal(isSignedBody(digest, hash), expected));
});

describe('signedRequest', () => {
  const rawHeaders = ['Host', 'inner:1', 'X-Date', 'a', 'x-date', 'b'];
  const request = { method: 'PUT', url: "/a%2fb?c=d'e", rawHeaders };

  it('keeps the target and every header as they came', () => {
    const { method, target, header } = signedRequest(request, 'inner:1');
    assert.deepEqual([method, target], ['PUT', "/a%2fb?c=d'e"]);
    assert.deepEqual([header('x-date'), header('host'), header('date')], [['a', 'b'], ['inner:1'], []]);
  });

  it('takes the host that the client named to a trusted proxy', () => {
    assert.deepEqual(signedRequest(request, 'outer').header('host'), ['outer']);
    const doubled = { ...request, rawHeaders: [...rawHeaders, 'host', 'other'] };
    assert.deepEqual(signedRequest(doubled, 'outer').header('host'), ['inner:1', 'other']);
  });
});

describe('fingerprintOf', () => {
  it('is what openssl says', () => {
    const pem = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAl1h/ar13nhhNQoPMqaMM
6sbfF4VamWfm16+KZ2EsOv6DzQbuCvIYOl9+F0lOaU954zR2oSEtUz5JQjL6J5sv
eccFKEEXOgm7f+5nC0dg8Ov7Od0QQroxC8cvwb669hLiIJV/+6eV5uMeaTsGppb0
rq1Ns9wK7Vjksywd0WU6MmiTiS1g9x/RQ6lRBsdr3MeJyv+H7/ZNN7ofXljnDu8g
VfqMIBaqt7k3UMIwhCnnvpHvjyskAo8oZrKrcx70ytOIUCsksowOX5NXA6XMi0G8
6G46GQCwpTqHv5UNOSD1nLgY8GT+7gFw48ak1rmgbcL0ziD4lOuGrGGkLRkz+esM
9QIDAQAB
-----END PUBLIC KEY-----`;
    assert.equal(fingerprintOf(createPublicKey(pem)), '2b:5b:55:51:5f:ff:5b:db:1a:2f:ee:c3:11:fd:ab:46');
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
