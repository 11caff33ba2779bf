/** A whole server with real containers: deployed, adopted, replaced, collected. Needs a container engine. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { invokePath, type CreateArtifactDetails, type ReplicaStatus } from '@mooring/contract';
import { buildFolder, engineForTests, openDoor, type Engine } from '@mooring/server/container-fixture';
import {
  compartmentOf,
  dataDirectory,
  deployImage,
  eventually,
  ready,
  remainsOf as remainsIn,
  remove as removeFrom,
  versionImage,
  type Deploying,
} from '../fixtures/containers.ts';
import { forkServer, type ForkedServer } from '../fixtures/forked.ts';
import { finished, startTestServer } from '../fixtures/server.ts';

const { engine: found, missing } = await engineForTests();
const skip = missing ?? false;
const folder = new URL('../../examples/container', import.meta.url).pathname;
const image = found && (await buildFolder(found.docker, folder));

function theEngine(): Engine {
  if (!found) throw new TypeError('there is no engine');
  return found;
}

const artifact = (): CreateArtifactDetails => ({
  artifactType: 'SIMPLE_DOCKER_ARTIFACT',
  containerUri: image?.name ?? '',
  ...(image && { tag: image.tag }),
});

const deploy = (options: Omit<Deploying, 'details'> & Partial<Deploying>) =>
  deployImage({ details: artifact(), ...options });

const remainsOf = (id: string) => remainsIn(theEngine(), id);
const remove = ({ management }: Pick<ForkedServer, 'management'>, id: string): Promise<void> =>
  removeFrom(theEngine(), management, id);

describe('an application from an image', { skip }, () => {
  it('serves, is logged with the names of its replicas, and leaves nothing when it is deleted', async () => {
    await using test = await startTestServer();
    const { management, server } = test;
    const app = await deploy({ management, compartmentId: server.profile.compartmentId, minReplica: 2 });
    assert.deepEqual([app.status, app.errors], ['SUCCEEDED', []]);
    const url = server.urls.applicationsPlain + invokePath(app.id, '/hello');
    const answers = await Promise.all(Array.from({ length: 4 }, () => fetch(url)));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200],
    );
    const replicas = await ready(management, app.id, 2);
    assert.equal((await remainsOf(app.id)).containers.length, 2);
    const lines = await Array.fromAsync(management.logs(app.id));
    const listening = lines.filter(({ text }) => text === 'listening on 8080');
    assert.deepEqual(
      new Set(listening.map(({ replicaId }) => replicaId)),
      new Set(replicas.map(({ id }) => id)),
    );
    await remove({ management }, app.id);
  });

  it('whose new version exits tells the last lines of that one, while the earlier one serves', async () => {
    await using test = await startTestServer();
    const { management, server } = test;
    const { compartmentId } = server.profile;
    const app = await deploy({ management, compartmentId });
    const { deployment } = await management.status.application(app.id);
    const broken = await versionImage(theEngine(), 'broken');
    const id = deployment?.id ?? '';
    await finished(management, (await management.deployments.addArtifact(id, broken)).workRequestId);
    const { workRequestId } = await management.deployments.update(id, { activeArtifact: broken });
    const { status, errors } = await finished(management, workRequestId);
    assert.equal(status, 'FAILED');
    const told = (await management.status.application(app.id)).deployment?.lifecycleDetails ?? '';
    for (const text of [errors.join('\n'), told]) {
      assert.match(text, /exited with code 3[^]*Last output:\n {2}the new version has no database$/);
      assert.doesNotMatch(text, /listening on 8080/);
    }
    const answer = await fetch(server.urls.applicationsPlain + invokePath(app.id, '/hello'));
    assert.equal(answer.status, 200);
    await remove({ management }, app.id);
  });

  it('that is not there fails its work request with what to do', async () => {
    await using test = await startTestServer();
    const { compartmentId } = test.server.profile;
    const details = { ...artifact(), containerUri: '127.0.0.1:1/nothing', tag: '7' };
    const { management } = test;
    const app = await deploy({ management, compartmentId, details });
    assert.equal(app.status, 'FAILED');
    assert.match(app.errors.join('\n'), /The registry 127\.0\.0\.1:1 cannot be reached/);
    assert.match(app.logs.join('\n'), /Pulling 127\.0\.0\.1:1\/nothing:7 from 127\.0\.0\.1:1/);
    await remove({ management }, app.id);
  });
});

describe('containers and their server', { skip }, () => {
  for (const { name, signal } of [
    { name: 'stopped', signal: 'SIGTERM' },
    { name: 'killed', signal: 'SIGKILL' },
  ] as const) {
    it(`go on when it is ${name}, and the next start adopts those that are wanted`, async () => {
      await using data = await dataDirectory();
      let id = '';
      let before: ReplicaStatus[] = [];
      let containers: string[] = [];
      {
        await using first = await forkServer({ dataDir: data.path });
        const { management } = first;
        const app = await deploy({
          management,
          compartmentId: await compartmentOf(data.path),
          minReplica: 2,
        });
        assert.deepEqual(app.errors, []);
        id = app.id;
        before = await ready(management, id, 2);
        ({ containers } = await remainsOf(id));
        await first.end(signal);
      }
      assert.deepEqual((await remainsOf(id)).containers, containers);
      for (const container of containers)
        assert.equal((await theEngine().docker.getContainer(container).inspect()).State.Running, true);
      await using second = await forkServer({ dataDir: data.path, options: { stopContainers: true } });
      const after = await ready(second.management, id, 2);
      assert.deepEqual(new Set(after.map((one) => one.id)), new Set(before.map((one) => one.id)));
      assert.deepEqual(new Set((await remainsOf(id)).containers), new Set(containers));
      const url = second.urls.applicationsPlain + invokePath(id, '/again');
      assert.equal((await fetch(url)).status, 200);
      const lines = await Array.fromAsync(second.management.logs(id));
      assert.equal(lines.filter(({ text }) => text === 'listening on 8080').length, 2, 'no line comes twice');
      await remove(second, id);
      await second.end('SIGTERM');
    });
  }

  it('that nobody wants any more are removed by the next start; a stop can end all', async () => {
    await using data = await dataDirectory();
    let id = '';
    {
      await using first = await forkServer({ dataDir: data.path });
      const app = await deploy({
        management: first.management,
        compartmentId: await compartmentOf(data.path),
        minReplica: 3,
      });
      id = app.id;
      await first.end('SIGKILL');
    }
    // As if two of them had been left by a server that wanted more.
    await using second = await forkServer({ dataDir: data.path, options: { stopContainers: true } });
    await second.management.applications.update(id, {
      scalingConfig: { scalingType: 'CONCURRENCY', minReplica: 1, maxReplica: 1 },
    });
    await eventually(async () => assert.equal((await remainsOf(id)).containers.length, 1));
    await second.end('SIGTERM');
    assert.deepEqual(await remainsOf(id), { containers: [], networks: [] });
  });

  it('are replaced when they are killed, also while the engine is away', async () => {
    await using data = await dataDirectory();
    const { docker, place } = theEngine();
    await using door = await openDoor(join(data.path, 'docker.sock'), new URL(place.url).pathname);
    await using server = await forkServer({
      dataDir: data.path,
      options: { stopContainers: true },
      environment: { DOCKER_HOST: door.url },
    });
    const { management } = server;
    const app = await deploy({ management, compartmentId: await compartmentOf(data.path), minReplica: 2 });
    assert.deepEqual(app.errors, []);
    const [first] = (await remainsOf(app.id)).containers;
    await docker.getContainer(first ?? '').kill();
    await eventually(async () =>
      assert.equal((await remainsOf(app.id)).containers.includes(first ?? ''), false),
    );
    await ready(management, app.id, 2);
    await door.close();
    const { containers } = await remainsOf(app.id);
    for (const id of containers) await docker.getContainer(id).kill();
    await eventually(async () => {
      const { replicas } = await management.status.application(app.id);
      const said = replicas.map(({ reason }) => reason).join('\n');
      assert.match(said, /container engine .* does not answer \(since \d{4}-\d\d-\d\dT[\d:.]+Z\)/);
    });
    await door.open();
    await eventually(async () => {
      const now = (await remainsOf(app.id)).containers;
      assert.equal(now.filter((id) => !containers.includes(id)).length, 2);
      assert.equal(now.length, 2);
    });
    await ready(management, app.id, 2);
    await door.close();
    await finished(management, (await management.applications.delete(app.id)).workRequestId);
    await door.open();
    await eventually(async () => assert.deepEqual(await remainsOf(app.id), { containers: [], networks: [] }));
    await server.end('SIGTERM');
  });
});
