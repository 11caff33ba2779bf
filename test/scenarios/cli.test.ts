/** The command line as people use it: processes of `mooring`, a real server, the example application. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../../packages/cli/bin/mooring.js', import.meta.url));
const weather = fileURLToPath(new URL('../../examples/weather', import.meta.url));
const command = 'node --conditions=mooring server.ts';
const freePorts = ['--port=0', '--tls-port=0', '--manage-port=0', '--manage-tls-port=0'];
/** Nobody listens there, so that the example falls back to its sample and nothing leaves this machine. */
const offline = { NWS_API_BASE: 'http://127.0.0.1:9' };

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(cwd: string, args: readonly string[]): ChildProcess {
  const env = { ...process.env, ...offline, MOORING_PROFILE: '' };
  return spawn(process.execPath, [launcher, ...args], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
}

async function mooring(cwd: string, args: readonly string[], input = ''): Promise<Ran> {
  const child = start(cwd, args);
  assert.ok(child.stdout && child.stderr);
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, stdout, stderr };
}

interface Place extends AsyncDisposable {
  readonly path: string;
}

async function place(): Promise<Place> {
  const path = await mkdtemp(join(tmpdir(), 'mooring-scenario-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

interface Serving extends AsyncDisposable {
  readonly urls: Readonly<Record<string, string>>;
  /** Sends SIGINT as often as said, without a pause. */
  interrupt(times: number): Promise<{ code: number | null; stderr: string }>;
}

/** `mooring serve` in a directory; resolves when it says that it is ready. */
async function serving(cwd: string, ...args: string[]): Promise<Serving> {
  const child = start(cwd, ['serve', '--json', ...freePorts, '--log-level', 'error', ...args]);
  assert.ok(child.stdout && child.stderr);
  const stderr = text(child.stderr);
  const closed = once(child, 'close');
  const interrupt = async (times: number): Promise<{ code: number | null; stderr: string }> => {
    for (let count = 0; count < times; count += 1) child.kill('SIGINT');
    await closed;
    return { code: child.exitCode, stderr: await stderr };
  };
  return {
    urls: (await readReady(child)).urls,
    interrupt,
    [Symbol.asyncDispose]: async () => void (await interrupt(1)),
  };
}

interface Ready {
  readonly urls: Record<string, string>;
}

async function readReady(child: ChildProcess): Promise<Ready> {
  assert.ok(child.stdout);
  let output = '';
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    output += String(chunk);
    if (output.endsWith('}\n')) return JSON.parse(output);
  }
  throw new Error(`mooring serve ended before it was ready: ${output}`);
}

/** Processes on this machine that were started as replicas of that application. */
async function replicasOf(applicationId: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (environment.includes(`MOORING_APPLICATION_ID=${applicationId}`)) found.push(pid);
  }
  return found;
}

test('serve --demo --once deploys the example, calls it over wss, and leaves nothing running', async () => {
  await using here = await place();
  const args = ['serve', '--demo', '--once', '--json', ...freePorts];
  const { code, stdout, stderr } = await mooring(here.path, args);
  assert.equal(code, 0, stderr);
  const { applicationId, endpoints, exchange } = JSON.parse(stdout);
  assert.match(endpoints.ws, /^wss:\/\/localhost:\d+\/20251112\/ws\/hostedapplication\//);
  const sent = exchange.filter(({ direction }: { direction: string }) => direction === 'sent');
  assert.deepEqual(
    sent.map(({ message }: { message: { method: string } }) => message.method),
    ['initialize', 'notifications/initialized', 'tools/list', 'tools/call'],
  );
  assert.match(JSON.stringify(exchange.at(-1)), /sample data/);
  assert.deepEqual(await replicasOf(applicationId), []);

  const again = await mooring(here.path, ['serve', '--demo', '--once', ...freePorts]);
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stdout, new RegExp(`^→ [^]*← [^]*Ready, [\\d.]+ s [^]*weather {2}${applicationId}`));
  assert.doesNotMatch(again.stderr, /Deploying/);
});

test('serve --demo leaves a server alone that has other applications', async () => {
  await using here = await place();
  await using server = await serving(here.path);
  assert.equal((await mooring(here.path, ['apps', 'create', 'other'])).code, 0);
  assert.equal((await server.interrupt(1)).code, 0);
  const { code, stdout, stderr } = await mooring(here.path, ['serve', '--demo', '--once', ...freePorts]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /no weather among them: nothing is called/);
  assert.doesNotMatch(stdout, /→/);
});

test('a port or a data directory that is taken is named, with what to do', async () => {
  await using here = await place();
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  assert.ok(address && typeof address === 'object');
  const flags = ['--port=0', `--tls-port=${address.port}`, '--manage-port=0', '--manage-tls-port=0'];
  const taken = await mooring(here.path, ['serve', '--data-dir', 'other', ...flags]);
  holder.close();
  assert.equal(taken.code, 1);
  assert.match(taken.stderr, new RegExp(`${address.port}[^]*--tls-port`));

  await using _server = await serving(here.path);
  const locked = await mooring(here.path, ['serve', ...freePorts]);
  assert.equal(locked.code, 6);
  assert.match(locked.stderr, /npx mooring status/);
});

test('the commands, one after the other, against one server', async (t) => {
  await using here = await place();
  await using server = await serving(here.path);
  const run = async (args: readonly string[], input?: string): Promise<Ran> =>
    mooring(here.path, args, input);
  const ok = async (args: readonly string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await run(args, input);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  let id = '';

  await t.test('deploy makes the application and waits until it serves', async () => {
    const env = `NWS_API_BASE=${offline.NWS_API_BASE}`;
    id = (await ok(['deploy', 'weather', '--command', command, '--cwd', weather, '--env', env])).trim();
    assert.match(id, /^ocid1\.generativeaihostedapplication\./);
    assert.match(await ok(['status']), /weather +ACTIVE +ACTIVE +1\/1/);
  });

  await t.test('token and url are all that another client needs', async () => {
    const token = (await ok(['token', 'weather'])).trim();
    const url = (await ok(['url', 'weather', '/health', '--plain'])).trim();
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(answer.status, 200);
    assert.equal((await fetch(url)).status, 401);
  });

  await t.test('invoke goes over TLS with its own token', async () => {
    assert.equal((await run(['invoke', 'weather', '/health', '--json'])).code, 0);
    const missing = await run(['invoke', 'weather', '/nowhere']);
    assert.equal(missing.code, 8);
    assert.match(missing.stderr, /404/);
  });

  await t.test('mcp lists the tools and calls one', async () => {
    assert.match(await ok(['mcp', 'tools', 'weather']), /^get-weather\n[^]*get-alerts\n[^]*get-forecast\n/);
    assert.match(await ok(['mcp', 'call', 'weather', 'get-alerts', 'state=CA']), /sample data/);
    const point = ['latitude=37.77', 'longitude=-122.42'];
    assert.match(await ok(['mcp', 'call', 'weather', 'get-weather', ...point]), /sample data/);
  });

  await t.test('connect is a pipe', async () => {
    const ping = '{"jsonrpc":"2.0","id":7,"method":"ping"}\n';
    const args = ['connect', 'weather', '/ws', '--subprotocol', 'mcp'];
    assert.deepEqual(JSON.parse(await ok([...args], ping)), { jsonrpc: '2.0', id: 7, result: {} });
    assert.equal((await run(['connect', 'weather', '/nowhere'])).code, 8);
  });

  await t.test('logs shows what the application wrote', async () => {
    assert.match(await ok(['logs', 'weather']), /sample data/);
  });

  await t.test('a client that is created can get a token, and no more when it is deleted', async () => {
    const made = JSON.parse(await ok(['clients', 'create', 'weather', 'other', '--json']));
    assert.match(await ok(['clients', 'list', 'weather']), new RegExp(made.clientId));
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: made.clientId,
      client_secret: made.clientSecret,
      scope: made.scope,
    });
    const plain = new URL(new URL(made.tokenUrl).pathname, server.urls['managementPlain']);
    const ask = async (): Promise<number> => (await fetch(plain, { method: 'POST', body: form })).status;
    assert.equal(await ask(), 200);
    await ok(['clients', 'delete', 'weather', made.clientId, '--yes']);
    assert.notEqual(await ask(), 200);
  });

  await t.test(
    'a version that does not start is told with its output, and the old one serves on',
    async () => {
      await writeFile(join(here.path, 'broken.js'), 'console.error("no database"); process.exit(3);');
      const broken = await run(['deploy', 'weather', '--command', 'node broken.js']);
      assert.equal(broken.code, 1);
      assert.match(broken.stderr, /exited with code 3[^]*no database/);
      assert.equal((await run(['invoke', 'weather', '/health'])).code, 0);
    },
  );

  await t.test(
    'logs -f goes on into new replicas, each line with its time and its replica',
    { timeout: 120_000 },
    async (follow) => {
      const child = start(here.path, ['logs', 'weather', '-f']);
      follow.after(() => child.kill('SIGKILL'));
      assert.ok(child.stdout);
      const closed = once(child, 'close');
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
      const next = async (): Promise<string> => {
        const { value = '' } = await lines.next();
        const [, replica = ''] = /^\d{4}-\d\d-\d\dT[\d:.]+Z (replica-\w+) /.exec(value) ?? assert.fail(value);
        return replica;
      };
      await next();
      await ok(['apps', 'update', 'weather', '--env', 'FOLLOWED=1']);
      const { replicas } = JSON.parse(await ok(['status', 'weather', '--json']));
      const fresh = replicas.find(({ state }: { state: string }) => state === 'READY');
      while ((await next()) !== fresh.id);
      child.kill('SIGINT');
      await closed;
      assert.equal(child.exitCode, 130);
    },
  );

  await t.test('settings and environment are changed', async () => {
    await ok(['apps', 'update', 'weather', '--set', 'hold=5', '--env', 'EXTRA=1']);
    const shown = JSON.parse(await ok(['apps', 'show', 'weather']));
    assert.equal(shown.settings.hold, 5);
    assert.ok(shown.environmentVariables.some(({ name }: { name: string }) => name === 'EXTRA'));
  });

  await t.test('delete takes the application and its replicas away', async () => {
    await ok(['apps', 'delete', 'weather', '--yes']);
    assert.deepEqual(await replicasOf(id), []);
    assert.equal((await run(['token', 'weather'])).code, 5);
  });

  await t.test('an interruption that arrives twice at once stops the server in good order', async () => {
    const { code, stderr } = await server.interrupt(2);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /Stopping[^]*Stopped\.\n$/);
    const gone = await run(['status']);
    assert.equal(gone.code, 3);
    assert.match(
      gone.stderr,
      /No server answers at https:\/\/localhost:\d+\.\nStart one with: npx mooring serve/,
    );
  });
});
