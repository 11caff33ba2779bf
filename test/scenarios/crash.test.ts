import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { invokePath, livePath, profile } from '@mooring/contract';
import { forkServer, isAlive, type ForkedServer } from '../fixtures/forked.ts';
import { heard } from '../fixtures/heard.ts';
import { bearer, openLive } from '../fixtures/live.ts';
import { startTestServer } from '../fixtures/server.ts';

const workingDirectory = new URL('../fixtures', import.meta.url).pathname;
const echo = { name: 'echo', command: ['node', '--conditions=mooring', 'echo-app.ts'], workingDirectory };

async function dataDirectory(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'mooring-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
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
    await using running = await forkServer({ dataDir: data.path });
    const { token, url } = await issue(running, id);
    const first = await heard(await fetch(url, bearer(token)));
    await running.end('SIGKILL');

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
    let written = '';
    const output = (piece: string): void => void (written += piece);
    await using running = await forkServer({ dataDir: data.path, options: { logLevel: 'debug' }, output });
    const { token, url } = await issue(running, id);
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
    await running.end('SIGTERM');
    const { clientSecret } = profile.parse(JSON.parse(await readFile(join(data.path, 'cli.json'), 'utf8')));
    assert.match(written, /connection closed/);
    for (const secret of [token.slice(-40), pair.slice(-40), clientSecret])
      assert.ok(!written.includes(secret));
  });
});

/** A token for an application and its plain URL, as its owner gets them. */
async function issue(
  { management, urls }: ForkedServer,
  id: string,
): Promise<{ token: string; url: string }> {
  const { accessToken } = await management.tokens.issue(id);
  return { token: accessToken, url: urls.applicationsPlain + invokePath(id) };
}
