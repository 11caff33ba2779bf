import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { Problem, type ProblemCode } from '@mooring/contract';
import { exportSPKI, generateKeyPair, importJWK, SignJWT, type JSONWebKeySet, type JWTPayload } from 'jose';
import { openLog } from '../../observe/log.ts';
import type { TokenRules } from '../principal.ts';
import { makeKey, openTestIssuer, signWith, type TestIssuer, type TestKey } from './issuer.fixture.ts';
import { createVerifier, type VerifierOptions } from './verifier.ts';

const start = 1_800_000_000_000;
const seconds = start / 1000;
const log = openLog('silent');
const key = await makeKey('one');
const other = await makeKey('two');
const strange = await makeKey('one');
const noOwn = { issuers: () => [], jwks: () => ({ keys: [] }) };
const signal = new AbortController().signal;

const claims = (issuer: string, changes: JWTPayload = {}): JWTPayload => ({
  iss: issuer,
  sub: 'someone',
  aud: 'weather',
  scope: 'read invoke',
  client_id: 'tester',
  exp: seconds + 600,
  ...changes,
});

function setup(issuer: TestIssuer | undefined, options: Partial<VerifierOptions> = {}) {
  const clock = { time: start, now: () => clock.time };
  const verify = createVerifier({ own: noOwn, clock, allowPrivateIssuers: true, log, ...options });
  const rules: TokenRules = { issuer: issuer?.url ?? '', audiences: ['weather'], scope: 'invoke' };
  return {
    clock,
    rules,
    verify: (token: string, more: Partial<TokenRules> = {}) =>
      verify(token, { ...rules, ...more }, { signal }),
  };
}

