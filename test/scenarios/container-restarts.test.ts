/** Servers with containers that are stopped, killed and started again: what was there goes on, nothing is left over. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { ManagementClient } from '@mooring/client';
import { invokePath, type CreateArtifactDetails, type ReplicaStatus } from '@mooring/contract';
import { engineForTests, openDoor, type Engine } from '@mooring/server/container-fixture';
import { postgresMissing, startPostgres, type TestPostgres } from '@mooring/server/postgres-fixture';
import {
  compartmentOf,
  dataDirectory,
  deployImage,
  eventually,
  ready,
  remainsOf,
  remove,
  versionImage,
} from '../fixtures/containers.ts';
import { forkServer, type ForkedServer } from '../fixtures/forked.ts';
import { finished } from '../fixtures/server.ts';
import { verifies } from '../verifies.ts';

const { engine: found, missing } = await engineForTests();
const skip = missing ?? false;
const versions: Record<string, CreateArtifactDetails> = {};
if (found) for (const version of ['one', 'two']) versions[version] = await versionImage(found, version);

function theEngine(): Engine {
  if (!found) throw new TypeError('there is no engine');
  return found;
}

function imageOf(version: string): CreateArtifactDetails {
  const details = versions[version];
  if (!details) throw new TypeError(`there is no version ${version}`);
  return details;
}

const containersOf = async (id: string): Promise<Set<string>> =>
  new Set((await remainsOf(theEngine(), id)).containers);
const idsOf = (replicas: readonly { id: string }[]): Set<string> => new Set(replicas.map(({ id }) => id));

/** What an application answers. */
async function ask({ urls }: ForkedServer, id: string): Promise<unknown> {
  const answer = await fetch(urls.applicationsPlain + invokePath(id, '/'));
  assert.equal(answer.status, 200);
  return await answer.json();
}

const delayed = (milliseconds: number) =>
  [{ name: 'START_DELAY', type: 'PLAINTEXT', value: String(milliseconds) }] as const;

describe('a server that is killed and starts again', { skip }, () => {
  it(
    verifies(
      'containers:kept',
      'as many containers as the load had asked for go on at the next start, and go when the rule says so',
    ),
    async () => {
      await using data = await dataDirectory();
      const options = { stopContainers: true };
      let id = '';
      let before = new Set<string>();
      {
        await using first = await forkServer({ dataDir: data.path, options });
        const { management } = first;
        const app = await deployImage({
          management,
          compartmentId: await compartmentOf(data.path),
          details: imageOf('one'),
          scaling: {
            scalingType: 'CONCURRENCY',
            minReplica: 0,
            maxReplica: 3,
            targetConcurrencyThreshold: 1,
          },
          settings: {
            stableWindow: 6,
            panicWindow: 1,
            scaleToZeroAfter: 5,
            drainAfter: 0,
            drainSpread: 0,
            stopGrace: 1,
          },
        });
        assert.deepEqual(app.errors, []);
        ({ id } = app);
        const url = first.urls.applicationsPlain + invokePath(id, '/?wait=60000');
        const held = Array.from({ length: 3 }, () => fetch(url).catch(() => undefined));
        before = idsOf(await ready(management, id, 3));
        await first.end('SIGKILL');
        await Promise.all(held);
      }
      const containers = await containersOf(id);
      assert.equal(containers.size, 3);
      await using second = await forkServer({ dataDir: data.path, options });
      const { management } = second;
      assert.deepEqual(idsOf(await ready(management, id, 3)), before);
      assert.equal((await management.status.scaling(id)).wanted, 3);
      assert.deepEqual(await containersOf(id), containers);
      await eventually(async () => assert.equal((await containersOf(id)).size, 0));
      assert.equal((await management.status.scaling(id)).decisions[0]?.cause, 'IDLE');
      await remove(theEngine(), management, id);
    },
  );

  for (const { what, change } of [
    {
      what: 'version',
      change: async (management: ManagementClient, id: string): Promise<string> => {
        const deploymentId = (await management.status.application(id)).deployment?.id ?? '';
        const details = imageOf('two');
        await finished(
          management,
          (await management.deployments.addArtifact(deploymentId, details)).workRequestId,
        );
        const { workRequestId } = await management.deployments.update(deploymentId, {
          activeArtifact: details,
        });
        return workRequestId ?? '';
      },
    },
    {
      what: 'environment',
      change: async (management: ManagementClient, id: string): Promise<string> => {
        const environmentVariables = [...delayed(1500)];
        const { workRequestId } = await management.applications.update(id, { environmentVariables });
        return workRequestId ?? '';
      },
    },
  ])
    it(
      verifies(
        'containers:rollout',
        `killed while a new ${what} comes up in containers, its successor finishes within 30 s, and none is left over`,
      ),
      async () => {
        await using data = await dataDirectory();
        const options = { stopContainers: true };
        let id = '';
        let workRequestId = '';
        {
          await using first = await forkServer({ dataDir: data.path, options });
          const { management } = first;
          const app = await deployImage({
            management,
            compartmentId: await compartmentOf(data.path),
            details: imageOf('one'),
            minReplica: 2,
            environmentVariables: [...delayed(1000)],
          });
          assert.deepEqual(app.errors, []);
          ({ id } = app);
          workRequestId = await change(management, id);
          await eventually(async () => assert.ok((await containersOf(id)).size > 2));
          await first.end('SIGKILL');
        }
        const begun = performance.now();
        await using second = await forkServer({ dataDir: data.path, options });
        const { management } = second;
        const { status } = await management.workRequests.wait(workRequestId, { interval: 50 });
        assert.equal(status, 'SUCCEEDED');
        const left = 30_000 - (performance.now() - begun);
        await eventually(async () => assert.equal((await containersOf(id)).size, 2), left);
        assert.equal((await ready(management, id, 2)).length, 2);
        const answer = await ask(second, id);
        assert.ok(JSON.stringify(answer).includes(what === 'version' ? '"two"' : '"one"'));
        await remove(theEngine(), management, id);
      },
    );
});

