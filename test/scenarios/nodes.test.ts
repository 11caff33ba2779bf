/** Several servers on one PostgreSQL, as processes that are stopped and killed. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { clientCredentials, connect } from '@mooring/client';
import {
  connectionTokenPath,
  invokePath,
  livePath,
  profile,
  type CreateHostedApplicationIamDetails,
} from '@mooring/contract';
import { postgresMissing, startPostgres, type TestPostgres } from '@mooring/server/postgres-fixture';
import { signatureHeaders } from '@mooring/server/sign-fixture';
import { forkServer, isAlive, type ForkedServer } from '../fixtures/forked.ts';
import { bearer, openLive, type Live } from '../fixtures/live.ts';
import { finished } from '../fixtures/server.ts';
import { consent, newPerson } from '../fixtures/sign-in.ts';
import { verifies } from '../verifies.ts';

const postgres = await startPostgres();
// Here, not in the suite: a suite of which no test was asked for does not clean up.
after(() => postgres?.[Symbol.asyncDispose]());
if (postgres === undefined) it('several servers on one PostgreSQL', { skip: postgresMissing });
else describe('several servers on one PostgreSQL', () => scenarios(postgres));

/** Asks until it gets the answer that it wants; the last failure after so many milliseconds. */
async function eventually<Value>(limit: number, ask: () => Promise<Value>): Promise<Value> {
  const until = performance.now() + limit;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > until) throw error;
      await pause(50);
    }
  }
}