async function refusal(promise: Promise<unknown>, code: ProblemCode, message = /./): Promise<Problem> {
  const error: unknown = await promise.then(
    () => assert.fail('it was accepted'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Problem, String(error));
  assert.equal(error.code, code, error.message);
  assert.match(error.message, message);
  return error;
}

const hits = (issuer: TestIssuer): number => issuer.hits.get(issuer.paths.keys) ?? 0;

describe('a good token of an independent issuer', () => {
  test('becomes a principal', async () => {
    await using issuer = await openTestIssuer(key);
    const { verify } = setup(issuer);
    assert.deepEqual(await verify(await signWith(key, claims(issuer.url))), {
      kind: 'token',
      subject: 'someone',
      clientId: 'tester',
      scope: 'read invoke',
      issuer: issuer.url,
      expiresAt: start + 600_000,
    });
  });

  const variants: [string, JWTPayload][] = [
    ['with one of several audiences', { aud: ['x', 'weather'] }],
    ['with scp as an array', { scope: undefined, scp: ['read', 'invoke'] }],
    ['with scp as a string', { scope: undefined, scp: 'invoke' }],
    ['without nbf, iat and jti', {}],
    ['with azp in place of client_id', { client_id: undefined, azp: 'tester' }],
  ];
  for (const [what, changes] of variants)
    test(`is accepted ${what}`, async () => {
      await using issuer = await openTestIssuer(key);
      const { verify } = setup(issuer);
      const principal = await verify(await signWith(key, claims(issuer.url, changes)));
      assert.equal(principal.clientId, 'tester');
    });

  for (const alg of ['RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA'])
    test(`may be signed with ${alg}`, async () => {
      const signer = await makeKey('k', alg);
      await using issuer = await openTestIssuer(signer);
      const { verify } = setup(issuer);
      assert.equal((await verify(await signWith(signer, claims(issuer.url)))).subject, 'someone');
    });

  test('may name no key when the issuer has several', async () => {
    await using issuer = await openTestIssuer(key, other);
    const { verify } = setup(issuer);
    assert.ok(await verify(await signWith(other, claims(issuer.url), { kid: undefined })));
  });

  test('carries the issuer of the discovery document, which may differ from the URL, slash or no slash', async () => {
    await using issuer = await openTestIssuer(key);
    issuer.name = 'https://identity.example.org/';
    const { verify } = setup(issuer);
    assert.ok(await verify(await signWith(key, claims('https://identity.example.org'))));
    await refusal(verify(await signWith(key, claims(issuer.url))), 'NotAuthenticated', /another issuer/);
  });

  test('needs any audience when the rules name none', async () => {
    await using issuer = await openTestIssuer(key);
    const { verify } = setup(issuer);
    assert.ok(await verify(await signWith(key, claims(issuer.url, { aud: 'x' })), { audiences: [] }));
  });
});

describe('where the keys are', () => {
  test('RFC 8414 metadata serves when there is no OpenID document', async () => {
    await using issuer = await openTestIssuer(key);
    issuer.paths = { discovery: '/.well-known/oauth-authorization-server', keys: '/k' };
    const { verify } = setup(issuer);
    assert.ok(await verify(await signWith(key, claims(issuer.url))));
  });

  test('the fixed path of an OCI identity domain serves when there is no document at all', async () => {
    await using issuer = await openTestIssuer(key);
    issuer.paths = { discovery: '/none', keys: '/admin/v1/SigningCert/jwk' };
    const { verify } = setup(issuer);
    assert.ok(await verify(await signWith(key, claims('https://identity.oraclecloud.com/'))));
    assert.ok(await verify(await signWith(key, claims(issuer.url))));
  });
});

describe('a bad token', () => {
  const wrong: [string, JWTPayload, ProblemCode, RegExp][] = [
    ['expired', { exp: seconds - 10 }, 'NotAuthenticated', /expired/],
    ['without exp', { exp: undefined }, 'NotAuthenticated', /lacks a claim/],
    ['with a text as exp', { exp: '9999999999' as unknown as number }, 'NotAuthenticated', /lacks a claim/],
    ['not yet valid', { nbf: seconds + 11 }, 'NotAuthenticated', /not valid yet/],
    ['for another audience', { aud: 'weather2' }, 'NotAuthenticated', /audience/],
    ['without an audience', { aud: undefined }, 'NotAuthenticated', /audience/],
    ['of another issuer', { iss: 'https://elsewhere.example.org' }, 'NotAuthenticated', /another issuer/],
    ['without a scope', { scope: undefined }, 'NotAllowed', /lacks the scope "invoke"/],
    ['with a longer scope', { scope: 'invoke2 reinvoke' }, 'NotAllowed', /lacks the scope/],
  ];
  for (const [what, changes, code, message] of wrong)
    test(`${what} is refused with ${code}`, async () => {
      await using issuer = await openTestIssuer(key);
      const { verify } = setup(issuer);
      await refusal(verify(await signWith(key, claims(issuer.url, changes))), code, message);
    });

  test('of a key with the same id but of another hand is refused', async () => {
    await using issuer = await openTestIssuer(key);
    const { verify } = setup(issuer);
    await refusal(verify(await signWith(strange, claims(issuer.url))), 'NotAuthenticated', /signature/);
    assert.equal(hits(issuer), 1);
  });

  test('with alg none is refused', async () => {
    await using issuer = await openTestIssuer(key);
    const { verify } = setup(issuer);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${part({ alg: 'none', typ: 'at+jwt' })}.${part(claims(issuer.url))}.`;
    await refusal(verify(token), 'NotAuthenticated', /algorithm/);
    assert.equal(hits(issuer), 0);
  });

  test('with HS256 and the public key as the secret is refused', async () => {
    await using issuer = await openTestIssuer(key);
    const { verify } = setup(issuer);
    const pem = await exportSPKI(await publicKeyOf(key));
    const token = await new SignJWT(claims(issuer.url))
      .setProtectedHeader({ alg: 'HS256', kid: key.kid })
      .sign(new TextEncoder().encode(pem));
    await refusal(verify(token), 'NotAuthenticated', /algorithm/);
  });

  test('with an altered payload is refused', async () => {
    await using issuer = await openTestIssuer(key);
    const { verify } = setup(issuer);
    const [head, , signature] = (await signWith(key, claims(issuer.url))).split('.');
    const body = Buffer.from(JSON.stringify(claims(issuer.url, { sub: 'root' }))).toString('base64url');
    await refusal(verify(`${head}.${body}.${signature}`), 'NotAuthenticated', /signature/);
  });

  test('that carries its own key is refused', async () => {
    await using issuer = await openTestIssuer(key);
    const { verify } = setup(issuer);
    const token = await signWith(other, claims(issuer.url), {
      jwk: other.publicJwk,
      jku: 'http://127.0.0.1:1/',
    });
    await refusal(verify(token), 'NotAuthenticated', /does not publish/);
  });

  test('with an unknown critical header or of another kind of JWT is refused', async () => {
    await using issuer = await openTestIssuer(key);
    const { verify } = setup(issuer);
    const critical = await signWith(key, claims(issuer.url));
    const [, body, signature] = critical.split('.');
    const head = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'one', crit: ['x'], x: 1 })).toString(
      'base64url',
    );
    await refusal(verify(`${head}.${body}.${signature}`), 'NotAuthenticated', /extension/);
    const assertion = await signWith(key, claims(issuer.url), { typ: 'mooring-assertion+jwt' });
    await refusal(verify(assertion), 'NotAuthenticated', /not an access token/);
  });

  for (const token of [
    '',
    'abc',
    'a.b',
    'a.b.c',
    'a.b.c.d',
    '..',
    'ä.b.c',
    'e30.e30.e30',
    '\0.a.a',
    'a b.c.d',
  ])
    test(`${JSON.stringify(token)} is refused without a fetch`, async () => {
      await using issuer = await openTestIssuer(key);
      const { verify } = setup(issuer);
      await refusal(verify(token), 'NotAuthenticated');
      assert.equal(issuer.hits.size, 0);
    });

  test('that is too long is refused without a fetch', async () => {
    await using issuer = await openTestIssuer(key);
    const { verify } = setup(issuer, { maxTokenBytes: 1000 });
    const long = await signWith(key, claims(issuer.url, { padding: 'x'.repeat(1000) }));
    await refusal(verify(long), 'NotAuthenticated', /longer than 1000/);
    assert.equal(issuer.hits.size, 0);
  });
});

describe('time', () => {
  test('is exact: expiry and nbf plus the tolerance, to the millisecond, also for a remembered token', async () => {
    await using issuer = await openTestIssuer(key);
    const { verify, clock } = setup(issuer, { clockTolerance: 5 });
    const token = await signWith(key, claims(issuer.url, { nbf: seconds, exp: seconds + 60 }));
    clock.time = start - 5001;
    await refusal(verify(token), 'NotAuthenticated', /not valid yet/);
    clock.time = start - 5000;
    assert.ok(await verify(token));
    clock.time = start + 64_999;
    assert.ok(await verify(token));
    clock.time = start + 65_000;
    await refusal(verify(token), 'NotAuthenticated', /expired/);
    assert.equal(hits(issuer), 1);
  });

  test('a tolerance over 30 s is a mistake', () => {
    for (const clockTolerance of [31, -1, Number.NaN])
      assert.throws(() => setup(undefined, { clockTolerance }), TypeError);
  });
});

describe('the keys of an issuer', () => {
  test('are fetched once by many callers at a time', async () => {
    await using issuer = await openTestIssuer(key);
    const { verify } = setup(issuer);
    const tokens = await Promise.all(
      [1, 2, 3, 4, 5].map((n) => signWith(key, claims(issuer.url, { jti: `${n}` }))),
    );
    await Promise.all(tokens.map((token) => verify(token)));
    assert.equal(hits(issuer), 1);
  });

  test('are fetched again for an unknown key id, then not before the pause is over', async () => {
    await using issuer = await openTestIssuer(key);
    const { verify, clock } = setup(issuer);
    assert.ok(await verify(await signWith(key, claims(issuer.url))));
    issuer.keys.push(other.publicJwk);
    assert.ok(await verify(await signWith(other, claims(issuer.url))));
    assert.equal(hits(issuer), 2);
    for (const kid of ['x', 'y', 'z'])
      await refusal(
        verify(await signWith(key, claims(issuer.url), { kid })),
        'NotAuthenticated',
        /does not publish/,
      );
    assert.equal(hits(issuer), 2);
    clock.time += 30_000;
    await refusal(verify(await signWith(key, claims(issuer.url), { kid: 'x' })), 'NotAuthenticated');
    assert.equal(hits(issuer), 3);
  });

  test('that were withdrawn end the tokens that were remembered', async () => {
    await using issuer = await openTestIssuer(key);
    const { verify } = setup(issuer);
    const token = await signWith(key, claims(issuer.url));
    assert.ok(await verify(token));
    issuer.keys = [other.publicJwk];
    assert.ok(await verify(await signWith(other, claims(issuer.url))));
    await refusal(verify(token), 'NotAuthenticated', /does not publish/);
  });

  test('stay in use when the issuer is away, and old ones are looked for again', async () => {
    await using issuer = await openTestIssuer(key);
    const { verify, clock } = setup(issuer);
    const token = await signWith(key, claims(issuer.url, { exp: seconds + 86_400 }));
    assert.ok(await verify(token));
    issuer.intercept = (_request, response) => Boolean(response.writeHead(500).end());
    clock.time += 3_600_001;
    assert.ok(await verify(token));
    assert.equal(issuer.hits.get(issuer.paths.discovery), 2);
    assert.ok(await verify(token));
    assert.equal(issuer.hits.get(issuer.paths.discovery), 2);
    await refusal(verify(await signWith(other, claims(issuer.url))), 'NotAuthenticated', /does not publish/);
  });

  test('that were never had make it unavailable, with the time to try again', async () => {
    await using issuer = await openTestIssuer(key);
    const { verify, clock } = setup(issuer);
    issuer.intercept = (_request, response) => Boolean(response.destroy());
    const token = await signWith(key, claims(issuer.url));
    assert.equal((await refusal(verify(token), 'ServiceUnavailable')).retryAfter, 5);
    issuer.intercept = undefined;
    clock.time += 4999;
    assert.equal((await refusal(verify(token), 'ServiceUnavailable')).retryAfter, 1);
    clock.time += 1;
    assert.ok(await verify(token));
  });

  const misbehaviour: [string, (issuer: TestIssuer) => void, Partial<VerifierOptions>][] = [
    ['a slow issuer', (issuer) => void (issuer.intercept = () => true), { fetchTimeout: 50 }],
    [
      'a redirecting issuer',
      (issuer) =>
        void (issuer.intercept = (_q, r) => Boolean(r.writeHead(302, { location: issuer.url }).end())),
      {},
    ],
    [
      'an oversized key set',
      (issuer) => void issuer.keys.push({ ...key.publicJwk, kid: 'x'.repeat(5000) }),
      { maxDocumentBytes: 4096 },
    ],
    [
      'a document that is no discovery document',
      (issuer) => void (issuer.intercept = (_q, r) => Boolean(r.end('{"keys":[]}'))),
      {},
    ],
    ['an issuer with a private address', () => undefined, { allowPrivateIssuers: false }],
  ];
  for (const [what, spoil, options] of misbehaviour)
    test(`${what} is unavailable`, async () => {
      await using issuer = await openTestIssuer(key);
      spoil(issuer);
      const { verify } = setup(issuer, options);
      const problem = await refusal(verify(await signWith(key, claims(issuer.url))), 'ServiceUnavailable');
      assert.ok(!problem.message.includes('127.0.0.1'));
      if (options.allowPrivateIssuers === false) assert.equal(issuer.hits.size, 0);
    });

  test('are not waited for by a caller that left', async () => {
    await using issuer = await openTestIssuer(key);
    issuer.intercept = () => true;
    const verify = createVerifier({
      own: noOwn,
      clock: { now: () => start },
      allowPrivateIssuers: true,
      log,
      fetchTimeout: 200,
    });
    const caller = new AbortController();
    const waiting = verify(
      await signWith(key, claims(issuer.url)),
      { issuer: issuer.url, audiences: [], scope: 'invoke' },
      { signal: caller.signal },
    );
    caller.abort(new Error('gone'));
    await assert.rejects(waiting, /gone/);
  });
});

describe('a token of our own domain', () => {
  const jwks: JSONWebKeySet = { keys: [key.publicJwk] };
  const own = {
    issuers: () => ['https://mooring.test/identity', 'https://localhost:9443/identity'],
    jwks: () => jwks,
  };

  test('is verified without a fetch, under the current and a former name, without tolerance', async () => {
    const { verify, clock } = setup(undefined, { own, allowPrivateIssuers: false });
    for (const [name, iss] of [
      [0, 0],
      [1, 0],
      [0, 1],
    ] as const) {
      const issuer = own.issuers()[name] ?? '';
      const token = await signWith(key, claims(own.issuers()[iss] ?? '', { exp: seconds + 60 }));
      clock.time = start;
      assert.ok(await verify(token, { issuer }));
      clock.time = start + 60_000;
      await refusal(verify(token, { issuer }), 'NotAuthenticated', /expired/);
    }
  });

  test('is refused when another key signed it or another issuer is named', async () => {
    const { verify } = setup(undefined, { own });
    const issuer = own.issuers()[0] ?? '';
    await refusal(
      verify(await signWith(strange, claims(issuer)), { issuer }),
      'NotAuthenticated',
      /signature/,
    );
    await refusal(
      verify(await signWith(other, claims(issuer)), { issuer }),
      'NotAuthenticated',
      /does not publish/,
    );
    await refusal(
      verify(await signWith(key, claims('https://evil.test')), { issuer }),
      'NotAuthenticated',
      /another issuer/,
    );
  });
});

test('neither an error nor the log ever holds the token', async () => {
  await using issuer = await openTestIssuer(key);
  const lines: string[] = [];
  const spy = openLog('debug');
  for (const level of ['debug', 'info', 'warn', 'error'] as const)
    Object.assign(spy, { [level]: (...parts: unknown[]) => void lines.push(inspectAll(parts)) });
  const { verify } = setup(issuer, { log: spy });
  const { privateKey } = await generateKeyPair('RS256');
  const forged = await signWith({ ...key, privateKey }, claims(issuer.url));
  const good = await signWith(key, claims(issuer.url, { aud: 'x' }));
  issuer.intercept = (_request, response) => Boolean(response.writeHead(500).end());
  lines.push(inspectAll(await refusal(verify(good), 'ServiceUnavailable')));
  issuer.intercept = undefined;
  const { verify: again } = setup(issuer, { log: spy });
  for (const token of [forged, good]) lines.push(inspectAll(await refusal(again(token), 'NotAuthenticated')));
  assert.ok(lines.length >= 4);
  for (const token of [forged, good])
    for (const part of token.split('.')) assert.ok(!lines.join('\n').includes(part));
});

const inspectAll = (value: unknown): string =>
  inspect(value, { depth: 10, showHidden: true, maxStringLength: null });

async function publicKeyOf({ publicJwk, alg }: TestKey) {
  const imported = await importJWK(publicJwk, alg);
  return imported instanceof Uint8Array ? assert.fail('a symmetric key') : imported;
}
