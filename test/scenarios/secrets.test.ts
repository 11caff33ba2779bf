/** Secrets by the command line: set, used by a replica, changed, deleted. Their values are nowhere to be read. */
import assert from 'node:assert/strict';
import { execFile, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { clientCredentials, ManagementClient } from '@mooring/client';
import { profile } from '@mooring/contract';
import type { RunningServer } from '@mooring/server';
import { startTestServer } from '../fixtures/server.ts';
import { verifies } from '../verifies.ts';

const launcher = fileURLToPath(new URL('../../packages/cli/bin/mooring.js', import.meta.url));
const workingDirectory = fileURLToPath(new URL('../fixtures', import.meta.url));
const first = 'correct horse battery staple';
const second = 'Tr0ub4dor and three more words';

interface Place extends AsyncDisposable {
  readonly dataDir: string;
  readonly child: ChildProcess;
  readonly management: ManagementClient;
  /** What the server has logged, at level debug. */
  log(): string;
  mooring(args: readonly string[], stdin?: string): Promise<Ran>;
  stop(): Promise<void>;
}

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function openPlace(): Promise<Place> {
  const dataDir = await mkdtemp(join(tmpdir(), 'mooring-test-'));
  const child = fork(new URL('../fixtures/server-process.ts', import.meta.url), [dataDir], {
    execArgv: ['-C', 'mooring'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => void (log += text));
  const [urls] = await once(child, 'message');
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'close');
  };
  return {
    dataDir,
    child,
    management: await managementOf(dataDir, urls),
    log: () => log,
    mooring: (args, stdin) => mooring(dataDir, args, stdin),
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function managementOf(dataDir: string, urls: RunningServer['urls']): Promise<ManagementClient> {
  const { managementPlain } = urls;
  const known = profile.parse(JSON.parse(await readFile(join(dataDir, 'cli.json'), 'utf8')));
  const tokenUrl = `${managementPlain}/identity/oauth2/v1/token`;
  return new ManagementClient({
    baseUrl: managementPlain,
    token: clientCredentials({ ...known, tokenUrl, fetch }),
  });
}

async function mooring(dataDir: string, args: readonly string[], stdin = ''): Promise<Ran> {
  const env = { ...process.env, MOORING_PROFILE: join(dataDir, 'cli.json') };
  const { promise, resolve } = Promise.withResolvers<Ran>();
  const child = execFile(
    process.execPath,
    [launcher, ...args],
    { cwd: dataDir, env },
    (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
  );
  child.stdin?.end(stdin);
  return await promise;
}

/** Everything that the API tells about the application. */
async function answersOf({ management }: Place): Promise<string> {
  const status = await management.status.server();
  const [app] = status.applications;
  assert.ok(app?.deployment);
  const applications = await management.applications.get(app.id);
  const deployment = await management.deployments.get(app.deployment.id);
  const settings = await management.settings.get(app.id);
  const logs = await Array.fromAsync(management.logs(app.id));
  const secrets = await management.secrets.list();
  const audit = await management.audit.list({ limit: 1000 });
  return JSON.stringify([status, applications, deployment, settings, logs, secrets, audit]);
}

/** Files of the data directory that hold one of the texts. */
function filesWith(dataDir: string, texts: readonly string[]): string[] {
  const files = globSync('**/*', { cwd: dataDir }).filter((name) => statSync(join(dataDir, name)).isFile());
  assert.ok(files.includes('mooring.db'), 'there is something to look at');
  return files.filter((name) => {
    const bytes = readFileSync(join(dataDir, name));
    return texts.some((text) => bytes.includes(text) || bytes.includes(Buffer.from(text).toString('base64')));
  });
}

describe('a secret', () => {
  it(
    verifies(
      ['management:secrets', 'management:secrets:hidden'],
      'reaches the replicas that start after it was set, and can be read nowhere else',
    ),
    async () => {
      await using place = await openPlace();
      const { dataDir, management } = place;
      const set = await place.mooring(['secrets', 'set', 'greeting'], `${first}\n`);
      assert.equal(set.code, 0, set.stderr);
      const command = 'node --conditions=mooring echo-app.ts';
      const deployed = await place.mooring([
        'deploy',
        'echo',
        '--command',
        command,
        '--cwd',
        workingDirectory,
        '--secret',
        'GREETING=greeting',
      ]);
      assert.equal(deployed.code, 0, deployed.stderr);
      assert.equal(JSON.parse((await place.mooring(['invoke', 'echo'])).stdout).greeting, first);

      const file = join(tmpdir(), `mooring-test-${process.pid}.secret`);
      await writeFile(file, second);
      const changed = await place.mooring(['secrets', 'set', 'greeting', '--file', file]);
      await rm(file);
      assert.match(changed.stderr, /version 2/);
      const before = JSON.parse((await place.mooring(['invoke', 'echo'])).stdout);
      assert.equal(before.greeting, first);
      process.kill(before.pid, 'SIGKILL');
      const after = JSON.parse((await place.mooring(['invoke', 'echo'])).stdout);
      assert.equal(after.greeting, second);

      const refused = await place.mooring(['secrets', 'delete', 'greeting', '--yes']);
      assert.equal(refused.code, 6);
      assert.match(refused.stderr, /in the environment of echo[^]*--force/);
      const listed = await place.mooring(['secrets', 'list']);
      assert.match(listed.stdout, /^greeting +2 /m);

      const said = [set, deployed, changed, refused, listed].map(({ stdout, stderr }) => stdout + stderr);
      const places = { answers: await answersOf(place), commands: said.join('\n') };
      assert.deepEqual(filesWith(dataDir, [first, second]), []);
      const [id] = (await management.secrets.list()).map((secret) => secret.id);
      assert.ok(places.answers.includes(id ?? ''));
      await place.stop();
      assert.deepEqual(filesWith(dataDir, [first, second]), []);
      assert.match(place.log(), /started a replica/);
      for (const [name, text] of Object.entries({ ...places, log: place.log() }))
        for (const plaintext of [first, second]) assert.equal(text.includes(plaintext), false, name);
      await assert.rejects(
        startTestServer({ dataDir, secretsKey: Buffer.alloc(32).toString('base64') }),
        /The key in MOORING_SECRETS_KEY is not the one/,
      );
      await rm(join(dataDir, 'secrets.key'));
      await assert.rejects(startTestServer({ dataDir }), /is not here. Put it back as .*secrets\.key/);
    },
  );

  it('that is taken away by force keeps its application from starting, and the owner is told why', async () => {
    await using test = await startTestServer();
    const { management, server } = test;
    const { compartmentId } = server.profile;
    const { id } = await management.secrets.create({ name: 'key', compartmentId, value: first });
    const { application, workRequestId } = await management.applications.create({
      displayName: 'echo',
      compartmentId,
      inboundAuthConfig: { inboundAuthConfigType: 'NO_AUTH_CONFIG' },
      environmentVariables: [{ name: 'API_KEY', type: 'VAULT', value: id }],
    });
    await management.workRequests.wait(workRequestId ?? '', { interval: 25 });
    await management.secrets.delete(id, { force: true });
    const created = await management.deployments.create({
      hostedApplicationId: application.id,
      compartmentId,
      activeArtifact: {
        artifactType: 'LOCAL_PROCESS_ARTIFACT',
        command: ['node', '--conditions=mooring', 'echo-app.ts'],
        workingDirectory,
      },
    });
    const done = await management.workRequests.wait(created.workRequestId ?? '', { interval: 25 });
    assert.equal(done.status, 'FAILED');
    const [error] = await management.workRequests.errors(done.id);
    assert.match(
      error?.message ?? '',
      /The secret .* of the environment variable API_KEY is not there any more/,
    );
  });
});
