import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Problem, roles, type ProblemCode } from '@mooring/contract';
import { openLog } from '../observe/log.ts';
import { managementScope } from './management.ts';
import { authenticateOperator } from './operator.ts';
import { openTestDomain } from './provider/domain.fixture.ts';
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
const authenticate = (authorization: string | undefined) =>
  authenticateOperator(authorization, { verifyToken, issuer: domain.issuer }, { signal });
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
      refused('NotAuthenticated', /^Bearer scope="urn:mooring:managementread-only"$/),
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
