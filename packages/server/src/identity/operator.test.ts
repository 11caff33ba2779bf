import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, test } from 'node:test';
import { Problem, roles, serveConfig, type ProblemCode, type ServeOptions } from '@mooring/contract';
import { openLog } from '../observe/log.ts';
import { managementScope } from './management.ts';
import { adminIssuer, type AdminIssuer } from './admin-issuer.ts';
import { authenticateOperator, type OperatorOptions } from './operator.ts';
import { openTestDomain } from './provider/domain.fixture.ts';
import { makeKey, openTestIssuer, signWith } from './verify/issuer.fixture.ts';
import type { SignedRequest } from './verify/request-signature.ts';
import { signatureHeaders } from './verify/sign.fixture.ts';
import { createVerifier } from './verify/verifier.ts';

const opened = await openTestDomain();
after(() => opened[Symbol.asyncDispose]());
const { domain } = opened;
const clock = { offset: 0, now: () => Date.now() + clock.offset };
const verifyToken = createVerifier({
  own: domain,
  clock,
  allowPrivateIssuers: false,
  log: openLog('silent'),
});
const { signal } = new AbortController();
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const known = { keyId: 't/u/12:34', user: 'u', role: 'operator', publicKey: '' } as const;
const operators: OperatorOptions = {
  verifyToken,
  own: domain,
  findKey: async (keyId) => (keyId === known.keyId ? { owner: known, publicKey: pair.publicKey } : undefined),
  clock,
};

const requestWith = (headers: Record<string, string | undefined>): SignedRequest => ({
  method: 'POST',
  target: '/v1/x',
  header: (name) => [headers[name] ?? []].flat(),
});
async function authenticate(authorization: string | undefined, admin?: AdminIssuer) {
  const request = requestWith({ authorization });
  const { operator } = await authenticateOperator(request, { ...operators, admin }, { signal });
  return operator;
}
const management = (await domain.ensureManagementClient()) ?? assert.fail();

async function tokenWith(scope: string): Promise<string> {
  const { clientId, clientSecret } = management;
  const fields = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope,
  };
  const response = await fetch(domain.tokenUrl, { method: 'POST', body: new URLSearchParams(fields) });
  return String(Object(await response.json()).access_token);
}

const refused = (code: ProblemCode, challenge: RegExp) => (error: unknown) =>
  error instanceof Problem && error.code === code && challenge.test(error.challenge ?? '');

for (const role of roles)
  test(`a token asked for as ${role} has that role`, async () => {
    const operator = await authenticate(`Bearer ${await tokenWith(managementScope(role))}`);
    assert.deepEqual(operator, { role, subject: 'mooring-cli', clientId: 'mooring-cli' });
  });

for (const header of [undefined, '', 'Bearer', 'Basic abc', 'Bearer a b', 'Token abc'])
  test(`${JSON.stringify(header)} is refused with the scope to ask for`, () =>
    assert.rejects(
      authenticate(header),
      refused('NotAuthenticated', /^Bearer scope="urn:mooring:managementread-only", Signature /),
    ));

test('a malformed, an expired and an application’s token are refused as invalid', async () => {
  const client = await domain.createClient({ name: 'x', applicationId: 'w' });
  const { accessToken } = await domain.issueToken(client);
  const good = await tokenWith(managementScope('admin'));
  const invalid = refused('NotAuthenticated', /error="invalid_token"/);
  for (const token of ['abc', accessToken]) await assert.rejects(authenticate(`Bearer ${token}`), invalid);
  clock.offset = 3_601_000;
  await assert.rejects(authenticate(`Bearer ${good}`), invalid);
  clock.offset = 0;
});

test('a signature has the role and the user of its key, and binds the body', async () => {
  const body = '{"a":1}';
  const unsigned = {
    method: 'POST',
    target: '/v1/x',
    host: 'localhost',
    body,
    key: pair.privateKey,
  } as const;
  const signed = requestWith(signatureHeaders({ ...unsigned, keyId: known.keyId }));
  const { operator, checkBody } = await authenticateOperator(signed, operators, { signal });
  assert.deepEqual(operator, { role: 'operator', subject: 'u', clientId: '', keyId: known.keyId });
  checkBody?.(Buffer.from(body));
  const refusals = await Promise.all([
    caught(() => checkBody?.(Buffer.from('{"a":2}'))),
    caught(() => authenticate(undefined)),
    caught(() => authenticate('Signature x')),
    ...['other', known.keyId].map((keyId) =>
      caught(() => {
        const headers = { ...signatureHeaders({ ...unsigned, keyId }), host: 'elsewhere' };
        return authenticateOperator(requestWith(headers), operators, { signal });
      }),
    ),
  ]);
  const [first] = refusals;
  for (const refusal of refusals)
    assert.deepEqual([refusal.message, refusal.challenge], [first?.message, first?.challenge]);
});

