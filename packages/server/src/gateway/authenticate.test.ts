import assert from 'node:assert/strict';
import { test } from 'node:test';
import { livePath } from '@mooring/contract';
import { verifies } from '@mooring/test/verifies';
import { pino } from 'pino';
import { createVerifier } from '../identity/verify/verifier.ts';
import { makeKey, openTestIssuer, signWith, type TestIssuer } from '../identity/verify/issuer.fixture.ts';
import { connectRaw } from '../kit/raw.fixture.ts';
import {
  ask,
  goodToken,
  handshake,
  host,
  startGateway,
  startReplica,
  switching,
  type TestGateway,
  type TestReplica,
} from './gateway.fixture.ts';
import { sentinel } from './subprotocol.ts';

/** A replica that takes everything. */
const willing = (): Promise<TestReplica> =>
  startReplica({
    http: (_request, response) => response.end('served'),
    upgrade: (request, socket) => void socket.write(switching(request)),
  });

/** The status line and headers of the answer to a handshake. */
async function shake(
  { port }: TestGateway,
  path: string,
  headers: Record<string, string | undefined>,
): Promise<string> {
  using client = await connectRaw(port);
  client.write(handshake(path, headers));
  return await client.until(/\r\n\r\n/);
}

const pair = (token: string): string =>
  `${sentinel}.${Buffer.from(token).toString('base64url')}, ${sentinel}`;
const metadata = (path: string): string =>
  `http://localhost:8080/.well-known/oauth-protected-resource${path}`;

