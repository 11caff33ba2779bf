import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { clientCredentials, ManagementClient } from '@mooring/client';
import { invokePath, livePath, profile } from '@mooring/contract';
import type { RunningServer } from '@mooring/server';
import { heard } from '../fixtures/heard.ts';
import { bearer, openLive } from '../fixtures/live.ts';
import { startTestServer } from '../fixtures/server.ts';

const workingDirectory = new URL('../fixtures', import.meta.url).pathname;
const echo = { name: 'echo', command: ['node', '--conditions=mooring', 'echo-app.ts'], workingDirectory };

async function dataDirectory(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'mooring-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

interface ServerProcess {
  readonly child: ChildProcess;
  readonly urls: RunningServer['urls'];
}

/** Starts a server in a process of its own; resolves when it serves. */
async function startProcess(dataDir: string): Promise<ServerProcess> {
  const child = fork(new URL('../fixtures/server-process.ts', import.meta.url), [dataDir], {
    execArgv: ['-C', 'mooring'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const [urls] = await once(child, 'message');
  return { child, urls };
}

/** A process that is dead but that nobody has waited for yet is not alive. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a server that stops', () => {
  it('leaves no child, and the next start finds every application as it was', async () => {
    await using data = await dataDirectory();
    let id = '';
    let pid = 0;
    {
      await using test = await startTestServer({ dataDir: data.path });
      const app = await test.deploy(echo);
      id = app.id;
      pid = (await heard(await fetch(app.http(), bearer(await test.token(id))))).pid;
    }
    assert.equal(isAlive(pid), false);
    await using again = await startTestServer({ dataDir: data.path });
    await again.server.firstPass;
    const status = await again.management.status.application(id);
    assert.equal(status.lifecycleState, 'ACTIVE');
    assert.equal(status.replicas[0]?.state, 'READY');
    const answer = await fetch(status.urls.httpPlain ?? '', bearer(await again.token(id)));
    assert.equal(answer.status, 200);
  });

  it('killed without warning: its replicas are collected at the next start', async () => {
    await using data = await dataDirectory();
    let id = '';
    {
      await using test = await startTestServer({ dataDir: data.path });
      id = (await test.deploy(echo)).id;
    }
    const running = await startProcess(data.path);
    const { child } = running;
    const { token, url } = await issue(running, data.path, id);
    const first = await heard(await fetch(url, bearer(token)));
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;

    await using test = await startTestServer({ dataDir: data.path });
    await test.server.firstPass;
    assert.equal(isAlive(first.pid), false);
    const status = await test.management.status.application(id);
    assert.equal(status.replicas[0]?.state, 'READY');
  });

  it('never writes a token into its log', async () => {
    await using data = await dataDirectory();
    let id = '';
    {
      await using test = await startTestServer({ dataDir: data.path });
      id = (await test.deploy(echo)).id;
    }
    const running = await startProcess(data.path);
    const { child } = running;
    const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
    const output = Promise.all(streams.map((stream) => text(stream)));
    const { token, url } = await issue(running, data.path, id);
    await fetch(`${url}?access_token=${token}`, bearer(token));
    await fetch(url, bearer(`${token}x`));
    const pair = `base64UrlBearerAuthorization.${Buffer.from(token).toString('base64url')}`;
    const ws = running.urls.applicationsPlain.replace('http', 'ws') + livePath(id);
    {
      using live = await openLive(ws, { subprotocols: [pair, 'base64UrlBearerAuthorization'] });
      assert.equal(live.socket.protocol, 'base64UrlBearerAuthorization');
      live.socket.close();
      await live.closed;
    }
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
    const written = (await output).join('');
    const { clientSecret } = profile.parse(JSON.parse(await readFile(join(data.path, 'cli.json'), 'utf8')));
    assert.match(written, /connection closed/);
    for (const secret of [token.slice(-40), pair.slice(-40), clientSecret])
      assert.ok(!written.includes(secret));
  });
});

/** A token for an application and its plain URL, as its owner gets them. */
async function issue(
  { urls }: ServerProcess,
  dataDir: string,
  id: string,
): Promise<{ token: string; url: string }> {
  const known = profile.parse(JSON.parse(await readFile(join(dataDir, 'cli.json'), 'utf8')));
  const tokenUrl = `${urls.managementPlain}/identity/oauth2/v1/token`;
  const token = clientCredentials({ ...known, tokenUrl, fetch });
  const management = new ManagementClient({ baseUrl: urls.managementPlain, token });
  const { accessToken } = await management.tokens.issue(id);
  return { token: accessToken, url: urls.applicationsPlain + invokePath(id) };
}