test('a key that may only invoke manages nothing', async () => {
  const owner = { ...known, role: 'invoke' } as const;
  const options = { ...operators, findKey: async () => ({ owner, publicKey: pair.publicKey }) };
  const unsigned = { method: 'POST', target: '/v1/x', host: 'localhost', key: pair.privateKey };
  const signed = requestWith(signatureHeaders({ ...unsigned, keyId: known.keyId }));
  const refusal = await caught(() => authenticateOperator(signed, options, { signal }));
  assert.deepEqual([refusal.code, /role invoke/.test(refusal.message)], ['NotAllowed', true]);
});

async function caught(work: () => unknown): Promise<Problem> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new assert.AssertionError({ message: 'it was not refused' });
}

test('two Authorization headers are refused', async () => {
  const good = `Bearer ${await tokenWith(managementScope('admin'))}`;
  const doubled: SignedRequest = { ...requestWith({}), header: () => [good, good] };
  const refusal = await caught(() => authenticateOperator(doubled, operators, { signal }));
  assert.equal(refusal.code, 'NotAuthenticated');
});

const key = await makeKey('k');
const issuer = await openTestIssuer(key);
after(() => issuer[Symbol.asyncDispose]());

/** As main.ts does: whom the operator of the server names may be anywhere. */
function adminOf(options: ServeOptions): AdminIssuer | undefined {
  const config = serveConfig.parse({ adminIssuer: issuer.url, ...options });
  return adminIssuer(
    config,
    createVerifier({ own: domain, clock, allowPrivateIssuers: true, log: openLog('silent') }),
  );
}

const now = Math.floor(Date.now() / 1000);
const claims = {
  iss: issuer.url,
  aud: 'urn:mooring:management',
  sub: 'ann',
  client_id: 'sso',
  exp: now + 600,
};

const spellings: readonly (readonly [
  what: string,
  options: ServeOptions,
  claims: object,
  role: string | undefined,
])[] = [
  ['an array', {}, { roles: ['x', 'operator'] }, 'operator'],
  ['one word', {}, { roles: 'admin' }, 'admin'],
  ['words in a string', {}, { roles: 'read-only operator' }, 'operator'],
  ['another claim', { adminClaim: 'groups' }, { groups: ['admin'] }, 'admin'],
  [
    'a claim in objects',
    { adminClaim: 'realm_access.roles' },
    { realm_access: { roles: ['admin'] } },
    'admin',
  ],
  [
    'a claim with dots in its name',
    { adminClaim: 'https://x.test/r' },
    { 'https://x.test/r': ['admin'] },
    'admin',
  ],
  [
    'a scope',
    { adminClaim: 'scope', adminRoleMap: ['manage:mooring=admin'] },
    { scope: 'a manage:mooring' },
    'admin',
  ],
  [
    'a mapped group with blanks, the strongest of two',
    { adminClaim: 'groups', adminRoleMap: ['Domain Users=read-only', 'cn=ops,dc=x=operator'] },
    { groups: ['Domain Users', 'cn=ops,dc=x'] },
    'operator',
  ],
  [
    'a mapped string with blanks',
    { adminRoleMap: ['Domain Users=read-only'] },
    { roles: 'Domain Users' },
    'read-only',
  ],
  [
    'another audience',
    { adminAudience: 'api://mooring' },
    { aud: ['x', 'api://mooring'], roles: ['admin'] },
    'admin',
  ],
  ['an unmapped value', { adminRoleMap: ['ops=operator'] }, { roles: ['admin'] }, undefined],
  ['no claim', {}, {}, undefined],
  ['a claim of another kind', {}, { roles: { admin: true } }, undefined],
  ['a scope that is a role of this server', {}, { scope: 'admin' }, undefined],
];
for (const [what, options, given, role] of spellings)
  test(`a token of the operators’ issuer with ${what} gives ${role ?? 'no role'}`, async () => {
    const token = `Bearer ${await signWith(key, { ...claims, ...given })}`;
    if (role === undefined)
      return assert.rejects(
        authenticate(token, adminOf(options)),
        (error) => error instanceof Problem && error.code === 'NotAllowed',
      );
    const operator = await authenticate(token, adminOf(options));
    assert.deepEqual(operator, { role, subject: 'ann', clientId: 'sso', issuer: issuer.url });
  });

test('a token of the operators’ issuer must be theirs, current and for this server', async () => {
  const admin = adminOf({});
  const roles = ['admin'];
  const bad = [
    { ...claims, roles, aud: 'other' },
    { ...claims, roles, exp: now - 600 },
    { ...claims, roles, iss: 'https://elsewhere.test' },
    { ...claims, roles, iss: domain.issuer },
  ];
  const tokens = await Promise.all(bad.map((one) => signWith(key, one)));
  const foreign = await signWith(await makeKey('k'), { ...claims, roles });
  for (const token of [...tokens, foreign, 'a.b.c', 'x'])
    assert.equal((await caught(() => authenticate(`Bearer ${token}`, admin))).status, 401);
  const good = await signWith(key, { ...claims, roles });
  assert.equal(
    (await caught(() => authenticate(`Bearer ${good}`))).status,
    401,
    'only when it is configured',
  );
});

test('this server’s own tokens go on beside another issuer', async () => {
  const operator = await authenticate(`Bearer ${await tokenWith(managementScope('admin'))}`, adminOf({}));
  assert.equal(operator.role, 'admin');
});
