/** API keys by the command line: made, used by Oracle's SDK, told of in the audit log, deleted. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ociClient } from '../fixtures/oci.ts';
import { startTestServer } from '../fixtures/server.ts';

const launcher = fileURLToPath(new URL('../../packages/cli/bin/mooring.js', import.meta.url));
const { server, ...owned } = await startTestServer();
after(() => owned[Symbol.asyncDispose]());
const folder = dirname(server.profilePath);

async function mooring(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, MOORING_PROFILE: server.profilePath };
  return new Promise((resolve) => {
    execFile(process.execPath, [launcher, ...args], { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

test('a pair is made here, its public half registered, and its profile serves Oracle’s SDK until it is deleted', async () => {
  const created = await mooring('keys', 'create', 'laptop', '--role', 'read-only');
  assert.equal(created.code, 0, created.stderr);
  assert.match(created.stdout, /^\[laptop\]\nuser=ocid1\.user\.[^]*key_file=\S+laptop\.pem\n/);
  assert.equal((await stat(join(folder, 'oci/laptop.pem'))).mode & 0o777, 0o600);

  const { client, compartmentId } = ociClient(server, 'laptop');
  assert.deepEqual(
    (await client.listHostedApplications({ compartmentId })).hostedApplicationCollection.items,
    [],
  );
  await assert.rejects(client.deleteHostedApplication({ hostedApplicationId: 'x' }), { statusCode: 403 });
  assert.ok(ociClient(server), 'the profile of the first start is still there');

  const listed = await mooring('keys', 'list');
  assert.match(listed.stdout, /^laptop +read-only +([0-9a-f]{2}:){15}[0-9a-f]{2} /m);
  const again = await mooring('keys', 'create', 'laptop');
  assert.deepEqual([again.code, again.stdout], [6, '']);

  const deleted = await mooring('keys', 'delete', 'laptop', '--yes');
  assert.match(deleted.stderr, /profile in .*oci\/config and its private key are left/);
  assert.equal(deleted.code, 0, deleted.stderr);
  await assert.rejects(client.listHostedApplications({ compartmentId }), { statusCode: 401 });
  assert.equal((await mooring('keys', 'delete', 'laptop', '--yes')).code, 5);

  const { stdout } = await mooring('audit', '-n', '3', '--since', '1h');
  assert.match(
    stdout,
    /SUCCEEDED {2}POST \/v1\/apiKeys {2}ocid1[^]*name: "laptop"\n[^]*DELETE \/v1\/apiKeys\/\{id\}/,
  );
  const [entry] = JSON.parse((await mooring('audit', '-n', '1', '--json')).stdout);
  assert.equal(entry.operation, 'DELETE /v1/apiKeys/{id}');
});

test('a key that is there already is registered as it is', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const path = join(folder, 'mine.pem');
  await writeFile(path, publicKey.export({ type: 'spki', format: 'pem' }));
  const before = await readFile(join(folder, 'oci/config'), 'utf8');
  const names = ['--user', 'ocid1.user.oc1..me', '--tenancy', 'ocid1.tenancy.oc1..mine'];
  const { code, stdout } = await mooring('keys', 'create', 'ci', '--public-key', path, ...names, '--json');
  assert.equal(code, 0);
  const { keyId, role } = JSON.parse(stdout);
  assert.match(keyId, /^ocid1\.tenancy\.oc1\.\.mine\/ocid1\.user\.oc1\.\.me\/[0-9a-f:]{47}$/);
  assert.equal(role, 'operator');
  assert.equal(await readFile(join(folder, 'oci/config'), 'utf8'), before);
  const twice = await mooring('keys', 'create', 'ci', '--public-key', path, ...names);
  assert.equal(twice.code, 6);

  await writeFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const refused = await mooring('keys', 'create', 'ci', '--public-key', path);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /RSA public key/);
});

test('a key that cannot be registered leaves no file behind', async () => {
  const refused = await mooring('keys', 'create', 'bad', '--user', 'a b');
  assert.equal(refused.code, 2, refused.stderr);
  await assert.rejects(stat(join(folder, 'oci/bad.pem')));
  assert.doesNotMatch(await readFile(join(folder, 'oci/config'), 'utf8'), /\[bad\]/);
});
