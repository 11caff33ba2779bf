import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { hostLabel } from '@mooring/contract';
import { testArtifact, testDeployment, type Received } from '@mooring/client/testing';
import { mooring } from '../fixture/mooring.ts';
import { platform } from '../fixture/platform.ts';

const changes = (received: readonly Received[]): string[] =>
  received
    .filter(({ method, path }) => method !== 'GET' && !path.startsWith('/identity'))
    .map(({ method, path }) => `${method} ${path}`);

test('a name means the application of that name, an id the one of that id', async () => {
  await using server = await platform('weather', 'chat');
  const [weather, chat] = server.applications;
  assert.ok(weather && chat);
  const { cwd } = server;
  const byName = await mooring(['url', 'chat', 'a/b?c=d'], { cwd });
  assert.equal(
    byName.stdout,
    `${server.url}/20251112/hostedApplications/${chat.id}/actions/invoke/a/b?c=d\n`,
  );
  const byId = await mooring(['url', weather.id, '/ws', '--ws', '--json'], { cwd });
  const ws = server.url.replace('http', 'ws');
  assert.deepEqual(JSON.parse(byId.stdout), {
    url: `${ws}/20251112/ws/hostedapplication/${weather.id}/ws`,
  });
});

test('where applications have host names of their own, that is the URL; calls go by the path', async () => {
  await using server = await platform('weather');
  const [weather] = server.applications;
  assert.ok(weather);
  const { cwd, profile } = server;
  const urlAt = async (appsDomain: string, ...options: string[]): Promise<string> => {
    await writeFile(join(cwd, '.mooring', 'cli.json'), JSON.stringify({ ...profile, appsDomain }));
    return (await mooring(['url', 'weather', '/ws', ...options], { cwd })).stdout.trim();
  };
  const { port } = new URL(server.url);
  const label = hostLabel(weather.id);
  const below = `${server.url}/20251112/hostedApplications/${weather.id}/actions/invoke/ws`;
  assert.equal(await urlAt('apps.example.com'), `http://${label}.apps.example.com:${port}/ws`);
  assert.equal(await urlAt('apps.example.com', '--ws'), `ws://${label}.apps.example.com:${port}/ws`);
  assert.equal(await urlAt('apps.example.com', '--plain'), below);
  assert.equal(await urlAt('apps.localhost', '--plain'), `http://${label}.apps.localhost:${port}/ws`);
  const { stdout } = await mooring(['invoke', 'weather', '/x'], { cwd });
  assert.match(stdout, /^GET \/20251112\/hostedApplications\/.*\/invoke\/x/);
});

test('an unknown name lists the known ones', async () => {
  await using server = await platform('weather', 'chat');
  const { code, stdout, stderr } = await mooring(['token', 'wether'], { cwd: server.cwd });
  assert.deepEqual({ code, stdout }, { code: 5, stdout: '' });
  assert.equal(stderr, 'error: There is no application "wether".\nThere are: chat, weather\n');
});

test('where there is nothing yet, the error says how to begin', async () => {
  await using server = await platform();
  const { code, stderr } = await mooring(['token', 'weather'], { cwd: server.cwd });
  assert.equal(code, 5);
  assert.match(stderr, /npx mooring deploy weather --command/);
});

test('a name that two applications have is refused with their ids', async () => {
  await using server = await platform('twin', 'twin');
  const { code, stderr } = await mooring(['url', 'twin'], { cwd: server.cwd });
  assert.equal(code, 6);
  for (const { id } of server.applications) assert.ok(stderr.includes(id));
});

test('a deleted application is as if it was never there', async () => {
  await using server = await platform('weather');
  const { cwd, applications } = server;
  assert.equal((await mooring(['apps', 'delete', 'weather', '--yes'], { cwd })).code, 0);
  assert.equal((await mooring(['url', 'weather'], { cwd })).code, 5);
  assert.equal((await mooring(['url', applications[0]?.id ?? ''], { cwd })).code, 5);
  assert.match((await mooring(['apps', 'list'], { cwd })).stdout, /No applications yet/);
  assert.match((await mooring(['apps', 'list', '--all'], { cwd })).stdout, /weather +DELETED/);
});

