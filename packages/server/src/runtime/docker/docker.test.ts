import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { CreateArtifactDetails } from '@mooring/contract';
import type { Container } from 'dockerode';
import { StartFailure, type Replica, type ReplicaSpec } from '../runtime.ts';
import { limits, runtimeSuite, specOf, urlOf } from '../suite.ts';
import type { Engine } from './engine.ts';
import { engineForTests } from './engine.fixture.ts';
import { labels } from './labels.ts';
import { openDoor, openStubborn } from './proxy.fixture.ts';
import type { DockerRuntimeOptions } from './runtime.ts';
import { emptyImage, repository } from './images.fixture.ts';
import { buildBehaviours, openSandbox, type Sandbox } from './sandbox.fixture.ts';

const { engine, missing } = await engineForTests();
const artifacts = engine ? await buildBehaviours(engine) : new Map<string, CreateArtifactDetails>();
const { signal } = new AbortController();

function theEngine(): Engine {
  if (!engine) throw new TypeError('there is no engine');
  return engine;
}

const open = (options?: Partial<DockerRuntimeOptions>): Promise<Sandbox> =>
  openSandbox(theEngine(), artifacts, options);

runtimeSuite('docker', () => open(), { skip: missing, secondsToListen: 5 });

async function failureOf(sandbox: Sandbox, spec: ReplicaSpec): Promise<string> {
  const error: unknown = await (async () => {
    await using replica = await sandbox.runtime.start(spec, { signal });
    await replica.ready({ signal });
  })().catch((reason: unknown) => reason);
  assert(error instanceof StartFailure, String(error));
  return error.message;
}

async function startReady(sandbox: Sandbox, parts: Partial<ReplicaSpec> = {}): Promise<Replica> {
  const replica = await sandbox.runtime.start(specOf(sandbox.artifact('serve'), parts), { signal });
  await replica.ready({ signal });
  return replica;
}

/** The container of a replica. */
async function containerOf(replicaId: string): Promise<Container> {
  const { docker } = theEngine();
  const filters = { label: [`${labels.replica}=${replicaId}`] };
  const [found] = await docker.listContainers({ all: true, filters });
  assert(found);
  return docker.getContainer(found.Id);
}

/** Resolves when the engine has it no more. */
async function isGone(container: Container): Promise<void> {
  const until = performance.now() + 30_000;
  const ask = (): Promise<unknown> => container.inspect().catch(() => undefined);
  while ((await ask()) !== undefined && performance.now() < until);
  await assert.rejects(container.inspect(), /no such container/i);
}

const image = (containerUri: string, tag?: string): CreateArtifactDetails => ({
  artifactType: 'SIMPLE_DOCKER_ARTIFACT',
  containerUri,
  ...(tag !== undefined && { tag }),
});

describe('a container', { skip: missing ?? false }, () => {
  test('is kept in its place: nothing to write but /tmp, no capability, no new privilege, limits', async () => {
    await using sandbox = await open();
    await using replica = await startReady(sandbox, {
      settings: { ...limits, containerCpus: 0.5, containerPids: 64, startDeadline: 30, stopGrace: 1 },
    });
    const { HostConfig } = await (await containerOf(replica.id)).inspect();
    assert.deepEqual(
      [HostConfig.ReadonlyRootfs, HostConfig.CapDrop, HostConfig.SecurityOpt, HostConfig.PidsLimit],
      [true, ['ALL'], ['no-new-privileges'], 64],
    );
    assert.deepEqual(
      [HostConfig.Memory, HostConfig.MemorySwap, HostConfig.NanoCpus],
      [limits.containerMemoryBytes, limits.containerMemoryBytes, 5e8],
    );
    const facts: unknown = await (await fetch(`${urlOf(replica)}/place`)).json();
    assert.deepEqual(facts, {
      root: 'EROFS',
      tmp: 'written',
      capabilities: '0000000000000000',
      noNewPrivileges: '1',
    });
  });

  test('of one application is not reached by those of another', async () => {
    await using sandbox = await open();
    await using one = await startReady(sandbox);
    await using other = await startReady(sandbox);
    const from = (replica: Replica): Promise<string> =>
      fetch(`${urlOf(replica)}/reach?host=${one.address.host}&port=${one.address.port}`).then((r) =>
        r.text(),
      );
    assert.equal(await from(one), 'reached');
    assert.equal(await from(other), 'not reached');
  });

  test('that listens on its own loopback only is told where it must listen', async () => {
    await using sandbox = await open();
    const settings = { ...limits, startDeadline: 5, stopGrace: 1 };
    const told = await failureOf(sandbox, specOf(sandbox.artifact('loopback'), { settings }));
    assert.match(told, /not ready within 5 s/);
    // Another machine's processes cannot be looked at.
    if (theEngine().reach === 'address')
      assert.match(told, /It listens on 127\.0\.0\.1:8080, but must listen on 0\.0\.0\.0:8080/);
  });

  test('that takes more memory than it may is said to have done so', async () => {
    await using sandbox = await open();
    const settings = {
      ...limits,
      containerMemoryBytes: 96 * 1024 * 1024,
      startDeadline: 30,
      stopGrace: 1,
    };
    const told = await failureOf(sandbox, specOf(sandbox.artifact('hungry'), { settings }));
    assert.match(told, /more memory than its limit of 96 MiB/);
    assert.match(told, /taking memory/);
  });

  test('is replaced by nobody when it is removed from outside, but said to be gone', async () => {
    await using sandbox = await open();
    await using replica = await startReady(sandbox);
    await (await containerOf(replica.id)).remove({ force: true });
    await replica.exited;
    assert.equal(replica.phase, 'stopped');
    assert.equal(replica.wasKilled, true);
  });

  test('leaves nothing in the engine', async () => {
    await using sandbox = await open();
    const spec = specOf(sandbox.artifact('serve'));
    const replica = await sandbox.runtime.start(spec, { signal });
    await replica.ready({ signal });
    assert.equal((await sandbox.remains()).length, 2);
    await replica.stop();
    await sandbox.runtime.forget(spec.applicationId);
    assert.deepEqual(await sandbox.remains(), []);
  });

  test('is not left behind when its start is aborted', async () => {
    await using sandbox = await open();
    const stop = new AbortController();
    const spec = specOf(sandbox.artifact('serve'));
    const starting = sandbox.runtime.start(spec, { signal: stop.signal });
    stop.abort(new Error('enough'));
    await assert.rejects(starting, /enough/);
    await sandbox.runtime.forget(spec.applicationId);
    assert.deepEqual(await sandbox.remains(), []);
  });
});

