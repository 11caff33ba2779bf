import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Problem, type ProblemCode } from '@mooring/contract';
import { systemClock, systemRandom } from '../../kit/clock.ts';
import { openLog } from '../../observe/log.ts';
import { openStore } from '../../store/open.ts';
import { openTestDomain, temporaryFolder, weather } from './domain.fixture.ts';
import { openIdentityDomain } from './open.ts';

const refused = (code: ProblemCode) => (error: unknown) => error instanceof Problem && error.code === code;

async function tokenOf(
  tokenUrl: string,
  { clientId, clientSecret, scope }: { clientId: string; clientSecret: string; scope: string },
) {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope,
  });
  return (await fetch(tokenUrl, { method: 'POST', body })).status;
}

test('a restart keeps keys, clients, users and former issuers', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'store.db');
  let earlier;
  {
    await using first = await openTestDomain({ path });
    const client = await first.domain.createClient({ name: 'tester', applicationId: 'w' });
    const { accessToken } = await first.domain.issueToken(client);
    const management = (await first.domain.ensureManagementClient()) ?? assert.fail();
    earlier = { issuer: first.domain.issuer, jwks: first.domain.jwks(), client, accessToken, management };
    assert.match((await first.domain.ensureAdminUser())?.password ?? '', /^[\w-]{24}$/);
  }
  await using second = await openTestDomain({ path });
  assert.deepEqual(second.domain.jwks(), earlier.jwks);
  assert.deepEqual(second.domain.issuers(), [second.domain.issuer, earlier.issuer]);
  assert.equal(await second.domain.ensureAdminUser(), undefined);
  assert.equal(await second.domain.ensureManagementClient(), undefined);
  assert.equal(await tokenOf(second.domain.tokenUrl, earlier.client), 200);
  assert.equal(await tokenOf(second.domain.tokenUrl, earlier.management), 200);
  const principal = await second.verify(earlier.accessToken, { audience: 'weather', scope: 'invoke' });
  assert.equal(principal.issuer, earlier.issuer);
});

test('no secret and no password is in the database', async () => {
  await using folder = await temporaryFolder();
  await using opened = await openTestDomain({ path: join(folder.path, 'store.db') });
  const client = await opened.domain.createClient({ name: 'tester', applicationId: 'w' });
  const management = (await opened.domain.ensureManagementClient()) ?? assert.fail();
  const admin = (await opened.domain.ensureAdminUser()) ?? assert.fail();
  await opened.domain.createUser({ name: 'somebody', password: 'correct horse battery' });
  const files = await readdir(folder.path);
  const content = (await Promise.all(files.map((file) => readFile(join(folder.path, file), 'latin1')))).join(
    '',
  );
  assert.ok(content.includes(client.clientId) && content.includes('somebody'));
  for (const secret of [
    client.clientSecret,
    management.clientSecret,
    admin.password,
    'correct horse battery',
  ])
    assert.ok(!content.includes(secret));
});

test('two servers that start on the same store at once have the same keys', async () => {
  await using store = await openStore({ path: ':memory:', clock: systemClock, random: systemRandom });
  const open = () =>
    openIdentityDomain({
      store: store.identity,
      issuer: 'https://mooring.test/identity',
      findResource: () => weather,
      clock: systemClock,
      random: systemRandom,
      log: openLog('silent'),
    });
  const [one, two] = await Promise.all([open(), open()]);
  assert.deepEqual(one.jwks(), two.jwks());
  const admins = await Promise.all([one.ensureAdminUser(), two.ensureAdminUser()]);
  assert.equal(admins.filter((admin) => admin !== undefined).length, 1);
});

test('the management client is made once, and rotation ends the old secret', async () => {
  await using opened = await openTestDomain();
  const { domain } = opened;
  const first = (await domain.ensureManagementClient()) ?? assert.fail();
  assert.equal(await domain.ensureManagementClient(), undefined);
  assert.equal(await tokenOf(domain.tokenUrl, first), 200);
  const second = (await domain.ensureManagementClient({ rotate: true })) ?? assert.fail();
  assert.equal(second.clientId, first.clientId);
  assert.equal(await tokenOf(domain.tokenUrl, first), 401);
  assert.equal(await tokenOf(domain.tokenUrl, second), 200);
  assert.deepEqual(await domain.listClients(), []);
  assert.equal(await domain.getClient(first.clientId), undefined);
});

test('clients are listed by application, without their secrets, and end when they are deleted', async () => {
  await using opened = await openTestDomain();
  const { domain, resources } = opened;
  resources.set('v', { audience: 'v', scope: 'x', urls: [] });
  const one = await domain.createClient({ name: 'one', applicationId: 'w' });
  const { clientSecret, tokenUrl, scope, ...two } = await domain.createClient({
    name: 'two',
    applicationId: 'v',
    redirectUris: ['https://app.test/callback', 'http://127.0.0.1/callback'],
  });
  assert.deepEqual(await domain.listClients({ applicationId: 'v' }), [two]);
  assert.deepEqual(two.grantTypes, ['client_credentials', 'authorization_code', 'refresh_token']);
  assert.equal((await domain.listClients()).length, 2);
  assert.deepEqual(await domain.getClient(two.clientId), two);
  assert.equal(await tokenOf(tokenUrl, { ...two, clientSecret, scope }), 200);
  assert.equal(await domain.deleteClient(two.clientId), true);
  assert.equal(await domain.deleteClient(two.clientId), false);
  assert.equal(await tokenOf(tokenUrl, { ...two, clientSecret, scope }), 401);
  assert.deepEqual(
    (await domain.listClients()).map(({ clientId }) => clientId),
    [one.clientId],
  );
});

test('a client cannot be made for an application of another domain, nor with a redirect URI that OAuth forbids', async () => {
  await using opened = await openTestDomain();
  const { domain } = opened;
  await assert.rejects(
    domain.createClient({ name: 'x', applicationId: 'unknown' }),
    refused('IncorrectState'),
  );
  for (const uri of ['javascript:alert(1)', 'https://app.test/#fragment', 'data:text/html,x'])
    await assert.rejects(
      domain.createClient({ name: 'x', applicationId: 'w', redirectUris: [uri] }),
      refused('InvalidParameter'),
      uri,
    );
  assert.deepEqual(await domain.listClients(), []);
});

test('a user needs a fit name that is free, and a password of some length', async () => {
  await using opened = await openTestDomain();
  const { domain } = opened;
  const password = 'correct horse battery';
  for (const name of ['', ' ', ' a', 'a ', 'a\nb', '\u0000', 'x'.repeat(256)])
    await assert.rejects(
      domain.createUser({ name, password }),
      refused('InvalidParameter'),
      JSON.stringify(name),
    );
  for (const short of ['', 'elevenchars', 'x'.repeat(1025)])
    await assert.rejects(domain.createUser({ name: 'b', password: short }), refused('InvalidParameter'));
  await domain.ensureAdminUser();
  await assert.rejects(domain.createUser({ name: 'admin', password }), refused('Conflict'));
  for (const name of ['b', 'Zoë Müller', 'x'.repeat(255), 'a@b.test'])
    await domain.createUser({ name, password });
});
