import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { folder } from './fixture/mooring.ts';
import { findProfile, loadProfile } from './profile.ts';

const content = {
  managementUrl: 'https://localhost:9443',
  applicationsUrl: 'https://localhost:8443',
  tokenUrl: 'https://localhost:9443/identity/oauth2/v1/token',
  compartmentId: 'c',
  clientId: 'id',
  clientSecret: 'secret',
  scope: 's',
};

async function write(path: string, text = JSON.stringify(content)): Promise<string> {
  await mkdir(join(path, '.mooring'), { recursive: true });
  const file = join(path, '.mooring', 'cli.json');
  await writeFile(file, text, { mode: 0o600 });
  return file;
}

test('the profile is found here or in the nearest directory above', async () => {
  await using place = await folder();
  const outer = await write(place.path);
  const inner = join(place.path, 'a', 'b');
  await mkdir(inner, { recursive: true });
  assert.equal(findProfile({ cwd: inner }), outer);
  assert.equal(findProfile({ cwd: inner }), outer);
  const nearest = await write(join(place.path, 'a'));
  assert.equal(findProfile({ cwd: inner }), nearest);
});

test('a named profile comes first, from the working directory', async () => {
  await using place = await folder();
  await write(place.path);
  assert.equal(findProfile({ cwd: place.path, named: 'x/y.json' }), join(place.path, 'x', 'y.json'));
  assert.equal(findProfile({ cwd: place.path, named: '/y.json' }), '/y.json');
});

test('a profile that others may read is told apart', async () => {
  await using place = await folder();
  const path = await write(place.path);
  assert.deepEqual(await loadProfile({ cwd: place.path }), { path, profile: content, isExposed: false });
  await chmod(path, 0o640);
  assert.equal((await loadProfile({ cwd: place.path })).isExposed, true);
});

test('no profile, or none that can be used, says so and what to do', async () => {
  await using place = await folder();
  const cwd = place.path;
  const expected = { name: 'Refusal', exit: 'unreachable', hint: /npx mooring serve/ };
  await assert.rejects(loadProfile({ cwd }), { ...expected, message: /There is no \.mooring\/cli\.json/ });
  await assert.rejects(loadProfile({ cwd, named: 'x' }), {
    ...expected,
    message: /cannot be read \(ENOENT\)/,
  });
  await write(cwd, '{');
  await assert.rejects(loadProfile({ cwd }), { ...expected, message: /is not JSON/ });
  await write(cwd, JSON.stringify({ ...content, clientId: undefined }));
  await assert.rejects(loadProfile({ cwd }), { ...expected, message: /is not a profile \(clientId: / });
});