function scenarios(postgres: TestPostgres): void {
  const owned = new AsyncDisposableStack();
  after(() => owned.disposeAsync());

  async function folder(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'mooring-node-'));
    owned.defer(() => rm(path, { recursive: true, force: true }));
    return path;
  }

  /** A server, for as long as the test goes on. */
  async function start(t: TestContext, database: string, dataDir?: string): Promise<ForkedServer> {
    const options = { database, advertise: '127.0.0.1:0', managePublicUrl: ['https://mooring.test'] };
    const node = await forkServer({ dataDir: dataDir ?? (await folder()), options });
    t.after(() => node.end('SIGTERM'));
    return node;
  }

  /** Deploys an application through a node. */
  async function deploy(node: ForkedServer, name: string): Promise<App> {
    const begun = await begin(node, name);
    const token = (await node.management.tokens.issue(begun.app.id)).accessToken;
    return { ...(await serve(node, begun)), token };
  }

  async function serve(node: ForkedServer, { app, workRequestId, letServe }: Begun): Promise<Begun['app']> {
    await letServe();
    assert.deepEqual(await finished(node.management, workRequestId), { status: 'SUCCEEDED', errors: [] });
    return app;
  }

  /** Begins to deploy an application; every start of it is written down, and none serves before it may. */
  async function begin(node: ForkedServer, name: string, { iam = false } = {}): Promise<Begun> {
    const { management } = node;
    const starts = join(await folder(), 'starts');
    const { compartmentId } = profile.parse(
      JSON.parse(await readFile(join(node.dataDir, 'cli.json'), 'utf8')),
    );
    const idcsConfig = {
      domainUrl: 'https://mooring.test/identity',
      audience: `urn:${name}:`,
      scope: 'invoke',
    };
    const details: CreateHostedApplicationIamDetails = {
      displayName: name,
      compartmentId,
      environmentVariables: [
        { name: 'STARTS', type: 'PLAINTEXT', value: starts },
        { name: 'GATE', type: 'PLAINTEXT', value: `${starts}-gate` },
      ],
    };
    const { application, workRequestId } = iam
      ? await management.applications.createIam(details)
      : await management.applications.create({
          ...details,
          inboundAuthConfig: { inboundAuthConfigType: 'IDCS_AUTH_CONFIG', idcsConfig },
        });
    await finished(management, workRequestId);
    const created = await management.deployments.create({
      hostedApplicationId: application.id,
      compartmentId,
      activeArtifact: {
        artifactType: 'LOCAL_PROCESS_ARTIFACT',
        command: ['node', '--conditions=mooring', 'echo-app.ts'],
        workingDirectory: new URL('../fixtures', import.meta.url).pathname,
      },
    });
    const app = {
      id: application.id,
      starts: async () => (await readFile(starts, 'utf8')).trim().split('\n').map(Number),
    };
    const letServe = (): Promise<void> => writeFile(`${starts}-gate`, '');
    return { app, workRequestId: created.workRequestId ?? '', letServe };
  }

  it(
    verifies(
      'nodes:served',
      'what is made through one is served by all, from one replica, with one identity',
    ),
    async (t) => {
      const database = await postgres.database('served');
      const [one, other] = [await start(t, database), await start(t, database)];
      const app = await deploy(other, 'served');
      const pids = await Promise.all([one, other].map((node) => eventually(30_000, () => pidOf(node, app))));
      assert.equal(new Set(pids).size, 1);
      assert.deepEqual(await app.starts(), [pids[0]]);
      const token = (await one.management.tokens.issue(app.id)).accessToken;
      assert.equal(await pidOf(other, { ...app, token }), pids[0]);
      for (const { management } of [one, other]) {
        const { replicas } = await management.status.application(app.id);
        assert.deepEqual(
          replicas.map(({ pid, state }) => [pid, state]),
          [[pids[0], 'READY']],
        );
        const lines = await Array.fromAsync(management.logs(app.id, { tail: 10 }));
        assert.ok(lines.some(({ text }) => text === 'the echo application listens'));
      }
    },
  );

  it('a connection through another node carries what one through the own node does', async (t) => {
    const database = await postgres.database('carried');
    const [one, other] = [await start(t, database), await start(t, database)];
    const app = await deploy(one, 'carried');
    for (const node of [one, other]) {
      await eventually(30_000, () => pidOf(node, app));
      const url = node.urls.applicationsPlain.replace('http', 'ws') + livePath(app.id);
      using live = await openLive(url, bearer(app.token));
      for (const size of [1, 1000, 100_000, 1_000_000]) {
        live.send('x'.repeat(size));
        assert.equal((await live.next()).length, size);
      }
      live.send('headers');
      assert.match(await live.next(), /"host":"127\.0\.0\.1:\d+"/);
      live.socket.close(4001, 'enough');
      assert.deepEqual(await live.closed, { code: 4001, reason: 'enough' });
    }
  });

  it(
    verifies(
      'affinity:session',
      'a session that has just begun at a fresh replica is found through any node',
    ),
    async (t) => {
      const database = await postgres.database('sessions');
      const [leader, follower] = [await start(t, database), await start(t, database)];
      const app = await deploy(leader, 'sessions');
      const ask = async (node: ForkedServer, path: string, session?: string): Promise<Response> => {
        const headers = {
          authorization: `Bearer ${app.token}`,
          ...(session && { 'mcp-session-id': session }),
        };
        const signal = AbortSignal.timeout(60_000);
        return await fetch(node.urls.applicationsPlain + invokePath(app.id, path), { headers, signal });
      };
      await eventually(30_000, () => pidOf(follower, app));
      let before = 0;
      for (let round = 0; round < 2; round += 1) {
        const begun = await eventually(60_000, async () => {
          const answer = await ask(leader, '/begin');
          const pid = await pidIn(answer);
          assert.notEqual(pid, before);
          return { pid, session: answer.headers.get('mcp-session-id') ?? '' };
        });
        assert.equal(await pidIn(await ask(follower, '/', begun.session)), begun.pid);
        before = begun.pid;
        process.kill(begun.pid, 'SIGKILL');
      }
    },
  );

  it(
    verifies('nodes:demand', 'who arrives at any node wakes an application, and counts as its load'),
    async (t) => {
      const database = await postgres.database('demand');
      const [one, other] = [await start(t, database), await start(t, database)];
      const app = await deploy(one, 'demand');
      const before = await eventually(30_000, () => pidOf(other, app));
      const { management } = one;
      const { workRequestId } = await management.applications.update(app.id, {
        scalingConfig: {
          scalingType: 'CONCURRENCY',
          minReplica: 0,
          maxReplica: 2,
          targetConcurrencyThreshold: 2,
        },
      });
      await finished(management, workRequestId);
      const settings = {
        scaleToZeroAfter: 1,
        stableWindow: 6,
        panicWindow: 1,
        drainAfter: 0,
        drainSpread: 0,
      };
      await management.settings.update(app.id, settings);
      const running = async (node: ForkedServer): Promise<number> =>
        (await node.management.status.application(app.id)).replicas.length;
      for (const node of [one, other])
        await eventually(20_000, async () => assert.equal(await running(node), 0));
      // One of the two does not lead: it has to tell the other one.
      for (const node of [other, one]) {
        assert.notEqual(await pidOf(node, app), before);
        for (const each of [one, other])
          await eventually(20_000, async () => assert.equal(await running(each), 0));
      }
      for (const node of [one, other]) {
        const url = node.urls.applicationsPlain.replace('http', 'ws') + livePath(app.id);
        using open = new DisposableStack();
        for (let count = 0; count < 4; count++) open.use(await openLive(url, bearer(app.token)));
        await eventually(20_000, async () => {
          const { replicas } = await node.management.status.application(app.id);
          assert.equal(replicas.filter(({ state }) => state === 'READY').length, 2);
        });
        const told = await Promise.all([one, other].map((any) => any.management.status.scaling(app.id)));
        assert.ok(told.every(({ wanted, decisions }) => wanted === 2 && decisions[0]?.to === 2));
        open.dispose();
        await eventually(30_000, async () => assert.equal(await running(node), 0));
      }
    },
  );

  it(
    verifies(
      'token:renewal',
      'a new token reaches the node that holds the connection, whichever it is handed in at',
    ),
    async (t) => {
      const database = await postgres.database('renewed');
      const [one, other] = [await start(t, database), await start(t, database)];
      const app = await deploy(one, 'renewed');
      const { clientId, clientSecret } = await one.management.clients.create(app.id, { name: 'stranger' });
      const tokenUrl = `${one.urls.managementPlain}/identity/oauth2/v1/token`;
      const credentials = { tokenUrl, clientId, clientSecret, scope: 'urn:renewed:invoke', fetch };
      const stranger = await clientCredentials(credentials)(t);
      const put = async (node: ForkedServer, connectionId: string, token: string): Promise<number> => {
        const url = node.urls.applicationsPlain + connectionTokenPath(app.id, connectionId);
        return (await fetch(url, { method: 'PUT', ...bearer(token) })).status;
      };
      for (const node of [one, other]) {
        await eventually(30_000, () => pidOf(node, app));
        const url = node.urls.applicationsPlain.replace('http', 'ws') + livePath(app.id);
        await using live = await connect(url, { token: app.token });
        const { connectionId = '' } = live;
        const token = (await one.management.tokens.issue(app.id)).accessToken;
        assert.deepEqual(
          [await put(one, connectionId, token), await put(other, connectionId, token)],
          [204, 204],
        );
        assert.deepEqual(
          await Promise.all([put(one, connectionId, stranger), put(other, connectionId, stranger)]),
          [404, 404],
        );
      }
      assert.equal(await put(other, 'f'.repeat(32), app.token), 404);
    },
  );

  it(
    verifies(
      'auth:revoked',
      'what a client or a user had opened at any node ends within a second, wherever it is deleted, and nothing of others',
    ),
    async (t) => {
      const database = await postgres.database('revoked');
      const nodes = [await start(t, database), await start(t, database)] as const;
      const [one, other] = nodes;
      const app = await deploy(one, 'revoked');
      const { management } = one;
      const { clientId, clientSecret } = await management.clients.create(app.id, { name: 'leaver' });
      const tokenUrl = `${one.urls.managementPlain}/identity/oauth2/v1/token`;
      const credentials = { tokenUrl, clientId, clientSecret, scope: 'urn:revoked:invoke', fetch };
      const person = await newPerson(management, 'mona');
      const reach = (url: string): string => url.replace('https://mooring.test', one.urls.managementPlain);
      const consented = await consent({ management, applicationId: app.id, person, reach });
      const leavers = [
        {
          token: await clientCredentials(credentials)(t),
          leave: () => one.management.clients.delete(app.id, clientId),
        },
        { token: consented.accessToken, leave: () => other.management.users.delete(person.name) },
      ];
      const open = ({ urls }: ForkedServer, token: string): Promise<Live> =>
        openLive(urls.applicationsPlain.replace('http', 'ws') + livePath(app.id), bearer(token));
      const openAll = (token: string): Promise<Live[]> => Promise.all(nodes.map((node) => open(node, token)));
      await eventually(30_000, () => pidOf(other, app));
      const staying = await openAll(app.token);
      for (const { token, leave } of leavers) {
        const lives = await openAll(token);
        const begun = performance.now();
        await leave();
        const closed = await Promise.all(lives.map((live) => live.closed));
        assert.deepEqual(
          closed.map(({ code }) => code),
          [3003, 3003],
        );
        assert.ok(performance.now() - begun < soon);
        for (const node of nodes) await refused(() => open(node, token), /^Error: 401 .*revoked/);
      }
      for (const live of staying) {
        live.send('there?');
        assert.equal(await live.next(), 'there?');
        live[Symbol.dispose]();
      }
    },
  );

  it(
    verifies(
      ['auth:revoked', 'iam:signature:refused'],
      'what a key had opened at any node ends within a second, wherever it is deleted, and its signatures are refused',
    ),
    async (t) => {
      const database = await postgres.database('unkeyed');
      const [one, other] = [await start(t, database), await start(t, database)];
      const app = await serve(one, await begin(one, 'unkeyed', { iam: true }));
      const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const key = await one.management.apiKeys.create({
        publicKey: String(publicKey.export({ type: 'spki', format: 'pem' })),
        name: 'leaver',
        role: 'invoke',
      });
      const open = ({ urls }: ForkedServer): Promise<Live> => {
        const target = livePath(app.id);
        const { host } = new URL(urls.applicationsPlain);
        const headers = signatureHeaders({
          method: 'GET',
          target,
          host,
          key: privateKey,
          keyId: `${key.tenancy}/${key.user}/${key.fingerprint}`,
        });
        return openLive(`ws://${host}${target}`, { headers });
      };
      const nodes = [one, other];
      const lives = await Promise.all(nodes.map((node) => eventually(30_000, () => open(node))));
      const begun = performance.now();
      await other.management.apiKeys.delete(key.id);
      const closed = await Promise.all(lives.map((live) => live.closed));
      assert.deepEqual(
        closed.map(({ code }) => code),
        [3003, 3003],
      );
      assert.ok(performance.now() - begun < soon);
      for (const node of nodes) await refused(() => open(node), /^Error: 401 /);
    },
  );

  it('an application that is deleted is gone everywhere, and its connections are sent away', async (t) => {
    const database = await postgres.database('deleted');
    const [one, other] = [await start(t, database), await start(t, database)];
    const app = await deploy(one, 'deleted');
    const { clientId, clientSecret } = await one.management.clients.create(app.id, { name: 'left' });
    await eventually(30_000, () => pidOf(other, app));
    const url = other.urls.applicationsPlain.replace('http', 'ws') + livePath(app.id);
    using live = await openLive(url, bearer(app.token));
    const { workRequestId } = await other.management.applications.delete(app.id);
    assert.equal((await live.closed).code, 1012);
    assert.equal((await finished(other.management, workRequestId)).status, 'SUCCEEDED');
    for (const node of [one, other]) {
      const gone = await fetch(node.urls.applicationsPlain + invokePath(app.id), bearer(app.token));
      assert.equal(gone.status, 404);
      const tokenUrl = `${node.urls.managementPlain}/identity/oauth2/v1/token`;
      const credentials = { tokenUrl, clientId, clientSecret, scope: 'urn:deleted:invoke', fetch };
      await assert.rejects(clientCredentials(credentials)(t), /client authentication failed/);
    }
  });

  it('while the database is away what runs goes on, and afterwards nobody has taken over', async (t) => {
    const database = await postgres.database('away');
    const [one, other] = [await start(t, database), await start(t, database)];
    const app = await deploy(one, 'away');
    const before = await eventually(30_000, () => pidOf(other, app));
    const token = await one.token({ signal: t.signal });
    await postgres.kill();
    // Longer than the silence after which another one takes over.
    const until = performance.now() + 9000;
    while (performance.now() < until) {
      for (const node of [one, other]) assert.equal(await pidOf(node, app), before);
      await pause(500);
    }
    const url = `${one.urls.managementPlain}/20231130/hostedApplications/${app.id}`;
    const { status, headers } = await fetch(url, bearer(token));
    assert.deepEqual([status, headers.get('retry-after')], [503, '5']);
    await postgres.start();
    const back = await eventually(10_000, () => deploy(other, 'back'));
    for (const node of [one, other]) await eventually(30_000, () => pidOf(node, back));
    assert.deepEqual(await app.starts(), [before]);
    assert.equal(await pidOf(other, app), before);
  });

  it(
    verifies(
      'nodes:takeover',
      'when the one that reconciles is killed another does, and starts each replica once',
    ),
    async (t) => {
      const database = await postgres.database('killed');
      const [one, other] = [await start(t, database), await start(t, database)];
      const app = await deploy(one, 'killed');
      const before = await eventually(30_000, () => pidOf(other, app));
      await one.end('SIGKILL');
      const now = await eventually(15_000, () => anotherPid(other, app, before));
      assert.deepEqual(await app.starts(), [before, now]);
      const back = await start(t, database, one.dataDir);
      assert.equal(isAlive(before), false);
      assert.equal(await pidOf(back, app), now);
      assert.deepEqual(await app.starts(), [before, now]);
    },
  );

  it(
    verifies(
      ['nodes:takeover', 'management:crash'],
      'a deployment that the leader was killed in the middle of is finished by the one that takes over',
    ),
    async (t) => {
      const database = await postgres.database('begun');
      const [one, other] = [await start(t, database), await start(t, database)];
      const { management } = other;
      const asked = await begin(other, 'begun');
      await eventually(10_000, async () => {
        const { status } = await management.workRequests.get(asked.workRequestId);
        assert.equal(status, 'IN_PROGRESS');
      });
      const [before = 0] = await eventually(10_000, () => asked.app.starts());
      await one.end('SIGKILL');
      await asked.letServe();
      assert.deepEqual(await finished(management, asked.workRequestId), { status: 'SUCCEEDED', errors: [] });
      const token = (await management.tokens.issue(asked.app.id)).accessToken;
      const pid = await eventually(30_000, () => pidOf(other, { ...asked.app, token }));
      assert.deepEqual(await asked.app.starts(), [before, pid]);
      await start(t, database, one.dataDir);
      assert.equal(isAlive(before), false);
    },
  );

  it(
    verifies(
      ['nodes:takeover', 'nodes:stale'],
      'one that was stopped and goes on with its old belief does no harm, and follows',
    ),
    async (t) => {
      const database = await postgres.database('stopped');
      const [one, other] = [await start(t, database), await start(t, database)];
      const app = await deploy(one, 'stopped');
      const before = await eventually(30_000, () => pidOf(other, app));
      one.child.kill('SIGSTOP');
      const now = await eventually(15_000, () => anotherPid(other, app, before));
      const asked = Promise.all(Array.from({ length: 5 }, () => pidOf(one, app)));
      await pause(100);
      one.child.kill('SIGCONT');
      assert.deepEqual(new Set(await asked), new Set([now]));
      await eventually(30_000, async () => assert.equal(isAlive(before), false));
      assert.deepEqual(await app.starts(), [before, now]);
      await other.end('SIGTERM');
      const last = await eventually(30_000, () => anotherPid(one, app, now));
      assert.deepEqual(await app.starts(), [before, now, last]);
    },
  );
}

