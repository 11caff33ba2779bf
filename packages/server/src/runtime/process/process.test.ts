import type { CreateArtifactDetails } from '@mooring/contract';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { StartFailure, type Replica } from '../runtime.ts';
import { limits, runtimeSuite, specOf, urlOf } from '../suite.ts';
import { markOf } from './environment.ts';
import { strays } from './group.ts';
import { isFree } from './port.ts';
import { openSandbox, type Sandbox } from './sandbox.fixture.ts';

runtimeSuite('process', () => openSandbox(), {
  adoptsNothing: 'not applicable: processes end with their server',
  secondsToListen: 3,
});

const { signal } = new AbortController();

/** Every process that carries the replica's mark. */
function processesOf(replicaId: string): Promise<number[]> {
  return strays({ leader: 0, mark: markOf(replicaId) });
}

async function failureOf(replica: Replica): Promise<string> {
  const error: unknown = await replica.ready({ signal }).catch((reason: unknown) => reason);
  assert(error instanceof StartFailure, String(error));
  return error.message;
}

async function startReady(sandbox: Sandbox, behaviour: string, stopGrace = 10): Promise<Replica> {
  const settings = { ...limits, startDeadline: 30, stopGrace };
  const replica = await sandbox.runtime.start(specOf(sandbox.artifact(behaviour), { settings }), { signal });
  await replica.ready({ signal });
  return replica;
}

