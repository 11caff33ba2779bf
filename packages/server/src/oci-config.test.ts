import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readOciProfile, type OciProfile } from '@mooring/contract';
import { systemClock, systemRandom } from './kit/clock.ts';
import { writeOciConfig } from './oci-config.ts';
import { openStore } from './store/index.ts';

async function setup() {
  const owned = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'mooring-oci-'));
  owned.defer(() => rm(folder, { recursive: true }));
  const open = async () =>
    owned.use(await openStore({ path: ':memory:', clock: systemClock, random: systemRandom }));
  const config = join(folder, 'config');
  const profile = async (): Promise<OciProfile> => {
    const found = readOciProfile(await readFile(config, 'utf8'), 'DEFAULT');
    return found ?? assert.fail('no profile');
  };
  const dispose = (): Promise<void> => owned.disposeAsync();
  return { folder, config, profile, open, store: await open(), [Symbol.asyncDispose]: dispose };
}

test('the first start writes a profile and the private key of a registered admin, for their owner only', async () => {
  await using t = await setup();
  await writeOciConfig(t.folder, t.store);
  const { user, fingerprint, tenancy, keyFile } = await t.profile();
  assert.equal(tenancy, (await t.store.compartments.root()).id);
  const key = await t.store.apiKeys.withKeyId(`${tenancy}/${user}/${fingerprint}`);
  assert.equal(key?.role, 'admin');
  assert.match(await readFile(keyFile, 'utf8'), /^-----BEGIN PRIVATE KEY-----[^]*\nOCI_API_KEY\n$/);
  for (const file of [t.config, keyFile]) assert.equal((await stat(file)).mode & 0o777, 0o600);
});

test('later starts keep it, and what else stands in the file', async () => {
  await using t = await setup();
  await writeFile(t.config, '# mine\n[work]\nuser=x\n');
  await writeOciConfig(t.folder, t.store);
  const text = await readFile(t.config, 'utf8');
  assert.match(text, /^# mine\n\[work\]\nuser=x\n\n\[DEFAULT\]/);
  await writeOciConfig(t.folder, t.store);
  assert.equal(await readFile(t.config, 'utf8'), text);
  assert.equal((await t.store.apiKeys.list()).length, 1);
});

test('a moved data directory has the path corrected', async () => {
  await using t = await setup();
  await writeOciConfig(t.folder, t.store);
  const before = await t.profile();
  await writeFile(t.config, (await readFile(t.config, 'utf8')).replace(t.folder, '/elsewhere'));
  await writeOciConfig(t.folder, t.store);
  assert.deepEqual(await t.profile(), before);
});

test('a key that was deleted stays deleted', async () => {
  await using t = await setup();
  await writeOciConfig(t.folder, t.store);
  for (const { id } of await t.store.apiKeys.list()) await t.store.apiKeys.delete(id);
  await writeOciConfig(t.folder, t.store);
  assert.deepEqual(await t.store.apiKeys.list(), []);
});

const losses: readonly (readonly [
  what: string,
  lose: (t: Awaited<ReturnType<typeof setup>>) => Promise<void>,
])[] = [
  ['the private key is gone', async ({ folder }) => rm(join(folder, 'oci_api_key.pem'))],
  ['the private key is broken', async ({ folder }) => writeFile(join(folder, 'oci_api_key.pem'), 'x')],
  ['the profile is gone', async ({ config }) => rm(config)],
  ['the profile is broken', async ({ config }) => writeFile(config, '[DEFAULT]\nuser=x\n')],
];
for (const [what, lose] of losses)
  test(`another key takes the place of the first when ${what}`, async () => {
    await using t = await setup();
    await writeOciConfig(t.folder, t.store);
    const before = await t.profile();
    await lose(t);
    await writeOciConfig(t.folder, t.store);
    const after = await t.profile();
    assert.notEqual(after.fingerprint, before.fingerprint);
    assert.deepEqual(
      (await t.store.apiKeys.list()).map(({ fingerprint }) => fingerprint),
      [after.fingerprint],
    );
  });

test('another database gets a key of its own', async () => {
  await using t = await setup();
  await writeOciConfig(t.folder, t.store);
  const other = await t.open();
  await writeOciConfig(t.folder, other);
  const { tenancy, fingerprint } = await t.profile();
  assert.equal(tenancy, (await other.compartments.root()).id);
  assert.deepEqual(
    (await other.apiKeys.list()).map((key) => key.fingerprint),
    [fingerprint],
  );
});