test('where no terminal can be asked at, a deletion needs --yes', async () => {
  await using server = await platform('weather');
  const { cwd, received } = server;
  for (const args of [
    ['apps', 'delete', 'weather'],
    ['clients', 'delete', 'weather', 'c1'],
  ]) {
    const { code, stderr } = await mooring(args, { cwd });
    assert.equal(code, 2);
    assert.match(stderr, /Add --yes/);
  }
  assert.deepEqual(changes(received), []);
});

test('token prints the token and nothing else', async () => {
  await using server = await platform('weather');
  const { cwd } = server;
  assert.deepEqual(await mooring(['token', 'weather'], { cwd }), {
    code: 0,
    stdout: 'app-token\n',
    stderr: '',
  });
  const json = await mooring(['token', 'weather', '--json'], { cwd });
  assert.equal(JSON.parse(json.stdout).accessToken, 'app-token');
});

test('the profile is named by --profile before MOORING_PROFILE, and a readable one is warned about', async () => {
  await using server = await platform('weather');
  const file = join(server.cwd, '.mooring', 'cli.json');
  await chmod(file, 0o644);
  const env = { MOORING_PROFILE: '/nowhere.json' };
  const named = await mooring(['--profile', file, 'token', 'weather'], { cwd: '/', env });
  assert.equal(named.stdout, 'app-token\n');
  assert.match(named.stderr, /^warning: Others may read .* Run: chmod 600 /);
  const unnamed = await mooring(['token', 'weather'], { cwd: server.cwd, env });
  assert.equal(unnamed.code, 3);
  assert.match(unnamed.stderr, /\/nowhere\.json cannot be read/);
});

test('a server that is not running is exit 3 with the command that starts one', async () => {
  const server = await platform('weather');
  const { profile, cwd } = server;
  await server[Symbol.asyncDispose]();
  await mkdir(join(cwd, '.mooring'), { recursive: true });
  await writeFile(join(cwd, '.mooring', 'cli.json'), JSON.stringify(profile), { mode: 0o600 });
  const { code, stderr } = await mooring(['status'], { cwd });
  assert.equal(code, 3);
  assert.equal(
    stderr,
    `error: No server answers at ${profile.managementUrl}.\nStart one with: npx mooring serve\n`,
  );
});

test('a path that would lead out of the application is a wrong command line', async () => {
  await using server = await platform('weather');
  const { code, stderr } = await mooring(['invoke', 'weather', '/../../x'], { cwd: server.cwd });
  assert.equal(code, 2);
  assert.match(stderr, /is no path within an application/);
});

test('invoke sends method, headers and body with a token, and prints the answer', async () => {
  await using server = await platform('weather');
  server.invoked = ({ method, headers, body }) => ({
    body: `${method} ${String(headers['x-a'])} ${headers['content-type']} ${body}`,
  });
  const { cwd } = server;
  const headers = ['-H', 'X-A: 1', '-H', 'x-a: 2', '-H', 'Content-Type: text/plain'];
  const posted = await mooring(['invoke', 'weather', '/x', ...headers, '-d', 'hello'], { cwd });
  assert.deepEqual(posted, { code: 0, stdout: 'POST 1, 2 text/plain hello', stderr: '' });
  await writeFile(join(cwd, 'body.txt'), 'from a file');
  const file = await mooring(['invoke', 'weather', '-X', 'put', '-d', '@body.txt'], { cwd });
  assert.equal(file.stdout, 'PUT undefined undefined from a file');
  const piped = await mooring(['invoke', 'weather', '-d', '@-'], { cwd, stdin: 'from a pipe' });
  assert.equal(piped.stdout, 'POST undefined undefined from a pipe');
});

test("an application's error status is exit 8, with its body on stdout", async () => {
  await using server = await platform('weather');
  server.invoked = () => ({ status: 404, headers: { 'x-b': 'c' }, body: 'nothing here' });
  const { cwd } = server;
  assert.deepEqual(await mooring(['invoke', 'weather', '/x'], { cwd }), {
    code: 8,
    stdout: 'nothing here',
    stderr: 'error: The answer has status 404 Not Found.\n',
  });
  const json = await mooring(['invoke', 'weather', '--json'], { cwd });
  const { status, headers, body } = JSON.parse(json.stdout);
  assert.deepEqual({ status, b: headers['x-b'], body }, { status: 404, b: 'c', body: 'nothing here' });
});

