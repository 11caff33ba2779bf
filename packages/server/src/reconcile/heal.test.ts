import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { defaultBackOff, pauseAfter } from './heal.ts';
import {
  createApplication,
  createDeployment,
  eventually,
  finished,
  leftProcesses,
  openWorld,
  readyUrls,
  serveApplication,
} from './world.fixture.ts';

const pauses = [
  { failures: 1, byte: 0, pause: 800 },
  { failures: 1, byte: 255, pause: 1200 },
  { failures: 2, byte: 0, pause: 8000 },
  { failures: 3, byte: 255, pause: 24_000 },
  { failures: 6, byte: 0, pause: 128_000 },
  { failures: 7, byte: 0, pause: 240_000 },
  { failures: 1000, byte: 255, pause: 360_000 },
  { kills: 1, byte: 255, pause: 1200 },
  { kills: 2, byte: 0, pause: 1600 },
  { kills: 5, failures: 9, byte: 0, pause: 8000 },
  { kills: 1000, byte: 255, pause: 12_000 },
];
for (const { failures = 0, kills = 0, byte, pause } of pauses) {
  const last = kills > 0 ? 'killed' : 'failed';
  test(`after ${failures} failures and ${kills} kills in a row it waits ${pause} ms (jitter ${byte}/255)`, () => {
    assert.equal(
      pauseAfter({ failures, kills, last }, defaultBackOff, () => Uint8Array.of(byte)),
      pause,
    );
  });
}

describe('a replica', () => {
  test('that exits leaves the directory at once and is started again', async () => {
    await using world = await openWorld();
    const { application } = await serveApplication(world, 'serve');
    const [before] = readyUrls(world, application);
    const seen: number[] = [];
    using _watch = world.directory.watch((_, endpoint) => seen.push(endpoint?.replicas.length ?? -1));
    await fetch(`${before}/exit?code=9`).catch(() => undefined);
    await eventually(world, () => {
      const [after] = readyUrls(world, application);
      assert(after !== undefined && after !== before);
    });
    assert.deepEqual(seen.slice(0, 2), [0, 1]);
    const [status] = world.reconciler.applicationStatus(application.id)?.replicas ?? [];
    assert.deepEqual([status?.state, status?.restarts], ['READY', 1]);
  });

  test('that is killed from outside over and over is back within moments, however often it falls', async () => {
    await using world = await openWorld({ backOff: { first: 20, most: 3_600_000 } });
    const { application } = await serveApplication(world, 'serve');
    for (let kill = 1; kill <= 6; kill += 1) {
      const [status] = world.reconciler.applicationStatus(application.id)?.replicas ?? [];
      assert(status?.pid !== undefined);
      process.kill(status.pid, 'SIGKILL');
      await eventually(world, () => {
        const [now] = world.reconciler.applicationStatus(application.id)?.replicas ?? [];
        assert.deepEqual([now?.state, now?.restarts], ['READY', kill]);
      });
    }
  });

  test('that is unhealthy leaves the directory before it is stopped, and is replaced', async () => {
    await using world = await openWorld();
    const { application } = await serveApplication(world, 'serve');
    const [before] = readyUrls(world, application);
    await fetch(`${before}/sicken`, { headers: { connection: 'close' } });
    await eventually(world, () => {
      const [after] = readyUrls(world, application);
      assert(after !== undefined && after !== before);
    });
    await assert.rejects(fetch(`${before}/health`));
  });

  test('that does not come back makes its deployment need attention, until it does', async () => {
    await using world = await openWorld();
    const obstacle = join(world.sandbox.directory, 'obstacle');
    const { row: application } = await createApplication(world);
    const artifact = world.sandbox.artifact('unless', obstacle);
    const { row: deployment, request } = await createDeployment(world, application, artifact);
    assert.equal((await finished(world, request)).status, 'SUCCEEDED');
    await writeFile(obstacle, 'no database');
    const [url] = readyUrls(world, application);
    await fetch(`${url}/exit?code=1`).catch(() => undefined);
    const told = async (reason: RegExp): Promise<void> => {
      await eventually(world, async () => {
        const now = await world.store.deployments.get(deployment.id);
        assert.equal(now?.lifecycleState, 'NEEDS_ATTENTION');
        assert.match(now.lifecycleDetails ?? '', reason);
      });
    };
    await told(/exited with code 1.*the file is there: no database/s);
    await writeFile(obstacle, 'no licence');
    await told(/exited with code 1.*the file is there: no licence/s);
    await eventually(world, () => {
      const [status] = world.reconciler.applicationStatus(application.id)?.replicas ?? [];
      assert.equal(status?.state, 'FAILED');
      assert.match(status.reason ?? '', /exited with code 1.*Next try at \d{4}-/s);
      assert(status.restarts >= 2);
    });
    await rm(obstacle);
    await eventually(world, async () => {
      assert.equal((await world.store.deployments.get(deployment.id))?.lifecycleState, 'ACTIVE');
      assert.equal(readyUrls(world, application).length, 1);
    });
  });

  test('that failed waits the whole pause before it is tried again', async () => {
    await using world = await openWorld({ backOff: { first: 600_000, most: 600_000 } });
    const { application } = await serveApplication(world, 'serve');
    const [url] = readyUrls(world, application);
    await fetch(`${url}/exit?code=1`).catch(() => undefined);
    await eventually(world, () => {
      const [status] = world.reconciler.applicationStatus(application.id)?.replicas ?? [];
      assert.equal(status?.state, 'FAILED');
      assert.match(status.reason ?? '', /\nNext try at \d{4}-/);
    });
    assert.deepEqual(await leftProcesses(world), []);
  });
});
