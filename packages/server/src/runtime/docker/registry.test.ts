/** Pulling from a real registry that wants a password. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { StartFailure, type ReplicaSpec } from '../runtime.ts';
import { specOf } from '../suite.ts';
import type { Credential } from './credentials.ts';
import type { Engine } from './engine.ts';
import { engineForTests } from './engine.fixture.ts';
import { emptyImage, repository as local } from './images.fixture.ts';
import { account, registryMissing, startRegistry, type TestRegistry } from './registry.fixture.ts';
import { openSandbox } from './sandbox.fixture.ts';
import type { DockerRuntimeOptions } from './runtime.ts';

const { engine, missing } = await engineForTests();
const { signal } = new AbortController();

function theEngine(): Engine {
  if (!engine) throw new TypeError('there is no engine');
  return engine;
}

async function followed(answer: NodeJS.ReadableStream): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    theEngine().docker.modem.followProgress(answer, (error, steps) => {
      const refused = steps?.find((step: { error?: string }) => step.error)?.error;
      if (error || refused) reject(error ?? new Error(refused));
      else resolve();
    });
  });
}

describe('a registry that wants a password', { skip: missing ?? registryMissing ?? false }, () => {
  let registry: TestRegistry;
  let repository = '';
  const tag = randomBytes(4).toString('hex');

  before(async () => {
    registry = await startRegistry();
    repository = `${registry.host}/team/nothing`;
    await push(tag, theEngine().platform);
  });

  /** An image for that platform, which is in the registry afterwards, and nowhere else. */
  async function push(as: string, platform: string): Promise<void> {
    const { docker } = theEngine();
    await emptyImage(docker, { tag: as, platform });
    await docker.getImage(`${local}:${as}`).tag({ repo: repository, tag: as });
    const image = docker.getImage(`${repository}:${as}`);
    await followed(await image.push({ authconfig: { ...account, serveraddress: registry.host } }));
    await docker.getImage(`${local}:${as}`).remove();
    await image.remove();
  }

  after(async () => {
    await registry[Symbol.asyncDispose]();
    const { docker } = theEngine();
    await docker
      .getImage(`${repository}:${tag}`)
      .remove()
      .catch(() => undefined);
  });

  const credential = (password: string): Credential => ({
    username: account.username,
    password,
    serveraddress: registry.host,
  });

  const specFor = (wanted: string): ReplicaSpec =>
    specOf({ artifactType: 'SIMPLE_DOCKER_ARTIFACT', containerUri: repository, tag: wanted });

  /** What was told, and why it failed. */
  async function prepare(
    options: Partial<DockerRuntimeOptions>,
    wanted = tag,
  ): Promise<{ told: string[]; failure: string | undefined }> {
    // Nothing of whoever runs the tests.
    const folder = await mkdtemp(join(tmpdir(), 'mooring-config-'));
    const environment = { ...process.env, DOCKER_CONFIG: folder };
    await using sandbox = await openSandbox(theEngine(), new Map(), { environment, ...options });
    const told: string[] = [];
    const tell = (sentence: string): void => void told.push(sentence);
    const error: unknown = await sandbox.runtime
      .prepare?.(specFor(wanted), { signal, tell })
      .catch((e: unknown) => e);
    await rm(folder, { recursive: true });
    assert(error === undefined || error instanceof StartFailure, String(error));
    return { told, failure: error?.message };
  }

  test('refuses who has none, and it is said where to log in', async () => {
    const { failure } = await prepare({});
    assert.match(
      failure ?? '',
      /The registry 127\.0\.0\.1:\d+ does not let this server pull .* without credentials.*mooring registries login 127/,
    );
  });

  test('refuses a wrong one, and it is said whose', async () => {
    const { failure } = await prepare({ findCredential: async () => credential('wrong') });
    assert.match(failure ?? '', /does not let this server pull .* as ann\..*mooring registries login/);
  });

  test('has no such image: told apart from one that may not be had', async () => {
    const { failure } = await prepare(
      { findCredential: async () => credential(account.password) },
      'missing',
    );
    assert.match(failure ?? '', /team\/nothing:missing does not exist in 127\.0\.0\.1/);
  });

  test('gives the image to who has the right one, and tells how it went; then it is there', async () => {
    const { told, failure } = await prepare({ findCredential: async () => credential(account.password) });
    assert.equal(failure, undefined);
    assert.match(told[0] ?? '', /^Pulling 127.* as ann\.$/);
    assert.match(told.at(-1) ?? '', /^Pulled 127.* in \d+\.\d s: 1 of 1 layers/);
    assert.deepEqual(await prepare({}), { told: [], failure: undefined });
    await theEngine().docker.getImage(`${repository}:${tag}`).remove();
  });

  test('gives the image to what docker login or a credential helper knows', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mooring-config-'));
    const environment = {
      ...process.env,
      DOCKER_CONFIG: folder,
      PATH: `${folder}:${process.env['PATH']}`,
    };
    const auth = Buffer.from(`${account.username}:${account.password}`).toString('base64');
    const helper = join(folder, 'docker-credential-suite');
    const answer = JSON.stringify({ Username: account.username, Secret: account.password });
    await writeFile(helper, `#!/bin/sh\nread host\n[ "$host" = "${registry.host}" ] && echo '${answer}'\n`);
    await chmod(helper, 0o755);
    for (const config of [
      { auths: { [registry.host]: { auth } } },
      { credHelpers: { [registry.host]: 'suite' } },
      { credsStore: 'suite', auths: { [registry.host]: {} } },
    ]) {
      await writeFile(join(folder, 'config.json'), JSON.stringify(config));
      assert.equal((await prepare({ environment })).failure, undefined, JSON.stringify(config));
      await theEngine().docker.getImage(`${repository}:${tag}`).remove();
    }
    await writeFile(join(folder, 'config.json'), '{"auths":');
    assert.match((await prepare({ environment })).failure ?? '', /without credentials/);
    await rm(folder, { recursive: true });
  });

  test('gives the one for this kind of machine where a name stands for several; without one that is said', async () => {
    const { docker, platform } = theEngine();
    const other = platform.endsWith('amd64') ? 'linux/arm64' : 'linux/amd64';
    await push(`${tag}-other`, other);
    const [own, foreign] = [await registry.describe(tag), await registry.describe(`${tag}-other`)];
    const one = { ...own, platform };
    const another = { ...foreign, platform: other };
    const options = { findCredential: async () => credential(account.password) };
    // Whichever stands first.
    for (const [name, manifests] of Object.entries({ first: [one, another], last: [another, one] })) {
      await registry.index(name, manifests);
      assert.equal((await prepare(options, name)).failure, undefined);
      const image = docker.getImage(`${repository}:${name}`);
      const { Os, Architecture } = await image.inspect();
      assert.equal(`${Os}/${Architecture}`, platform);
      await image.remove();
    }
    await registry.index('foreign', [another]);
    const { failure } = await prepare(options, 'foreign');
    assert.match(failure ?? '', /nothing:foreign is not there for this kind of machine.*Build it for it/);
  });

  test('is asked at a login', async () => {
    await using sandbox = await openSandbox(theEngine(), new Map());
    const login = { registry: registry.host, username: account.username };
    assert.equal(await sandbox.runtime.checkCredential({ ...login, password: account.password }), undefined);
    assert.match(
      (await sandbox.runtime.checkCredential({ ...login, password: 'wrong' })) ?? '',
      /unauthorized/i,
    );
  });
});
