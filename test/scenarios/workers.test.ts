/** Several workers on one port: what they hold together, and that one of them may die. */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { clientCredentials, connect, ticketFor } from '@mooring/client';
import { connectionTokenPath } from '@mooring/contract';
import { inWorkers } from '../fixtures/in-workers.ts';
import { bearer, openLive, type Live } from '../fixtures/live.ts';
import { sample, scrape } from '../fixtures/prometheus.ts';
import { startTestServer, type DeployedApplication, type TestServer } from '../fixtures/server.ts';
import { verifies } from '../verifies.ts';

const workers = 3;
const command = ['node', '--conditions=mooring', 'echo-app.ts'];
const workingDirectory = new URL('../fixtures', import.meta.url).pathname;

/** Begins a session when it is told none; answers with its pid. */
const sessions = `require('node:http').createServer((request, response) => {
  response.setHeader('mcp-session-id', request.headers['mcp-session-id'] ?? 'own');
  response.end(String(process.pid));
}).listen(process.env.PORT, process.env.HOST);
process.on('SIGTERM', () => process.exit(0));`;

const open: Live[] = [];
afterEach(() => {
  for (const live of open.splice(0)) live[Symbol.dispose]();
});

async function live(app: DeployedApplication, token: string): Promise<Live> {
  const made = await openLive(app.ws('/'), bearer(token));
  open.push(made);
  return made;
}

interface Stand extends AsyncDisposable {
  readonly test: TestServer;
  readonly app: DeployedApplication;
  readonly token: string;
}

async function stand(settings: Parameters<TestServer['deploy']>[0]['settings'] = {}): Promise<Stand> {
  await using owned = new AsyncDisposableStack();
  const test = owned.use(await startTestServer({ workers }));
  const app = await test.deploy({ name: 'echo', command, workingDirectory, settings });
  assert.deepEqual(app.errors, []);
  const token = await test.token(app.id);
  const everything = owned.move();
  return { test, app, token, [Symbol.asyncDispose]: () => everything.disposeAsync() };
}