test(
  verifies('auth:missing', 'without a token the challenge says where one is to be had, and for which scope'),
  async () => {
    await using replica = await willing();
    await using gateway = await startGateway();
    const app = host(gateway.directory, [replica]);
    using client = await connectRaw(gateway.port);
    client.write(`GET ${app.invoke('/a/b?q=1')} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    const answer = await client.until(/"NotAuthenticated"/);
    assert.match(answer, /^HTTP\/1\.1 401 /);
    const expected = `Bearer resource_metadata="${metadata(app.invoke('/a/b'))}", scope="urn:testinvoke"`;
    assert.ok(answer.includes(`\r\nwww-authenticate: ${expected}\r\n`), answer);
    const upgrade = await shake(gateway, app.live(), { Authorization: undefined });
    assert.match(upgrade, /^HTTP\/1\.1 401 /);
    assert.ok(
      upgrade.includes(`resource_metadata="${metadata(app.live())}", scope="urn:testinvoke"\r\n`),
      upgrade,
    );
    assert.equal(replica.requests.length, 0);
  },
);

const malformed = [
  'Bearer',
  'Bearer ',
  'Bearer  ',
  `Basic ${goodToken}`,
  goodToken,
  `Bearer ${goodToken} x`,
  `Bearer "${goodToken}"`,
  `Bearer ${goodToken},x`,
];

for (const authorization of malformed) {
  test(verifies('auth:malformed', `"Authorization: ${authorization}" is refused`), async () => {
    await using replica = await willing();
    await using gateway = await startGateway();
    const app = host(gateway.directory, [replica]);
    const answer = await ask(gateway.port, app.invoke(), { headers: { authorization } });
    assert.equal(answer.status, 401);
    assert.equal(JSON.parse(answer.body).code, 'NotAuthenticated');
    assert.match(await shake(gateway, app.live(), { Authorization: authorization }), /^HTTP\/1\.1 401 /);
    assert.equal(replica.requests.length, 0);
  });
}

for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
  test(`the scheme may be spelled ${scheme}`, async () => {
    await using replica = await willing();
    await using gateway = await startGateway();
    const app = host(gateway.directory, [replica]);
    const headers = { authorization: `${scheme} ${goodToken}` };
    assert.equal((await ask(gateway.port, app.invoke(), { headers })).status, 200);
  });
}

test(verifies('auth:challenge', 'a path cannot write into the challenge'), async () => {
  await using replica = await willing();
  await using gateway = await startGateway();
  const app = host(gateway.directory, [replica]);
  const evil = '/x",resource_metadata="https://evil.example/",scope="all';
  using client = await connectRaw(gateway.port);
  client.write(`GET ${app.invoke(evil)} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  const answer = await client.until(/\r\n\r\n/);
  const challenge = /^www-authenticate: Bearer (.*)\r$/m.exec(answer)?.[1] ?? '';
  const parameters = challenge.match(/[a-z_]+="[^"]*"/g) ?? [];
  assert.equal(parameters.join(', '), challenge);
  assert.deepEqual(
    parameters.map((parameter) => parameter.split('=')[0]),
    ['resource_metadata', 'scope'],
  );
  assert.ok(parameters[0]?.startsWith('resource_metadata="http://localhost:8080/'));
});

const key = await makeKey('one');
const strange = await makeKey('one');
const now = Math.floor(Date.now() / 1000);
const unsigned = (claims: object): string =>
  [{ alg: 'none', typ: 'at+jwt' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.') + '.';

type MakeToken = (issuer: TestIssuer, applicationId: string) => string | Promise<string>;

const claims = (issuer: TestIssuer, changes: object = {}): Record<string, unknown> => ({
  iss: issuer.url,
  aud: 'urn:test',
  sub: 'someone',
  client_id: 'client',
  scope: 'openid invoke',
  exp: now + 600,
  ...changes,
});

const tokens: [name: string, make: MakeToken, refusal?: { status: number; error: string }][] = [
  ['a good token', (issuer) => signWith(key, claims(issuer))],
  [
    'a token for the endpoint’s own URL',
    (issuer, id) => signWith(key, claims(issuer, { aud: `http://localhost:8080${livePath(id)}` })),
  ],
  ['an expired token', (issuer) => signWith(key, claims(issuer, { exp: now - 60 })), invalid()],
  ['a token that is not yet valid', (issuer) => signWith(key, claims(issuer, { nbf: now + 60 })), invalid()],
  [
    'a token for another audience',
    (issuer) => signWith(key, claims(issuer, { aud: 'urn:other' })),
    invalid(),
  ],
  [
    'a token of another issuer',
    (issuer) => signWith(key, claims(issuer, { iss: 'https://evil.example' })),
    invalid(),
  ],
  ['a token with alg none', (issuer) => unsigned(claims(issuer)), invalid()],
  ['a token signed by another key', (issuer) => signWith(strange, claims(issuer)), invalid()],
  ['no token at all in its place', () => 'not-a-jwt', invalid()],
  [
    'a token without the scope',
    (issuer) => signWith(key, claims(issuer, { scope: 'openid' })),
    { status: 403, error: 'insufficient_scope' },
  ],
];

function invalid(): { status: number; error: string } {
  return { status: 401, error: 'invalid_token' };
}

for (const [name, make, refusal] of tokens) {
  const id = refusal?.status === 403 ? 'auth:scope' : 'auth:invalid';
  test(
    verifies(
      id,
      `${name} is ${refusal === undefined ? 'let in' : `a ${refusal.status}`}, wherever it stands`,
    ),
    async () => {
      await using issuer = await openTestIssuer(key);
      await using replica = await willing();
      const log = pino({ level: 'silent' });
      const own = { issuers: () => [], jwks: () => ({ keys: [] }) };
      const clock = { now: Date.now };
      await using gateway = await startGateway({
        verifyToken: createVerifier({ own, clock, log, allowPrivateIssuers: true }),
      });
      const auth = { kind: 'oauth', issuer: issuer.url, audience: 'urn:test', scope: 'invoke' } as const;
      const app = host(gateway.directory, [replica], { auth });
      const token = await make(issuer, app.id);
      const authorization = `Bearer ${token}`;
      const answer = await ask(gateway.port, app.invoke(), { headers: { authorization } });
      const upgrades = [
        await shake(gateway, app.live(), { Authorization: authorization }),
        await shake(gateway, app.live(), { Authorization: undefined, 'Sec-WebSocket-Protocol': pair(token) }),
      ];
      assert.equal(answer.status, refusal?.status ?? 200);
      for (const upgrade of upgrades)
        assert.match(upgrade, new RegExp(`^HTTP/1\\.1 ${refusal?.status ?? 101} `));
      if (refusal === undefined) return;
      assert.equal(replica.requests.length, 0);
      for (const text of [answer.headers['www-authenticate'] ?? '', ...upgrades])
        assert.ok(
          text.includes(`scope="urn:testinvoke", error="${refusal.error}", error_description="`),
          text,
        );
      assert.doesNotMatch(gateway.logged() + upgrades.join('') + answer.body, /eyJ/);
    },
  );
}

test('the Authorization header counts where there is a subprotocol pair as well', async () => {
  await using replica = await willing();
  await using gateway = await startGateway();
  const app = host(gateway.directory, [replica]);
  const offer = (token: string): Record<string, string> => ({ 'Sec-WebSocket-Protocol': pair(token) });
  assert.match(await shake(gateway, app.live(), offer('bad')), /^HTTP\/1\.1 101 /);
  assert.match(
    await shake(gateway, app.live(), { ...offer(goodToken), Authorization: 'Bearer bad' }),
    /^HTTP\/1\.1 401 /,
  );
});

test(
  verifies(
    'auth:none',
    'an application without authentication takes everybody, and tells its replica nobody’s token',
  ),
  async () => {
    await using replica = await willing();
    await using gateway = await startGateway();
    const app = host(gateway.directory, [replica], { auth: { kind: 'none' } });
    for (const authorization of ['Bearer some.token', 'Basic eDp5']) {
      assert.equal((await ask(gateway.port, app.invoke(), { headers: { authorization } })).status, 200);
      assert.match(await shake(gateway, app.live(), { Authorization: authorization }), /^HTTP\/1\.1 101 /);
    }
    assert.equal(replica.requests.length, 4);
    for (const { headers } of replica.requests) {
      assert.equal(headers.authorization, undefined);
      assert.deepEqual(
        Object.keys(headers).filter((name) => name.startsWith('mooring-')),
        [],
      );
    }
  },
);

const origins: [origin: string | undefined, allowed: string[], status: number][] = [
  [undefined, [], 200],
  ['http://localhost:8080', [], 200],
  ['http://localhost:8081', [], 403],
  ['https://localhost:8080', [], 403],
  ['https://app.example', [], 403],
  ['null', [], 403],
  ['', [], 403],
  ['https://app.example', ['https://app.example'], 200],
  ['https://app.example:444', ['https://app.example'], 403],
  ['https://app.example.evil.example', ['https://app.example'], 403],
  ['http://localhost:8080', ['https://app.example'], 403],
  ['null', ['https://app.example'], 403],
  ['https://anybody.example', ['*'], 200],
];

for (const [origin, allowedOrigins, status] of origins) {
  test(
    verifies('auth:origin', `a page of "${origin}" where [${allowedOrigins.join()}] may call is a ${status}`),
    async () => {
      await using replica = await willing();
      await using gateway = await startGateway();
      const app = host(gateway.directory, [replica], { settings: { allowedOrigins } });
      const headers = origin === undefined ? {} : { origin };
      const answer = await ask(gateway.port, app.invoke(), { headers });
      assert.equal(answer.status, status);
      if (status === 403) assert.equal(JSON.parse(answer.body).code, 'NotAllowed');
      const upgrade = await shake(gateway, app.live(), { Origin: origin });
      assert.match(upgrade, new RegExp(`^HTTP/1\\.1 ${status === 200 ? 101 : status} `));
    },
  );
}
