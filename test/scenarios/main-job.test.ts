import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CreateArtifactDetails } from '@mooring/contract';
import { heard, refusal } from '../fixtures/heard.ts';
import { bearer, openLive } from '../fixtures/live.ts';
import { startTestServer } from '../fixtures/server.ts';

const echo = ['node', '--conditions=mooring', 'echo-app.ts'];
const workingDirectory = new URL('../fixtures', import.meta.url).pathname;

describe('an application hosted by a whole server', () => {
  it('answers over HTTP and WebSocket, by TLS and plainly, to whoever has a token', async () => {
    await using test = await startTestServer();
    const app = await test.deploy({
      name: 'echo',
      command: echo,
      workingDirectory,
      environment: { GREETING: 'hello' },
    });
    assert.deepEqual(app.errors, []);
    const token = await test.token(app.id);

    const answer = await fetch(app.http('/some/path?x=1'), bearer(token));
    const seen = await heard(answer);
    assert.equal(seen.url, '/some/path?x=1');
    assert.equal(seen.greeting, 'hello');
    assert.equal(seen.headers.authorization, undefined);
    assert.equal(seen.headers['mooring-scope'], 'invoke');

    const { ca } = test.server.profile;
    const secure = app
      .ws('/ws')
      .replace(
        test.server.urls.applicationsPlain.replace('http', 'ws'),
        test.server.urls.applications.replace('https', 'wss'),
      );
    for (const [url, options] of [
      [app.ws('/ws'), {}],
      [secure, { ca }],
    ] as const) {
      using live = await openLive(url, { ...bearer(token), ...options });
      live.send('hello');
      assert.equal(await live.next(), 'hello');
      live.socket.close(4000, 'enough');
      assert.deepEqual(await live.closed, { code: 4000, reason: 'enough' });
    }
  });

  it('hands the verified caller to the replica, with an assertion that our keys verify', async () => {
    const { createRemoteJWKSet, jwtVerify } = await import('jose');
    await using test = await startTestServer();
    const app = await test.deploy({ name: 'echo', command: echo, workingDirectory });
    const answer = await fetch(app.http(), bearer(await test.token(app.id)));
    const { headers } = await heard(answer);
    const keys = createRemoteJWKSet(
      new URL(`${test.server.urls.managementPlain}/identity/admin/v1/SigningCert/jwk`),
    );
    const { payload } = await jwtVerify(headers['mooring-assertion'] ?? '', keys, { audience: app.id });
    assert.equal(payload.sub, headers['mooring-subject']);
    assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 60);
  });

  it('says why it did not come up: exit code and last output', async () => {
    await using test = await startTestServer();
    const app = await test.deploy({
      name: 'broken',
      command: ['node', '-e', 'console.log("about to fail"); process.exit(3)'],
    });
    assert.equal(app.status, 'FAILED');
    assert.match(app.errors.join('\n'), /3[\s\S]*about to fail/);
    const { deployment } = await test.management.status.application(app.id);
    assert.equal(deployment?.lifecycleState, 'NEEDS_ATTENTION');
  });

  it('refuses a replica that listens on more than loopback', async () => {
    await using test = await startTestServer();
    const wide = 'require("http").createServer((q, r) => r.end()).listen(process.env.PORT, "0.0.0.0")';
    const app = await test.deploy({
      name: 'wide',
      command: ['node', '-e', wide],
      settings: { startDeadline: 3 },
    });
    assert.equal(app.status, 'FAILED');
    assert.match(app.errors.join('\n'), /127\.0\.0\.1|\$HOST/);
  });

  it('tells a client that its replica died, and heals', async () => {
    await using test = await startTestServer();
    const app = await test.deploy({ name: 'echo', command: echo, workingDirectory });
    const token = await test.token(app.id);
    using live = await openLive(app.ws(), bearer(token));
    live.send('die');
    assert.equal((await live.closed).code, 1011);
    const healed = await fetch(app.http(), bearer(token));
    assert.equal(healed.status, 200);
  });

  it('is gone for everybody once it is deleted', async () => {
    await using test = await startTestServer();
    const app = await test.deploy({ name: 'echo', command: echo, workingDirectory });
    const token = await test.token(app.id);
    const { workRequestId } = await test.management.applications.delete(app.id);
    await test.management.workRequests.wait(workRequestId ?? '', { interval: 25 });
    for (const headers of [{}, bearer(token).headers]) {
      const answer = await fetch(app.http(), { headers });
      assert.equal(answer.status, 404);
      assert.equal((await refusal(answer)).code, 'NotAuthorizedOrNotFound');
    }
  });
});

describe('a new artifact', () => {
  it('takes new arrivals while an old connection is sent away with 1012', async () => {
    await using test = await startTestServer();
    const settings = { drainAfter: 0, drainSpread: 0 };
    const app = await test.deploy({ name: 'echo', command: echo, workingDirectory, settings });
    const token = await test.token(app.id);
    using live = await openLive(app.ws(), bearer(token));
    const before = await heard(await fetch(app.http(), bearer(token)));

    const deployment = (await test.management.status.application(app.id)).deployment?.id ?? '';
    const command = [...echo, 'second'];
    const artifact: CreateArtifactDetails = {
      artifactType: 'LOCAL_PROCESS_ARTIFACT',
      command,
      workingDirectory,
    };
    await test.management.deployments.addArtifact(deployment, artifact);
    const { workRequestId } = await test.management.deployments.update(deployment, {
      activeArtifact: artifact,
    });
    const finished = await test.management.workRequests.wait(workRequestId ?? '', { interval: 25 });
    assert.equal(finished.status, 'SUCCEEDED');

    const closed = await live.closed;
    assert.equal(closed.code, 1012);
    assert.ok(JSON.parse(closed.reason).retryAfterMs >= 0);
    const after = await heard(await fetch(app.http(), bearer(token)));
    assert.notEqual(after.pid, before.pid);
  });
});