test('an own Authorization header takes the place of the token', async () => {
  await using server = await platform('weather');
  const { code, stdout } = await mooring(['invoke', 'weather', '-H', 'Authorization: Basic x'], {
    cwd: server.cwd,
  });
  assert.equal(code, 8);
  assert.match(stdout, /NotAuthenticated/);
  assert.ok(!server.received.some(({ path }) => path.endsWith('/tokens')));
});

for (const [name, args] of [
  ['a header without a colon', ['invoke', 'x', '-H', 'nonsense']],
  ['a header with a line break', ['invoke', 'x', '-H', 'a: b\r\nc: d']],
  ['a body file that is not there', ['invoke', 'x', '-d', '@nowhere']],
  ['both kinds of URL', ['url', 'x', '--ws', '--http']],
  ['a port that is none', ['serve', '--port', '70000']],
  ['a public URL that is none', ['serve', '--public-url', 'nonsense']],
  ['a certificate without its key', ['serve', '--tls-cert', 'x.pem']],
  ['--once without --demo', ['serve', '--once']],
  ['a command that is empty', ['deploy', 'x', '--command', ' ']],
  ['a directory that is not there', ['deploy', 'x', '--command', 'a', '--cwd', '/nowhere/at/all']],
  ['a reserved variable', ['deploy', 'x', '--command', 'a', '--env', 'PORT=1']],
  ['no command', ['deploy', 'x']],
  ['an unknown command', ['fly']],
  ['an unknown option', ['status', '--fly']],
  ['too many arguments', ['token', 'x', 'y']],
  ['an update of nothing', ['apps', 'update', 'x']],
  ['a setting that is none', ['apps', 'update', 'x', '--set', 'speed=1']],
  ['a setting out of its range', ['apps', 'update', 'x', '--set', 'hold=-1']],
  ['a setting that is neither true nor false', ['apps', 'update', 'x', '--set', 'mcpTelemetry=yes']],
  ['a setting that is no number', ['apps', 'update', 'x', '--set', 'hold=']],
  ['an issuer without a scope', ['apps', 'create', 'y', '--domain-url', 'https://x']],
  ['a number of lines that is none', ['logs', 'x', '-n', 'many']],
] as const)
  test(`${name} is exit 2 and changes nothing`, async () => {
    await using server = await platform('x');
    const { code, stdout, stderr } = await mooring([...args], { cwd: server.cwd });
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
    assert.match(stderr, /^error: /);
    assert.deepEqual(changes(server.received), []);
  });

test('every command has help with an example and the exit codes', async () => {
  const groups = [['apps'], ['clients'], ['compartments'], ['mcp']];
  const leaves = [
    ...['serve', 'status', 'deploy', 'token', 'url', 'invoke', 'connect', 'logs'].map((name) => [name]),
    ...['list', 'show', 'create', 'update', 'delete'].map((name) => ['apps', name]),
    ...['list', 'create', 'delete'].map((name) => ['clients', name]),
    ...['list', 'create', 'delete'].map((name) => ['compartments', name]),
    ...['tools', 'call'].map((name) => ['mcp', name]),
  ];
  for (const path of [...groups, ...leaves]) {
    const { code, stdout } = await mooring([...path, '--help']);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`Usage: mooring ${path.join(' ')}`));
    assert.match(stdout, /--json/);
    assert.match(stdout, /Exit codes: 0 done/);
  }
  for (const path of leaves) assert.match((await mooring([...path, '--help'])).stdout, /Examples?:\n {2}/);
});

test('status shows the server, or one application', async () => {
  await using server = await platform('weather');
  const { cwd } = server;
  const all = await mooring(['status'], { cwd });
  assert.match(all.stdout, /^Mooring 0\.1\.0, ready/);
  assert.match(all.stdout, /weather +ACTIVE +- +0\/0 +0 +ocid1\./);
  const one = await mooring(['status', 'weather'], { cwd });
  assert.match(one.stdout, /^name {9}weather\n/);
  assert.match(
    one.stdout,
    /\nscaling: 1 of 0 to 3 replicas wanted, 1 ready; 10 requests and connections at a time for each, 4 now\n/,
  );
  assert.match(one.stdout, /Z {2}0 to 1 {2}WAKE: Somebody came/);
  assert.equal(JSON.parse((await mooring(['status', '--json'], { cwd })).stdout).ready, true);
});