describe('several workers', () => {
  it(verifies('workers:limits', 'hold the limits of an application together'), async () => {
    await using here = await stand({ maxConnections: 10, handshakeRate: 0 });
    const { app, token } = here;
    const tries = await Promise.allSettled(Array.from({ length: 40 }, () => live(app, token)));
    assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 10);
    for (const one of tries)
      if (one.status === 'rejected') assert.match(String(one.reason), /429 .*as many connections/);
    open.pop()?.[Symbol.dispose]();
    await eventually(async () => void (await live(app, token)));
  });

  it(
    verifies(
      'workers:limits',
      'never give a replica more than its maxConcurrency, and keep nobody waiting for ever',
    ),
    async () => {
      await using here = await stand({ maxConcurrency: 1, handshakeRate: 0 });
      const { app, token } = here;
      let most = 0;
      let now = 0;
      const visit = async (): Promise<void> => {
        const one = await live(app, token);
        most = Math.max(most, ++now);
        one.send('hello');
        assert.equal(await one.next(), 'hello');
        now -= 1;
        one[Symbol.dispose]();
      };
      await Promise.all(Array.from({ length: 30 }, visit));
      assert.equal(most, 1);
    },
  );

  it(
    verifies('wake:all', 'wake an application together: all that come at zero are served, and stay'),
    async () => {
      await using test = await startTestServer({ workers });
      const app = await test.deploy({
        name: 'asleep',
        command,
        workingDirectory,
        auth: { inboundAuthConfigType: 'NO_AUTH_CONFIG' },
        settings: { scaleToZeroAfter: 1, handshakeRate: 0, drainAfter: 0, drainSpread: 0 },
        scaling: {
          scalingType: 'CONCURRENCY',
          minReplica: 0,
          maxReplica: 2,
          targetConcurrencyThreshold: 1000,
        },
      });
      assert.deepEqual(app.errors, []);
      const replicas = async (): Promise<number> =>
        (await test.management.status.application(app.id)).replicas.length;
      await eventually(async () => assert.equal(await replicas(), 0));
      // None of them leaves before all are there, so that nobody is served only because another one has left.
      const opened = await Promise.all(Array.from({ length: 300 }, () => openLive(app.ws('/'))));
      open.push(...opened);
      assert.equal(await replicas(), 1);
    },
  );

  it(
    verifies('affinity:session', 'bring a session back to its replica, whichever has the call'),
    async () => {
      await using test = await startTestServer({ workers });
      const app = await test.deploy({
        name: 'sessions',
        command: ['node', '-e', sessions],
        scaling: { scalingType: 'CONCURRENCY', minReplica: 3, maxReplica: 3 },
      });
      assert.deepEqual(app.errors, []);
      const token = await test.token(app.id);
      const ask = async (session?: string): Promise<{ session: string; pid: string }> => {
        const named = session === undefined ? {} : { 'mcp-session-id': session };
        // A connection of its own each time, which any worker may get.
        const headers = { ...bearer(token).headers, ...named, connection: 'close' };
        const answer = await fetch(app.http('/'), { headers });
        assert.equal(answer.status, 200);
        return { session: answer.headers.get('mcp-session-id') ?? '', pid: await answer.text() };
      };
      const begun = await Promise.all(Array.from({ length: 9 }, () => ask()));
      assert.ok(new Set(begun.map(({ pid }) => pid)).size > 1);
      for (const { session, pid } of begun) {
        const again = await Promise.all(Array.from({ length: 8 }, () => ask(session)));
        assert.deepEqual(new Set(again.map((one) => one.pid)), new Set([pid]));
      }
    },
  );

  it(
    verifies('token:renewal', 'take a new token for a connection of any of them, and a ticket once'),
    async () => {
      await using here = await stand();
      const { test, app, token } = here;
      await using lasting = await connect(app.ws('/'), { token });
      const { connectionId = '' } = lasting;
      const url = test.server.urls.applicationsPlain + connectionTokenPath(app.id, connectionId);
      for (let turn = 0; turn < 12; turn += 1) {
        // A connection of its own each time, which any worker may get.
        const headers = { ...bearer(token).headers, connection: 'close' };
        assert.equal((await fetch(url, { method: 'PUT', headers })).status, 204);
      }
      const signal = AbortSignal.timeout(10_000);
      const { ticket } = await ticketFor(app.ws('/'), { token, signal });
      const uses = Array.from({ length: 8 }, () => openLive(`${app.ws('/')}?mooring-ticket=${ticket}`));
      const outcomes = await Promise.allSettled(uses);
      for (const one of outcomes) if (one.status === 'fulfilled') open.push(one.value);
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    },
  );

  it(
    verifies(
      'auth:revoked',
      'all end what a deleted client has open, refuse its token, and leave others alone',
    ),
    async () => {
      await using here = await stand({ handshakeRate: 0 });
      const { test, app, token } = here;
      const { clientId, clientSecret, scope } = await test.management.clients.create(app.id, { name: 'x' });
      const tokenUrl = `${test.server.urls.managementPlain}/identity/oauth2/v1/token`;
      const credentials = { tokenUrl, clientId, clientSecret, scope, fetch };
      const theirs = await clientCredentials(credentials)({ signal: AbortSignal.timeout(60_000) });
      const leaving: Live[] = [];
      const staying: Live[] = [];
      // So that each of the workers has some.
      const relaying = `process.getActiveResourcesInfo().includes('TCPSocketWrap')`;
      do {
        leaving.push(await live(app, theirs));
      } while ((await inWorkers((evaluate) => evaluate(relaying))).filter(Boolean).length < workers);
      for (let count = 0; count < 6; count += 1) staying.push(await live(app, token));
      await test.management.clients.delete(app.id, clientId);
      await eventually(async () =>
        assert.ok(leaving.every(({ socket }) => socket.readyState === socket.CLOSED)),
      );
      const codes = await Promise.all(leaving.map(async ({ closed }) => (await closed).code));
      assert.deepEqual(new Set(codes), new Set([3003]));
      for (let turn = 0; turn < 12; turn += 1) {
        await assert.rejects(live(app, theirs), /^Error: 401 .*revoked/);
        // A connection of its own each time, which any worker may get.
        const headers = { ...bearer(theirs).headers, connection: 'close' };
        assert.equal((await fetch(app.http('/x'), { headers })).status, 401);
      }
      for (const one of staying) {
        one.send('there?');
        assert.equal(await one.next(), 'there?');
      }
    },
  );

  it(verifies('management:metrics', 'are one server to whoever reads its figures'), async () => {
    await using here = await stand();
    const { test, app, token } = here;
    const headers = { ...bearer(token).headers, connection: 'close' };
    for (let turn = 0; turn < 12; turn += 1)
      assert.equal((await fetch(app.http('/x'), { headers })).status, 200);
    await Promise.all([live(app, token), live(app, token), live(app, token)]);
    await eventually(async () => {
      const all = await scrape(test);
      const application = app.id;
      assert.equal(sample(all, 'mooring_answers_total', { application, code: '2xx' }), 12);
      assert.equal(sample(all, 'mooring_connections', { application }), 3);
    });
  });

  it(
    verifies('workers:apart', 'die alone: one that throws takes its own connections along, and is replaced'),
    async () => {
      await using here = await stand({ handshakeRate: 0 });
      const { app, token } = here;
      const all = await Promise.all(Array.from({ length: 60 }, () => live(app, token)));
      let ended = 0;
      for (const one of all) void one.closed.then(() => (ended += 1));
      let struck = 0;
      await inWorkers(async (evaluate) => {
        if (struck++ === 0) await evaluate('void setImmediate(() => { throw new Error("struck") })');
      });
      await eventually(async () => assert.ok(ended > 0));
      const left = all.filter(({ socket }) => socket.readyState === socket.OPEN);
      assert.ok(left.length > 20, `${left.length} are left`);
      for (const one of left) {
        one.send('there?');
        assert.equal(await one.next(), 'there?');
      }
      // What the dead one held is free, and there are as many workers again.
      await eventually(async () => {
        const { connections } = await here.test.management.status.application(app.id);
        assert.equal(connections, left.length);
        assert.equal((await inWorkers(async (evaluate) => evaluate('1'))).length, workers);
      });
      const again = await Promise.all(Array.from({ length: 30 }, () => live(app, token)));
      for (const one of again) one.send('back');
      for (const one of again) assert.equal(await one.next(), 'back');
    },
  );

  it(
    verifies('workers:spread', 'share 1,000 connections: none has more than 1.5 times the mean'),
    async () => {
      await using here = await stand({ handshakeRate: 0, maxConnectionsPerCaller: 0, maxConnections: 0 });
      const { app, token } = here;
      for (let turn = 0; turn < 20; turn += 1)
        await Promise.all(Array.from({ length: 50 }, () => live(app, token)));
      const handles = `process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length`;
      // Each connection is two sockets of its worker, one towards the client and one towards the replica.
      const counts = (await inWorkers((evaluate) => evaluate(handles))).map((count) => Number(count) / 2);
      assert.equal(counts.length, workers);
      const mean = counts.reduce((sum, count) => sum + count, 0) / workers;
      assert.ok(mean > 330 && mean < 340, `${mean} each`);
      for (const count of counts) assert.ok(count <= 1.5 * mean, `${count} of ${mean}`);
    },
  );
});

async function eventually(check: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