describe('an image', { skip: missing ?? false }, () => {
  const refused: { name: string; artifact: CreateArtifactDetails; told: RegExp }[] = [
    {
      name: 'of a registry that is not there',
      artifact: image('127.0.0.1:1/nothing', '1'),
      told: /The registry 127\.0\.0\.1:1 cannot be reached by the container engine for 127\.0\.0\.1:1\/nothing:1/,
    },
    {
      name: 'with a name that no image can have',
      artifact: image('Not A Name', '1'),
      told: /"Not A Name:1" cannot name an image/,
    },
  ];
  for (const { name, artifact, told } of refused) {
    test(`is refused in words: ${name}`, async () => {
      await using sandbox = await open();
      assert.match(await failureOf(sandbox, specOf(artifact)), told);
      assert.deepEqual((await sandbox.remains()).length, 0);
    });
  }

  test('for another kind of machine is refused with what to do', async () => {
    await using sandbox = await open();
    const { docker, platform } = theEngine();
    const other = platform.endsWith('amd64') ? 'linux/arm64' : 'linux/amd64';
    await emptyImage(docker, { tag: 'other', platform: other });
    const told = await failureOf(sandbox, specOf(image(repository, 'other')));
    assert.match(
      told,
      new RegExp(`is for ${other}, and the container engine runs ${platform}.*--platform ${platform}`),
    );
  });
});

describe('an engine', { skip: missing ?? false }, () => {
  async function openBehindDoor(): Promise<Sandbox & { door: Awaited<ReturnType<typeof openDoor>> }> {
    const folder = await mkdtemp(join(tmpdir(), 'mooring-door-'));
    const socket = new URL(theEngine().place.url).pathname;
    const door = await openDoor(join(folder, 'docker.sock'), socket);
    const sandbox = await open({ environment: { ...process.env, DOCKER_HOST: door.url } });
    return {
      ...sandbox,
      door,
      [Symbol.asyncDispose]: async () => {
        await door.open().catch(() => undefined);
        await sandbox[Symbol.asyncDispose]();
        await door[Symbol.asyncDispose]();
        await rm(folder, { recursive: true, force: true });
      },
    };
  }

  test('that is away is said to be, and a start is worth another try as soon as it is back', async () => {
    await using sandbox = await openBehindDoor();
    await sandbox.door.close();
    const spec = specOf(sandbox.artifact('serve'));
    const error: unknown = await sandbox.runtime.start(spec, { signal }).catch((reason: unknown) => reason);
    assert(error instanceof StartFailure);
    assert.match(error.message, /The container engine at unix:.*does not answer.*Start it/);
    await sandbox.door.open();
    await error.passed;
    await using replica = await sandbox.runtime.start(spec, { signal });
    await replica.ready({ signal });
  });

  test('that comes back is compared: what ended meanwhile has ended, what goes on goes on', async () => {
    await using sandbox = await openBehindDoor();
    await using first = await startReady(sandbox);
    await using second = await startReady(sandbox);
    await sandbox.door.close();
    await (await containerOf(first.id)).kill();
    while (second.reason === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.match(second.reason, /does not answer/);
    await sandbox.door.open();
    assert.deepEqual(await first.exited, { code: null, signal: 'SIGKILL' });
    assert.equal(second.phase, 'ready');
    assert.equal((await fetch(`${urlOf(second)}/health`)).status, 200);
  });

  test('that cannot remove a container is used all the same, and asked until it is gone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mooring-stubborn-'));
    await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
    const socket = new URL(theEngine().place.url).pathname;
    await using stubborn = await openStubborn(join(folder, 'docker.sock'), socket);
    await using sandbox = await open({ environment: { ...process.env, DOCKER_HOST: stubborn.url } });
    const spec = specOf(sandbox.artifact('serve'));
    await sandbox.crash(spec);
    const left = await containerOf(spec.id);
    await left.kill();
    await using replica = await startReady(sandbox);
    assert.equal(await sandbox.runtime.collect(), 0);
    assert.equal((await left.inspect()).State.Running, false);
    assert.equal((await fetch(`${urlOf(replica)}/health`)).status, 200);
    const ended = await containerOf(replica.id);
    await replica.stop();
    assert.equal((await ended.inspect()).State.Running, false);
    stubborn.giveIn();
    await Promise.all([left, ended].map(isGone));
  });

  test('that is away cannot keep a replica: it is removed when the engine is back', async () => {
    await using sandbox = await openBehindDoor();
    await using replica = await startReady(sandbox);
    await sandbox.door.close();
    await replica.stop();
    assert.equal(replica.phase, 'stopped');
    await sandbox.runtime.collect();
    await sandbox.door.open();
    const until = performance.now() + 30_000;
    let left = 2;
    while (left > 1 && performance.now() < until) left = (await sandbox.remains()).length;
    assert.equal(left, 1, 'only the network is left');
  });
});