test('logs prints lines, or one object per line', async () => {
  await using server = await platform('weather');
  const { cwd } = server;
  const text = await mooring(['logs', 'weather', '-n', '5'], { cwd });
  assert.equal(text.stdout.split('\n')[0], '2026-01-02T03:04:05.000Z r1 first');
  assert.ok(server.received.some(({ path }) => path.includes('/logs?tail=5&follow=false')));
  const json = await mooring(['logs', 'weather', '--json'], { cwd });
  assert.equal(JSON.parse(json.stdout.split('\n')[0] ?? '').text, 'first');
});

test('applications of both kinds are listed, in every compartment or in one', async () => {
  await using server = await platform('weather');
  const { cwd, applications, received } = server;
  const made = await mooring(['apps', 'create', 'billing', '--iam'], { cwd });
  assert.equal(made.code, 0, made.stderr);
  const [, billing] = applications;
  assert.match(billing?.id ?? '', /^ocid1\.generativeaihostedapplicationiam\./);
  assert.equal(billing?.inboundAuthConfig, undefined);
  const { stdout } = await mooring(['apps', 'list'], { cwd });
  assert.match(stdout, /weather +ACTIVE +token or none /);
  assert.match(stdout, /billing +ACTIVE +signature /);
  const one = await mooring(['apps', 'list', '--compartment', 'root', '--json'], { cwd });
  assert.equal(JSON.parse(one.stdout).length, 2);
  assert.ok(received.at(-1)?.path.includes('compartmentId='));
  const none = await mooring(['apps', 'list', '--compartment', 'nowhere'], { cwd });
  assert.equal(none.code, 5);
  assert.match(none.stderr, /no compartment "nowhere"[^]*There is: root/);
});

test('an IAM application takes no token', async () => {
  await using server = await platform();
  const { cwd } = server;
  await mooring(['apps', 'create', 'billing', '--iam'], { cwd });
  for (const command of ['invoke', 'token']) {
    const { code, stderr } = await mooring([command, 'billing'], { cwd });
    assert.equal(code, 4);
    assert.match(stderr, /takes no tokens[^]*oci raw-request/);
  }
  const open = await mooring(['apps', 'update', 'billing', '--no-auth'], { cwd });
  assert.equal(open.code, 2);
  assert.match(open.stderr, /sign their requests, for its whole life[^]*make another application/);
  const mixed = await mooring(['apps', 'create', 'x', '--iam', '--no-auth'], { cwd });
  assert.deepEqual([mixed.code, server.applications.length], [2, 1]);
  const url = await mooring(['url', 'billing', '/ws', '--ws'], { cwd });
  assert.match(url.stdout, /\/20251112\/ws\/hostedapplicationiam\/[^/]+\/ws\n$/);
});

test('deploy --iam makes an IAM application, and does not turn one that takes tokens into one', async () => {
  await using server = await platform('weather');
  const { cwd, applications, deployments } = server;
  const command = ['--command', 'node server.ts', '--iam'];
  const made = await mooring(['deploy', 'billing', ...command], { cwd });
  assert.equal(made.code, 0, made.stderr);
  assert.equal(deployments[0]?.hostedApplicationId, applications[1]?.id);
  assert.match(applications[1]?.id ?? '', /applicationiam/);
  assert.equal((await mooring(['deploy', 'billing', ...command], { cwd })).code, 0);
  const { code, stderr } = await mooring(['deploy', 'weather', ...command], { cwd });
  assert.equal(code, 6);
  assert.match(stderr, /weather exists and does not take signed requests[^]*choose another name/);
  assert.equal(deployments.length, 1);
});

test('a second application of a name has an audience of its own, and the name alone is refused from then on', async () => {
  await using server = await platform();
  const { cwd, applications } = server;
  for (const more of [[], ['--same-name']])
    assert.equal((await mooring(['apps', 'create', 'twin', ...more], { cwd })).code, 0);
  const audiences = applications.map(({ inboundAuthConfig }) => inboundAuthConfig?.idcsConfig?.audience);
  assert.equal(new Set(audiences).size, 2);
  const { code, stderr } = await mooring(['apps', 'show', 'twin'], { cwd });
  assert.equal(code, 6);
  for (const { id } of applications) assert.ok(stderr.includes(id), stderr);
});

