/** A person signs in at a server with the command line and a browser, works, and signs out. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { loginProfile, type LoginProfile } from '@mooring/contract';
import { TestBrowser } from '@mooring/server/browser-fixture';
import { startTestServer } from '../fixtures/server.ts';
import { verifies } from '../verifies.ts';

const launcher = fileURLToPath(new URL('../../packages/cli/bin/mooring.js', import.meta.url));
const { server, management, ...owned } = await startTestServer();
after(() => owned[Symbol.asyncDispose]());
setDefaultCACertificates([...getCACertificates(), server.profile.ca ?? '']);
const folder = await mkdtemp(join(tmpdir(), 'mooring-login-'));
after(() => rm(folder, { recursive: true }));
const profile = join(folder, 'office', 'cli.json');
const authority = join(folder, 'ca.pem');
await writeFile(authority, server.profile.ca ?? '');
const env = { ...process.env, MOORING_PROFILE: profile };

function mooring(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [launcher, ...args], { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

/** Does in a browser what the command line asks for. Returns the last page. */
async function open(link: string, { name, password }: { name: string; password: string }): Promise<string> {
  const browser = new TestBrowser();
  const { origin } = new URL(link);
  const step = async (url: string, fields: Record<string, string>) =>
    browser.follow(await browser.submit(url, fields), origin);
  const page = await browser.get(link);
  const fields = {
    xsrf: /name="xsrf" value="(\w+)"/.exec(page.html)?.[1] ?? assert.fail(page.html),
    user_code: new URL(link).searchParams.get('user_code') ?? assert.fail(link),
  };
  const device = link.split('?')[0] ?? '';
  await step(device, fields);
  const login = await step(device, { ...fields, confirm: 'yes' });
  const consent = await step(login.url, { action: 'login', name, password });
  return (await step(consent.url, { action: 'allow' })).html;
}

async function login(user: { name: string; password: string }): Promise<number> {
  const args = [launcher, 'login', server.urls.management, '--ca', authority];
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? -1)));
  for await (const line of createInterface({ input: child.stderr })) {
    const link = /^Open (\S+)$/.exec(line)?.[1];
    if (link !== undefined) assert.match(await open(link, user), /Signed in/);
  }
  return ended;
}

const kept = async (): Promise<LoginProfile> =>
  loginProfile.parse(JSON.parse(await readFile(profile, 'utf8')));

test(
  verifies('auth:login', 'signs in, renews in turn, may do what the role says, and signs out'),
  { timeout: 60_000 },
  async () => {
    const { password = '' } = await management.users.create({ name: 'olga', role: 'operator' });
    assert.equal(await login({ name: 'olga', password }), 0);
    assert.equal((await stat(profile)).mode & 0o777, 0o600);
    const first = await kept();
    assert.equal(first.applicationsUrl, server.urls.applications);

    const seen = await mooring('status', '--json');
    assert.equal(seen.code, 0, seen.stderr);
    const forbidden = await mooring('users', 'list');
    assert.match(forbidden.stderr, /admin/);
    assert.equal(
      (await kept()).login.refreshToken,
      first.login.refreshToken,
      'a good token is used as it is',
    );

    await writeFile(profile, JSON.stringify({ ...first, login: { ...first.login, expiresAt: 0 } }));
    const both = await Promise.all([mooring('status'), mooring('status')]);
    assert.deepEqual(
      both.map(({ code }) => code),
      [0, 0],
      both.map(({ stderr }) => stderr).join(''),
    );
    const renewed = await kept();
    assert.notEqual(renewed.login.refreshToken, first.login.refreshToken);
    assert.equal((await stat(profile)).mode & 0o777, 0o600);

    const left = await mooring('logout');
    assert.equal(left.code, 0, left.stderr);
    assert.equal(existsSync(profile), false);
    await writeFile(profile, JSON.stringify({ ...renewed, login: { ...renewed.login, expiresAt: 0 } }));
    const refused = await mooring('status');
    assert.match(refused.stderr, /not signed in any more[^]*mooring login/);
    const token = { headers: { authorization: `Bearer ${renewed.login.accessToken}` } };
    assert.equal((await fetch(`${server.urls.managementPlain}/v1/status`, token)).status, 401);
  },
);

test('leaves the profile of a server alone, and says what is missing', async () => {
  const refused = await mooring('--profile', server.profilePath, 'login', server.urls.management);
  assert.match(refused.stderr, /that of a server on this machine/);
  assert.match(
    (await mooring('--profile', join(folder, 'none.json'), 'login')).stderr,
    /Say where to sign in/,
  );
  assert.match((await mooring('--profile', server.profilePath, 'logout')).stderr, /not of a sign-in/);
});
