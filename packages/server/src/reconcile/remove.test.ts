import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  createApplication,
  createDeployment,
  deleteApplication,
  eventually,
  finished,
  leftProcesses,
  openWorld,
  readyUrls,
  serveApplication,
} from './world.fixture.ts';

const { signal } = new AbortController();

describe('an application that is deleted', () => {
  test('is out of the directory before its replica ends, then gone with its deployment', async () => {
    const events: string[] = [];
    await using world = await openWorld({
      drain: async (replicaId, { spread }) => {
        events.push(`drained ${replicaId} over ${spread} s`);
        assert.equal((await fetch(`${url}/health`)).status, 200);
      },
    });
    const { application, deployment } = await serveApplication(world, 'serve');
    const [url] = readyUrls(world, application);
    const [replica] = world.directory.get(application.id)?.replicas ?? [];
    using _watch = world.directory.watch((_, endpoint) => events.push(endpoint ? 'shown' : 'hidden'));
    const { request } = await deleteApplication(world, application);
    assert.equal((await finished(world, request)).status, 'SUCCEEDED');
    assert.deepEqual(events, ['hidden', `drained ${replica?.id} over 0 s`]);
    assert.equal((await world.store.applications.get(application.id))?.lifecycleState, 'DELETED');
    assert.equal((await world.store.deployments.get(deployment.id))?.lifecycleState, 'DELETED');
    await assert.rejects(fetch(`${url}/health`));
    assert.deepEqual(await leftProcesses(world), []);
    await eventually(world, async () => {
      const lines = await Array.fromAsync(world.sandbox.runtime.logs(application.id, { signal }));
      assert.deepEqual(lines, []);
    });
  });

  test('while it starts does not wait for that', async () => {
    await using world = await openWorld();
    const { row: application } = await createApplication(world);
    const { request } = await createDeployment(world, application, world.sandbox.artifact('busy'));
    await eventually(world, () =>
      assert.equal(world.reconciler.applicationStatus(application.id)?.replicas[0]?.state, 'STARTING'),
    );
    const deletion = await deleteApplication(world, application);
    assert.equal((await finished(world, deletion.request)).status, 'SUCCEEDED');
    assert.equal((await world.store.workRequests.get(request.id))?.status, 'CANCELED');
    assert.equal(world.directory.get(application.id), undefined);
  });

  test('without a deployment is gone at once', async () => {
    await using world = await openWorld();
    const { row: application } = await createApplication(world);
    const { request } = await deleteApplication(world, application);
    assert.equal((await finished(world, request)).status, 'SUCCEEDED');
    assert.equal(world.directory.get(application.id), undefined);
  });
});

test('a deployment that is deleted leaves its application without replicas, ready for another one', async () => {
  await using world = await openWorld();
  const { application, deployment } = await serveApplication(world, 'serve');
  const { compartmentId } = deployment;
  const resources = [{ entityType: 'HOSTED_DEPLOYMENT' as const, identifier: deployment.id }];
  const request = await world.store.transaction(async (tx) => {
    await tx.deployments.setState(deployment.id, 'DELETING');
    return await tx.workRequests.create({
      compartmentId,
      operationType: 'DELETE_HOSTED_DEPLOYMENT',
      resources,
    });
  });
  assert.equal((await finished(world, request)).status, 'SUCCEEDED');
  assert.equal((await world.store.deployments.get(deployment.id))?.lifecycleState, 'DELETED');
  assert.deepEqual(world.directory.get(application.id)?.replicas, []);
  assert.deepEqual(await leftProcesses(world), []);
  const next = await createDeployment(world, application, world.sandbox.artifact('serve'));
  assert.equal((await finished(world, next.request)).status, 'SUCCEEDED');
  assert.equal(readyUrls(world, application).length, 1);
});