test('compartments are listed, created, used and deleted', async () => {
  await using server = await platform('weather');
  const { cwd, applications, compartments } = server;
  const made = await mooring(['compartments', 'create', 'team-a'], { cwd });
  const target = compartments.at(-1)?.id;
  assert.deepEqual([made.code, made.stdout], [0, `${target}\n`]);
  assert.match((await mooring(['compartments', 'list'], { cwd })).stdout, /^root [^]*\nteam-a /m);
  const moved = await mooring(['apps', 'update', 'weather', '--compartment', 'team-a'], { cwd });
  assert.equal(moved.code, 0, moved.stderr);
  assert.equal(applications[0]?.compartmentId, target);
  await mooring(['apps', 'create', 'chat', '--compartment', 'team-a'], { cwd });
  assert.equal(applications[1]?.compartmentId, target);
  assert.equal((await mooring(['compartments', 'delete', 'team-b', '--yes'], { cwd })).code, 5);
  assert.equal((await mooring(['compartments', 'delete', 'team-a', '--yes'], { cwd })).code, 0);
  assert.equal(compartments.length, 1);
});

test('clients are listed, created and deleted', async () => {
  await using server = await platform('weather');
  const { cwd } = server;
  assert.match((await mooring(['clients', 'list', 'weather'], { cwd })).stdout, /c1 +default +client_cred/);
  const made = await mooring(['clients', 'create', 'weather', 'desktop'], { cwd });
  assert.match(made.stdout, /client_secret {2}s3cret\n/);
  assert.match(made.stderr, /not shown again/);
  assert.equal((await mooring(['clients', 'delete', 'weather', 'c1', '--yes'], { cwd })).code, 0);
  assert.equal((await mooring(['clients', 'delete', 'weather', 'c2', '--yes'], { cwd })).code, 5);
});

test('apps create protects by the embedded domain unless told otherwise', async () => {
  await using server = await platform('weather');
  const { cwd, applications } = server;
  const made = await mooring(['apps', 'create', 'chat', '--env', 'A=1', '--min-replica', '0'], { cwd });
  assert.equal(made.code, 0, made.stderr);
  assert.deepEqual(applications[1]?.inboundAuthConfig, {
    inboundAuthConfigType: 'IDCS_AUTH_CONFIG',
    idcsConfig: {
      domainUrl: 'https://localhost:9443/identity',
      audience: 'urn:mooring:app:chat',
      scope: 'invoke',
    },
  });
  assert.equal(applications[1]?.scalingConfig?.minReplica, 0);
  assert.equal((await mooring(['apps', 'create', 'open', '--no-auth'], { cwd })).code, 0);
  assert.equal(applications[2]?.inboundAuthConfig?.inboundAuthConfigType, 'NO_AUTH_CONFIG');
  const again = await mooring(['apps', 'create', 'weather'], { cwd });
  assert.equal(again.code, 6);
  assert.match(again.stderr, /--same-name/);
});

test('apps update changes what is said and keeps the rest', async () => {
  await using server = await platform('weather');
  const { cwd, applications, received } = server;
  await mooring(['apps', 'update', 'weather', '--env', 'A=1', '--env', 'B=2'], { cwd });
  const args = ['apps', 'update', 'weather', '--unset-env', 'A', '--env', 'C=3'];
  args.push('--set', 'hold=5', '--set', 'mcpTelemetry=true');
  const changed = await mooring(args, { cwd });
  assert.equal(changed.code, 0, changed.stderr);
  assert.deepEqual(
    applications[0]?.environmentVariables?.map(({ name, value }) => `${name}=${value}`),
    ['B=2', 'C=3'],
  );
  const put = received.find(({ method, path }) => method === 'PUT' && path.endsWith('/settings'));
  assert.deepEqual(JSON.parse(put?.body ?? ''), { hold: 5, mcpTelemetry: true });
  assert.equal((await mooring(['apps', 'update', 'weather', '--unset-env', 'Z'], { cwd })).code, 5);
});

