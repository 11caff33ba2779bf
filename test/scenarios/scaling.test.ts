/** Load decides how many replicas there are: from zero, out, in, and back to zero. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ScalingStatus } from '@mooring/contract';
import { openLive, type Live } from '../fixtures/live.ts';
import { sample, scrape } from '../fixtures/prometheus.ts';
import { startTestServer, type DeployedApplication, type TestServer } from '../fixtures/server.ts';
import { verifies } from '../verifies.ts';

const command = ['node', '--conditions=mooring', 'echo-app.ts'];
const auth = { inboundAuthConfigType: 'NO_AUTH_CONFIG' } as const;
/** So that a test sees in seconds what otherwise takes minutes. */
const quick = { stableWindow: 6, panicWindow: 1, scaleToZeroAfter: 1, drainAfter: 0, drainSpread: 0 };

/** Looks until it holds; the last failure after 30 s. */
async function eventually<Value>(look: () => Promise<Value>): Promise<Value> {
  const until = performance.now() + 30_000;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() > until) throw error;
      await pause(50);
    }
  }
}

describe('load decides how many replicas there are', () => {
  let test: TestServer;
  let directory: string;
  before(async () => {
    test = await startTestServer();
    directory = await mkdtemp(join(tmpdir(), 'mooring-scaling-'));
  });
  after(async () => {
    await test[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  /** Pids of every process of the application that ever was. */
  const starts = async (name: string): Promise<string[]> =>
    (await readFile(join(directory, name), 'utf8')).trim().split('\n');
  const environment = (name: string): Record<string, string> => ({ STARTS: join(directory, name) });
  const scaling = ({ id }: DeployedApplication): Promise<ScalingStatus> => test.management.status.scaling(id);
  const replicas = async ({ id }: DeployedApplication): Promise<number> =>
    (await test.management.status.application(id)).replicas.length;
  const asleep = (app: DeployedApplication): Promise<void> =>
    eventually(async () => assert.equal(await replicas(app), 0));

  it(
    verifies('wake:all', 'a thousand that come at zero are all served, by as many as the rule wants'),
    async () => {
      const app = await test.deploy({
        name: 'woken',
        command,
        auth,
        environment: environment('woken'),
        settings: quick,
        scaling: {
          scalingType: 'CONCURRENCY',
          minReplica: 0,
          maxReplica: 3,
          targetConcurrencyThreshold: 500,
        },
      });
      assert.deepEqual(app.errors, []);
      await asleep(app);
      const before = (await starts('woken')).length;
      const agent = new Agent({ maxSockets: Infinity });
      const ask = (): Promise<number> =>
        new Promise((resolve, reject) => {
          const request = get(app.http('/'), { agent }, (answer) => {
            answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
          });
          request.on('error', reject);
        });
      const talk = async (number: number): Promise<number> => {
        using live = await openLive(app.ws());
        live.send(`${number}`);
        return (await live.next()) === `${number}` ? 200 : 0;
      };
      const calls = Array.from({ length: 1000 }, (_, number) => (number % 10 === 0 ? talk(number) : ask()));
      const statuses = await Promise.all(calls);
      agent.destroy();
      assert.deepEqual(new Set(statuses), new Set([200]));
      const cold = sample(await scrape(test), 'mooring_cold_starts_total', { application: app.id }) ?? 0;
      assert.ok(cold >= 1, 'they found no ready replica');
      const { decisions } = await scaling(app);
      const wake = decisions.findLast(({ cause }) => cause === 'WAKE');
      assert.deepEqual([wake?.from, wake?.to], [0, 1]);
      const most = Math.max(...decisions.map(({ to }) => to));
      const started = (await starts('woken')).length - before;
      assert.ok(started >= 1 && started <= most, `${started} replicas started, ${most} wanted`);
      await asleep(app);
      assert.equal((await scaling(app)).decisions[0]?.cause, 'IDLE');
    },
  );

  it(
    verifies(
      'scale:connections',
      'connections that stay open count, each new one goes where the fewest are, and none is cut but by 1012',
    ),
    async () => {
      const app = await test.deploy({
        name: 'wide',
        command,
        auth,
        settings: quick,
        scaling: { scalingType: 'CONCURRENCY', minReplica: 1, maxReplica: 3, targetConcurrencyThreshold: 2 },
      });
      const open = async (count: number): Promise<Live[]> =>
        await Promise.all(Array.from({ length: count }, () => openLive(app.ws())));
      const first = await open(5);
      await eventually(async () => assert.deepEqual((await scaling(app)).ready, 3));
      const later = await open(6);
      const { replicas: all } = await test.management.status.application(app.id);
      assert.deepEqual(
        all.map(({ connections }) => connections).toSorted((one, other) => one - other),
        [3, 3, 5],
      );
      for (const live of [...first.slice(1), ...later]) live.socket.close();
      const last = first[0];
      assert.ok(last);
      await eventually(async () => assert.equal(await replicas(app), 1));
      // It was at the fullest replica, which is kept, or was told to come back.
      last.send('still there');
      assert.equal(await Promise.race([last.next(), last.closed.then(({ code }) => code)]), 'still there');
      last.socket.close();
      const { decisions } = await scaling(app);
      assert.ok(
        decisions.every(({ reason }) => /over \d+ s, for \d replicas?|There are 1 to 3/.test(reason)),
      );
    },
  );

  it(
    verifies(
      'wake:refused',
      'who waits for a version that does not start any more is told so at the end of the hold',
    ),
    async () => {
      const app = await test.deploy({
        name: 'broken',
        command: ['node', '-e', broken],
        auth,
        environment: { ONCE: join(directory, 'once') },
        settings: { ...quick, hold: 2 },
        scaling: { scalingType: 'CONCURRENCY', minReplica: 0, maxReplica: 1 },
      });
      assert.deepEqual(app.errors, []);
      await asleep(app);
      const answer = await fetch(app.http('/'));
      assert.equal(answer.status, 503);
      assert.ok(answer.headers.get('retry-after'));
      await answer.body?.cancel();
    },
  );

  it(
    verifies(
      'scale:connections',
      'the example’s crowd gets the replicas that it needs, and none of its calls fails',
    ),
    async () => {
      const crowd = new URL('../../examples/crowd/', import.meta.url).pathname;
      const app = await test.deploy({
        name: 'crowd',
        command: ['node', 'server.ts'],
        workingDirectory: crowd,
        auth,
        settings: quick,
        scaling: { scalingType: 'CONCURRENCY', minReplica: 0, maxReplica: 4, targetConcurrencyThreshold: 5 },
      });
      const told = await promisify(execFile)(process.execPath, [
        join(crowd, 'crowd.ts'),
        app.http('/'),
        '20',
        '8',
      ]);
      assert.match(told.stdout, / 0 failures, by 4 replicas/);
      assert.ok((await scaling(app)).decisions.some(({ cause, to }) => cause === 'PANIC' && to === 4));
    },
  );
});

/** Serves the first time that it is started, and ends at once ever after. */
const broken = `
const fs = require('node:fs');
if (fs.existsSync(process.env.ONCE)) process.exit(1);
fs.writeFileSync(process.env.ONCE, '');
require('node:http').createServer((_, response) => response.end()).listen(process.env.PORT, process.env.HOST);
process.on('SIGTERM', () => process.exit(0));
`;