describe('a process replica', () => {
  test('gets none of the environment of the server but what is harmless', async () => {
    process.env['MOORING_TEST_SECRET'] = 'secret';
    await using sandbox = await openSandbox();
    const replica = await startReady(sandbox, 'serve');
    delete process.env['MOORING_TEST_SECRET'];
    const environment: object = JSON.parse(await (await fetch(`${urlOf(replica)}/environment`)).text());
    const harmless = ['HOME', 'HOST', 'LANG', 'MOORING_APPLICATION_ID', 'MOORING_APPLICATION_NAME'];
    const known = new Set([...harmless, 'MOORING_REPLICA_ID', 'PATH', 'PORT', 'TMPDIR', 'TZ']);
    assert.deepEqual(
      Object.keys(environment).filter((name) => !known.has(name)),
      [],
    );
  });

  test('runs in its working directory, with the Node that runs the server', async () => {
    await using sandbox = await openSandbox();
    const replica = await startReady(sandbox, 'serve');
    assert.equal(await (await fetch(`${urlOf(replica)}/directory`)).text(), import.meta.dirname);
    const program = await readFile(`/proc/${replica.pid}/cmdline`, 'utf8').catch(() => 'node');
    assert.match(program, /^node/);
  });

  test('leaves nothing behind when it and its children ignore SIGTERM, inside and outside of its group', async () => {
    await using sandbox = await openSandbox();
    const replica = await startReady(sandbox, 'stubborn', 0.2);
    assert.equal((await processesOf(replica.id)).length, 3);
    assert.deepEqual(await replica.stop(), { code: null, signal: 'SIGKILL' });
    assert.deepEqual(await processesOf(replica.id), []);
  });

  test('leaves nothing behind when it exits by itself', async () => {
    await using sandbox = await openSandbox();
    const replica = await startReady(sandbox, 'parent');
    await fetch(`${urlOf(replica)}/exit?code=0`).catch(() => undefined);
    assert.deepEqual(await replica.exited, { code: 0, signal: null });
    assert.deepEqual(await processesOf(replica.id), []);
  });

  test('leaves nothing behind when the runtime is disposed', async () => {
    const sandbox = await openSandbox();
    const replica = await startReady(sandbox, 'stubborn', 0.2);
    await sandbox[Symbol.asyncDispose]();
    assert.deepEqual(await processesOf(replica.id), []);
  });

  test('leaves nothing behind when the server exits without stopping it', async () => {
    await using sandbox = await openSandbox();
    const spec = specOf(sandbox.artifact('serve'));
    const url = await sandbox.exit(spec);
    await assert.rejects(fetch(`${url}/health`));
    assert.deepEqual(await processesOf(spec.id), []);
  });

  test('is killed before its grace is over when a later stop says so', async () => {
    await using sandbox = await openSandbox();
    const replica = await startReady(sandbox, 'stubborn', 3600);
    const patient = replica.stop();
    await replica.stop({ grace: 0.1 });
    assert.deepEqual(await patient, { code: null, signal: 'SIGKILL' });
    assert.deepEqual(await processesOf(replica.id), []);
  });

  test('serves although neither its pid nor its output can be written', async () => {
    await using sandbox = await openSandbox();
    for (const name of ['replicas', 'logs']) await writeFile(join(sandbox.directory, name), 'in the way');
    const replica = await startReady(sandbox, 'serve');
    assert.equal((await fetch(`${urlOf(replica)}/health`)).status, 200);
    await replica.stop();
    assert.equal(replica.phase, 'stopped');
  });

  test('may write more than anybody reads: the newest lines are kept', async () => {
    await using sandbox = await openSandbox({ output: { maxBytes: 20_000, files: 2 } });
    const spec = specOf(sandbox.artifact('chatty', '20000'));
    const replica = await sandbox.runtime.start(spec, { signal });
    for await (const { text } of sandbox.runtime.logs(spec.applicationId, { follow: true, signal }))
      if (text === 'line 20000') break;
    await replica.stop();
    const lines = await Array.fromAsync(sandbox.runtime.logs(spec.applicationId, { signal }));
    const written = lines.filter(({ stream }) => stream === 'stdout').map(({ text }) => text);
    assert(written.length > 300, String(written.length));
    assert.deepEqual(
      written,
      written.map((_, index) => `line ${20_001 - written.length + index}`),
    );
  });

  test('is refused when other machines could reach it', async () => {
    await using sandbox = await openSandbox();
    const replica = await sandbox.runtime.start(specOf(sandbox.artifact('wide')), { signal });
    assert.match(await failureOf(replica), /listens on 0\.0\.0\.0, .*Bind 127\.0\.0\.1 \(\$HOST\)/);
  });

  test('that listens somewhere else is told where', async () => {
    await using sandbox = await openSandbox();
    const settings = { ...limits, startDeadline: 1.5, stopGrace: 1 };
    const replica = await sandbox.runtime.start(specOf(sandbox.artifact('elsewhere'), { settings }), {
      signal,
    });
    assert.match(
      await failureOf(replica),
      /It listens on 127\.0\.0\.1:\d+, but must listen on \$HOST:\$PORT/,
    );
  });

  test('is started again on another port when its port was taken in the meantime', async () => {
    await using sandbox = await openSandbox();
    const thief = createServer((socket) => socket.destroy());
    const spec = specOf(sandbox.artifact('serve'));
    const replica = await sandbox.runtime.start(spec, { signal });
    const { port } = replica.address;
    // The program needs longer to start than this to listen.
    thief.listen(port, '127.0.0.1');
    await once(thief, 'listening');
    await replica.ready({ signal });
    thief.close();
    assert.notEqual(replica.address.port, port);
    assert.equal((await fetch(`${urlOf(replica)}/health`)).status, 200);
  });

  test('gives its port back when it is gone', async () => {
    await using sandbox = await openSandbox();
    const replica = await startReady(sandbox, 'serve');
    assert.equal(await isFree(replica.address.port), false);
    await replica.stop();
    assert.equal(await isFree(replica.address.port), true);
    assert.deepEqual(await readdir(join(sandbox.directory, 'replicas')), []);
  });

  const impossible: { name: string; artifact: Partial<CreateArtifactDetails>; told: RegExp }[] = [
    {
      name: 'a command that is not there',
      artifact: { command: ['no-such-program'] },
      told: /"no-such-program" was not found on PATH \(/,
    },
    {
      name: 'a path that is not there',
      artifact: { command: ['./missing'] },
      told: /"\.\/missing" was not found in \//,
    },
    {
      name: 'a file that is no program',
      artifact: { command: ['./process.test.ts'] },
      told: /permission denied/,
    },
    {
      name: 'a directory that is not there',
      artifact: { workingDirectory: '/no/such/place' },
      told: /\/no\/such\/place cannot be used: ENOENT/,
    },
    {
      name: 'a directory that is a file',
      artifact: { workingDirectory: '/etc/passwd' },
      told: /\/etc\/passwd is not a directory/,
    },
    { name: 'an argument with a NUL', artifact: { command: ['node', 'a\0b'] }, told: /could not be started/ },
  ];
  for (const { name, artifact, told } of impossible) {
    test(`cannot start: ${name}`, async () => {
      await using sandbox = await openSandbox();
      const base = sandbox.artifact('serve');
      assert(base.artifactType === 'LOCAL_PROCESS_ARTIFACT');
      const spec = specOf({ ...base, ...artifact, artifactType: 'LOCAL_PROCESS_ARTIFACT' });
      const starting = sandbox.runtime.start(spec, { signal });
      await assert.rejects(starting, (error) => error instanceof StartFailure && told.test(error.message));
      assert.deepEqual(await readdir(join(sandbox.directory, 'replicas')), []);
    });
  }

  test('is stopped when the start is aborted', async () => {
    await using sandbox = await openSandbox();
    const spec = specOf(sandbox.artifact('serve'));
    const stop = new AbortController();
    const starting = sandbox.runtime.start(spec, { signal: stop.signal });
    stop.abort(new Error('enough'));
    await assert.rejects(starting, /enough/);
    assert.deepEqual(await processesOf(spec.id), []);
  });
});

describe('collecting', () => {
  test('ends children that ignore SIGTERM, wherever they went', async () => {
    await using sandbox = await openSandbox({ collectGrace: 100 });
    const spec = specOf(sandbox.artifact('stubborn'));
    await sandbox.crash(spec);
    assert.equal((await processesOf(spec.id)).length, 3);
    assert.equal(await sandbox.runtime.collect(), 1);
    assert.deepEqual(await processesOf(spec.id), []);
  });

  test('never ends a process that has the pid of an earlier replica but is another one', async () => {
    await using sandbox = await openSandbox({ collectGrace: 100 });
    const bystander = await startReady(sandbox, 'serve');
    const entry = { replicaId: 'replica-earlier', pid: bystander.pid, identity: 'another boot 12345' };
    await mkdir(join(sandbox.directory, 'replicas'), { recursive: true });
    await writeFile(join(sandbox.directory, 'replicas', 'replica-earlier.json'), JSON.stringify(entry));
    assert.equal(await sandbox.runtime.collect(), 0);
    assert.equal((await fetch(`${urlOf(bystander)}/health`)).status, 200);
    assert.deepEqual(await readdir(join(sandbox.directory, 'replicas')), [`${bystander.id}.json`]);
  });

  test('finds a replica by its mark when the server ended before its pid was noted', async () => {
    await using sandbox = await openSandbox({ collectGrace: 100 });
    const spec = specOf(sandbox.artifact('serve'));
    await sandbox.crash(spec);
    await writeFile(join(sandbox.directory, 'replicas', `${spec.id}.json`), '{"replicaId"');
    assert.equal(await sandbox.runtime.collect(), 1);
    assert.deepEqual(await processesOf(spec.id), []);
  });
});