test('apps show holds the settings beside the configuration', async () => {
  await using server = await platform('weather');
  const shown = JSON.parse((await mooring(['apps', 'show', 'weather'], { cwd: server.cwd })).stdout);
  assert.equal(shown.displayName, 'weather');
  assert.equal(shown.settings.hold, 30);
});

test('a command that is interrupted is exit 130', async () => {
  await using server = await platform('weather');
  const stop = new AbortController();
  stop.abort();
  const { code } = await mooring(['status'], { cwd: server.cwd, interrupted: stop.signal });
  assert.equal(code, 130);
});

const deploy = (name: string, ...more: string[]): string[] => [
  'deploy',
  name,
  '--command',
  'node "a b.ts"',
  ...more,
];

test('deploy makes the application and its first deployment, and waits', async () => {
  await using server = await platform();
  const { cwd, applications, deployments } = server;
  const { code, stdout, stderr } = await mooring(deploy('weather', '--env', 'A=1'), { cwd });
  assert.equal(code, 0, stderr);
  const [application] = applications;
  assert.equal(stdout, `${application?.id}\n`);
  assert.match(stderr, /Deploying weather: probing \/ready\nweather serves\n$/);
  assert.deepEqual(application?.environmentVariables, [{ name: 'A', type: 'PLAINTEXT', value: '1' }]);
  const artifact = deployments[0]?.activeArtifact;
  assert.ok(artifact?.artifactType === 'LOCAL_PROCESS_ARTIFACT');
  assert.deepEqual(artifact.command, ['node', 'a b.ts']);
  assert.equal(artifact.workingDirectory, cwd);
});

test('deploy again activates a new version and merges the environment', async () => {
  await using server = await platform();
  const { cwd, applications, deployments } = server;
  await mooring(deploy('weather', '--env', 'A=1', '--env', 'B=2'), { cwd });
  const again = await mooring(deploy('weather', '--env', 'B=3', '--json'), { cwd });
  assert.equal(again.code, 0, again.stderr);
  const { isNew, applicationId } = JSON.parse(again.stdout);
  assert.deepEqual({ isNew, applicationId }, { isNew: false, applicationId: applications[0]?.id });
  assert.deepEqual(
    applications[0]?.environmentVariables?.map(({ name, value }) => `${name}=${value}`),
    ['A=1', 'B=3'],
  );
  assert.deepEqual(
    deployments[0]?.artifacts.map(({ id, status }) => `${id} ${status}`),
    ['1 INACTIVE', '2 ACTIVE'],
  );
});

test('deploy without new variables leaves the application alone', async () => {
  await using server = await platform('weather');
  const { cwd, received } = server;
  await mooring(deploy('weather'), { cwd });
  assert.ok(!received.some(({ method, path }) => method === 'PUT' && path.includes('hostedApplications')));
});

test('deploy removes the oldest inactive version at the limit', async () => {
  await using server = await platform('weather');
  const { cwd, applications, deployments } = server;
  assert.ok(applications[0]);
  const artifacts = Array.from({ length: 20 }, (_, index) =>
    testArtifact(String(index + 1), index === 0 ? 'ACTIVE' : 'INACTIVE'),
  );
  deployments.push(testDeployment(applications[0], artifacts));
  const { code, stderr } = await mooring(deploy('weather'), { cwd });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /Removing version 2, the oldest of 20/);
  const ids = deployments[0]?.artifacts.map(({ id }) => Number(id));
  assert.deepEqual([ids?.length, ids?.includes(2), ids?.at(-1)], [20, false, 21]);
});

test('a deployment that fails shows why, and not what other replicas write', async () => {
  await using server = await platform('weather');
  server.outcome = 'FAILED';
  const { code, stdout, stderr } = await mooring(deploy('weather'), { cwd: server.cwd });
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
  assert.match(stderr, /error: Deploying weather failed: It exited with 1\.\n/);
  assert.doesNotMatch(stderr, /first/);
});

test('deploy --no-wait returns when the server has taken it on', async () => {
  await using server = await platform('weather');
  server.outcome = 'IN_PROGRESS';
  const { code, stderr } = await mooring(deploy('weather', '--no-wait'), { cwd: server.cwd });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /is being started/);
});