/** Milliseconds: a second, and what a machine with much else to do needs on top; nothing looks so rarely. */
const soon = 20_000;

/** Not only at the workers that had a connection. */
async function refused(open: () => Promise<Live>, says: RegExp): Promise<void> {
  const attempt = async (): Promise<void> => {
    using _live = await open();
  };
  await eventually(soon, () => assert.rejects(attempt, says));
}

interface Begun {
  readonly app: Omit<App, 'token'>;
  readonly workRequestId: string;
  readonly letServe: () => Promise<void>;
}

interface App {
  readonly id: string;
  readonly token: string;
  /** Pids of every process of it that ever was. */
  starts(): Promise<number[]>;
}

/** Of the replica that answers. */
async function pidOf({ urls }: ForkedServer, { id, token }: App): Promise<number> {
  const answer = await fetch(urls.applicationsPlain + invokePath(id), {
    ...bearer(token),
    signal: AbortSignal.timeout(10_000),
  });
  return await pidIn(answer);
}

async function pidIn(answer: Response): Promise<number> {
  assert.equal(answer.status, 200);
  const body: unknown = await answer.json();
  assert.ok(typeof body === 'object' && body !== null && 'pid' in body && typeof body.pid === 'number');
  return body.pid;
}

async function anotherPid(node: ForkedServer, app: App, before: number): Promise<number> {
  const pid = await pidOf(node, app);
  assert.notEqual(pid, before);
  return pid;
}
