/**
 * What is killed at random comes back, and nothing is left behind. CHAOS=full kills for two minutes; otherwise for a
 * few seconds.
 */
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { clientCredentials, ManagementClient } from '@mooring/client';
import { profile } from '@mooring/contract';
import { verifies } from '@mooring/test/verifies';
import { bearer } from '../fixtures/live.ts';
import { finished, startTestServer, type TestServer } from '../fixtures/server.ts';

const kills = process.env.CHAOS === 'full' ? 120 : 5;
const replicas = 3;
/** Milliseconds in which everything must be as it is wanted again. */
const convergence = 30_000;

const workingDirectory = new URL('../fixtures', import.meta.url).pathname;
const command = ['node', '--conditions=mooring', 'echo-app.ts'];

/** Processes of replicas of an application, by the name that each of them carries. */
async function processesOf(applicationId: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const environments = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')),
  );
  return pids.filter((_, index) =>
    environments[index]?.split('\0').includes(`MOORING_APPLICATION_ID=${applicationId}`),
  );
}

/** Tries again until it holds. */
async function within(milliseconds: number, check: () => Promise<void>): Promise<void> {
  const until = performance.now() + milliseconds;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > until) throw error;
    }
    await wait(100);
  }
}

async function assertConverged(management: ManagementClient, id: string, wanted: number): Promise<void> {
  const status = await management.status.application(id);
  const states = status.replicas.map(({ state }) => state);
  assert.deepEqual(
    states,
    Array.from({ length: wanted }, () => 'READY'),
  );
  assert.equal((await processesOf(id)).length, wanted);
}

async function scaleTo(test: TestServer, id: string, minReplica: number): Promise<void> {
  const scalingConfig = { scalingType: 'CONCURRENCY' as const, minReplica, maxReplica: minReplica };
  const { workRequestId } = await test.management.applications.update(id, { scalingConfig });
  const { status, errors } = await finished(test.management, workRequestId);
  assert.equal(status, 'SUCCEEDED', errors.join());
}

describe('chaos', () => {
  it(
    verifies(
      'chaos:replicas',
      'replicas that are killed under load are back within 30 s, and none is too many',
    ),
    { timeout: kills * 2000 + 120_000 },
    async () => {
      await using test = await startTestServer();
      const app = await test.deploy({ name: 'victim', command, workingDirectory });
      await scaleTo(test, app.id, replicas);
      const { headers } = bearer(await test.token(app.id));
      const over = new AbortController();
      const load = Array.from({ length: 4 }, async () => {
        let good = 0;
        while (!over.signal.aborted) {
          const answer = await fetch(app.http(), { headers }).catch(() => undefined);
          await answer?.arrayBuffer().catch(() => undefined);
          if (answer?.ok) good += 1;
          await wait(20);
        }
        return good;
      });
      for (let kill = 0; kill < kills; kill += 1) {
        const alive = await processesOf(app.id);
        const pid = alive[Math.floor(Math.random() * alive.length)];
        if (pid !== undefined) process.kill(Number(pid), 'SIGKILL');
        await wait(1000);
      }
      await within(convergence, () => assertConverged(test.management, app.id, replicas));
      over.abort();
      assert.ok((await Promise.all(load)).every((good) => good > kills));
      await finished(test.management, (await test.management.applications.delete(app.id)).workRequestId);
      assert.deepEqual(await processesOf(app.id), []);
    },
  );

  it(
    verifies(
      'chaos:server',
      'a server that is killed during a rollout leaves no process, and its successor finishes',
    ),
    { timeout: 120_000 },
    async () => {
      const dataDir = await mkdtemp(join(tmpdir(), 'mooring-chaos-'));
      await using _folder = { [Symbol.asyncDispose]: () => rm(dataDir, { recursive: true, force: true }) };
      let id = '';
      let deploymentId = '';
      const slow = {
        artifactType: 'LOCAL_PROCESS_ARTIFACT' as const,
        command: ['sh', '-c', 'sleep 1; exec node --conditions=mooring echo-app.ts'],
        workingDirectory,
      };
      {
        await using test = await startTestServer({ dataDir });
        id = (await test.deploy({ name: 'rolled', command, workingDirectory })).id;
        deploymentId = (await test.management.status.application(id)).deployment?.id ?? '';
        const added = await test.management.deployments.addArtifact(deploymentId, slow);
        await finished(test.management, added.workRequestId);
      }
      const { child, management } = await startProcess(dataDir);
      const { workRequestId } = await management.deployments.update(deploymentId, { activeArtifact: slow });
      await within(convergence, async () => assert.ok((await processesOf(id)).length > 1));
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      await within(convergence, async () => assert.deepEqual(await processesOf(id), []));
      await using test = await startTestServer({ dataDir });
      const { status } = await test.management.workRequests.wait(workRequestId ?? '', { interval: 50 });
      assert.equal(status, 'SUCCEEDED');
      await within(convergence, () => assertConverged(test.management, id, 1));
      await finished(test.management, (await test.management.applications.delete(id)).workRequestId);
      assert.deepEqual(await processesOf(id), []);
    },
  );
});

/** A server in a process of its own, to be killed. */
async function startProcess(dataDir: string): Promise<{ child: ChildProcess; management: ManagementClient }> {
  const child = fork(new URL('../fixtures/server-process.ts', import.meta.url), [dataDir], {
    execArgv: ['-C', 'mooring'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const [urls] = await once(child, 'message');
  const known = profile.parse(JSON.parse(await readFile(join(dataDir, 'cli.json'), 'utf8')));
  const tokenUrl = `${urls.managementPlain}/identity/oauth2/v1/token`;
  const token = clientCredentials({ ...known, tokenUrl, fetch });
  return { child, management: new ManagementClient({ baseUrl: urls.managementPlain, token }) };
}