const postgres = found && (await startPostgres());
// Here, not in the suite: a suite of which no test was asked for does not clean up.
after(() => postgres?.[Symbol.asyncDispose]());
if (found && !postgres) it('containers of servers on one PostgreSQL', { skip: postgresMissing });
if (postgres) describe('containers of servers on one PostgreSQL', () => nodes(postgres));

function nodes(postgres: TestPostgres): void {
  const start = (dataDir: string, database: string, socket?: string): Promise<ForkedServer> =>
    forkServer({
      dataDir,
      ...(socket !== undefined && { environment: { DOCKER_HOST: socket } }),
      options: { database, advertise: '127.0.0.1:0', managePublicUrl: ['https://mooring.test'] },
    });

  async function deploy(node: ForkedServer): Promise<string> {
    const compartmentId = await compartmentOf(node.dataDir);
    const { management } = node;
    const app = await deployImage({ management, compartmentId, details: imageOf('one'), minReplica: 2 });
    assert.deepEqual(app.errors, []);
    return app.id;
  }

  for (const signal of ['SIGTERM', 'SIGKILL'] as const)
    it(
      verifies(
        'containers:shared',
        `the containers of the only server go on after its ${signal}, and its next start adopts them`,
      ),
      async () => {
        const database = await postgres.database(`only-${signal}`);
        await using data = await dataDirectory();
        let id = '';
        let containers = new Set<string>();
        {
          await using first = await start(data.path, database);
          id = await deploy(first);
          containers = await containersOf(id);
          await first.end(signal);
        }
        assert.deepEqual(await containersOf(id), containers);
        await using second = await start(data.path, database);
        await ready(second.management, id, 2);
        assert.deepEqual(await containersOf(id), containers);
        await ask(second, id);
        await remove(theEngine(), second.management, id);
      },
    );

  it('an engine that does not answer is told at every node, and that it answers again', async () => {
    const database = await postgres.database('away');
    await using one = await dataDirectory();
    await using two = await dataDirectory();
    const engine = theEngine();
    await using door = await openDoor(join(one.path, 'docker.sock'), new URL(engine.place.url).pathname);
    await using first = await start(one.path, database, door.url);
    const id = await deploy(first);
    await using other = await start(two.path, database);
    const told = async (): Promise<ReplicaStatus[]> => {
      const { replicas } = await other.management.status.application(id);
      assert.deepEqual(
        replicas.map(({ state }) => state),
        ['READY', 'READY'],
      );
      return replicas;
    };
    await eventually(told);
    await door.close();
    await eventually(async () => {
      for (const { reason } of await told())
        assert.match(reason ?? '', /container engine .* does not answer/);
    });
    await door.open();
    await eventually(async () => {
      for (const { reason } of await told()) assert.equal(reason, undefined);
    });
    await remove(engine, first.management, id);
  });

  it(
    verifies(
      'containers:nodes',
      'a node that returns removes its containers when another has taken over, and one that stops beside another takes them along',
    ),
    async () => {
      const database = await postgres.database('returning');
      await using one = await dataDirectory();
      await using two = await dataDirectory();
      let id = '';
      let old = new Set<string>();
      await using other = await (async () => {
        await using first = await start(one.path, database);
        id = await deploy(first);
        old = await containersOf(id);
        const second = await start(two.path, database);
        await first.end('SIGKILL');
        return second;
      })();
      await eventually(async () => assert.equal((await containersOf(id)).size, 4));
      await ready(other.management, id, 2);
      await using returned = await start(one.path, database);
      const taken = await eventually(async () => {
        const now = await containersOf(id);
        assert.equal(now.size, 2);
        return now;
      });
      assert.equal(taken.intersection(old).size, 0);
      await other.end('SIGTERM');
      assert.equal((await containersOf(id)).intersection(taken).size, 0);
      await ready(returned.management, id, 2);
      assert.equal((await containersOf(id)).size, 2);
      await remove(theEngine(), returned.management, id);
    },
  );
}
