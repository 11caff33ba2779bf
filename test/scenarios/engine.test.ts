/** The container engine is stopped and started again under load. Needs root, to start one of its own. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { invokePath } from '@mooring/contract';
import {
  callers,
  compartmentOf,
  dataDirectory,
  deployImage,
  eventually,
  ready,
  remainsOf,
  remove,
  versionImage,
} from '../fixtures/containers.ts';
import { dockerdMissing, startDockerd } from '../fixtures/dockerd.ts';
import { forkServer } from '../fixtures/forked.ts';
import { verifies } from '../verifies.ts';

const replicas = 2;

describe('an engine that ends under load', { skip: dockerdMissing() ?? false }, () => {
  it(
    verifies(
      'containers:engine',
      'has the replicas that are wanted within 30 s after it is back, and no other',
    ),
    { timeout: 240_000 },
    async () => {
      await using own = await startDockerd();
      await using data = await dataDirectory();
      await using server = await forkServer({
        dataDir: data.path,
        options: { stopContainers: true },
        environment: { DOCKER_HOST: own.url },
      });
      const { management } = server;
      const { id, errors } = await deployImage({
        management,
        compartmentId: await compartmentOf(data.path),
        details: await versionImage(own.engine, 'one'),
        minReplica: replicas,
        settings: { stopGrace: 1 },
      });
      assert.deepEqual(errors, []);
      const url = server.urls.applicationsPlain + invokePath(id, '/');
      await using load = callers(url);
      await own.stop();
      await eventually(async () => {
        const { replicas: told } = await management.status.application(id);
        assert.match(told.map(({ reason }) => reason).join('\n'), /does not answer \(since /);
      });
      await own.start();
      await eventually(async () => {
        const { containers } = await remainsOf(own.engine, id);
        const states = await Promise.all(
          containers.map(async (one) => (await own.engine.docker.getContainer(one).inspect()).State.Status),
        );
        assert.deepEqual(
          states,
          Array.from({ length: replicas }, () => 'running'),
        );
        assert.equal((await ready(management, id, replicas)).length, replicas);
      });
      const { good } = load;
      await eventually(async () => assert.ok(load.good > good + 20));
      await remove(own.engine, management, id);
      await server.end('SIGTERM');
    },
  );
});
