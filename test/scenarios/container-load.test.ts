/**
 * Containers under load: versions that come and go without a failed request, and containers that are killed. CHAOS=full
 * kills for a minute; otherwise for a few seconds.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { invokePath } from '@mooring/contract';
import { engineForTests } from '@mooring/server/container-fixture';
import {
  callers,
  deployImage,
  eventually,
  ready,
  remainsOf,
  remove,
  versionImage,
} from '../fixtures/containers.ts';
import { finished, startTestServer } from '../fixtures/server.ts';
import { verifies } from '../verifies.ts';

const { engine, missing } = await engineForTests();
const kills = process.env.CHAOS === 'full' ? 60 : 4;
const replicas = 2;

describe('containers under load', { skip: missing ?? false }, () => {
  it(
    verifies('rollout:requests', 'one version after the other comes to serve, and no request fails'),
    { timeout: 120_000 },
    async () => {
      assert(engine);
      await using test = await startTestServer();
      const { management, server } = test;
      const { id, errors } = await deployImage({
        management,
        compartmentId: server.profile.compartmentId,
        details: await versionImage(engine, 'one'),
        minReplica: replicas,
        settings: { drainAfter: 0, drainSpread: 1, stopGrace: 2 },
      });
      assert.deepEqual(errors, []);
      const deploymentId = (await management.status.application(id)).deployment?.id ?? '';
      const two = await versionImage(engine, 'two');
      const added = await management.deployments.addArtifact(deploymentId, two);
      await finished(management, added.workRequestId);
      const url = server.urls.applicationsPlain + invokePath(id, '/?wait=20');
      {
        await using load = callers(url, 8);
        for (const artifact of [added.artifact.id, '1', added.artifact.id]) {
          const { workRequestId } = await management.deployments.update(deploymentId, {
            activeArtifact: { id: artifact },
          });
          assert.deepEqual(await finished(management, workRequestId), { status: 'SUCCEEDED', errors: [] });
          const text = await (await fetch(url)).text();
          assert.match(text, artifact === '1' ? /"one"/ : /"two"/);
        }
        await eventually(async () => assert.equal((await remainsOf(engine, id)).containers.length, replicas));
        assert.deepEqual(load.failures, []);
        assert.ok(load.good > 100, String(load.good));
      }
      await remove(engine, management, id);
    },
  );

  it(
    verifies('chaos:replicas', 'those that are killed are back within 30 s, and none is too many'),
    { timeout: kills * 2000 + 120_000 },
    async () => {
      assert(engine);
      const { docker } = engine;
      await using test = await startTestServer();
      const { management, server } = test;
      const { id, errors } = await deployImage({
        management,
        compartmentId: server.profile.compartmentId,
        details: await versionImage(engine, 'one'),
        minReplica: replicas,
      });
      assert.deepEqual(errors, []);
      {
        await using load = callers(server.urls.applicationsPlain + invokePath(id, '/'));
        for (let kill = 0; kill < kills; kill += 1) {
          const { containers } = await remainsOf(engine, id);
          const one = containers[Math.floor(Math.random() * containers.length)];
          // One that has ended already, or was not started yet, is nobody's victim.
          if (one !== undefined)
            await docker
              .getContainer(one)
              .kill()
              .catch(() => undefined);
          await pause(1000);
        }
        await ready(management, id, replicas);
        await eventually(async () => assert.equal((await remainsOf(engine, id)).containers.length, replicas));
        const { good } = load;
        await eventually(async () => assert.ok(load.good > good + 20));
      }
      await remove(engine, management, id);
    },
  );
});
