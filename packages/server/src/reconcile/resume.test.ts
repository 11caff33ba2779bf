import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { verdictOn } from './resume.ts';
import {
  createApplication,
  createDeployment,
  activate,
  updateApplication,
  deleteApplication,
  serveApplication,
  finished,
  eventually,
  readyUrls,
  environmentOf,
  variable,
  acrossRestart,
  openWorld,
  type World,
} from './world.fixture.ts';

async function workRequestCount({ store }: World): Promise<number> {
  const { id: compartmentId } = await store.compartments.root();
  const query = { compartmentId, limit: 100, sortBy: 'timeAccepted', sortOrder: 'ASC' } as const;
  return (await store.workRequests.page(query)).items.length;
}

describe('a server that starts again', () => {
  test('starts every application that was active, without a new work request', async () => {
    let count = 0;
    await acrossRestart(
      async (world) => {
        await serveApplication(world, 'serve');
        count = await workRequestCount(world);
      },
      async (world) => {
        await world.reconciler.start();
        assert.equal(world.reconciler.serverReady(), false);
        await world.reconciler.firstPass;
        assert.equal(world.reconciler.serverReady(), true);
        const [application] = await world.store.applications.list();
        assert(application);
        assert.equal(readyUrls(world, application).length, 1);
        assert.equal(await workRequestCount(world), count);
      },
    );
  });

  test('has as many replicas as there were, whatever minReplica says', async () => {
    await using world = await openWorld();
    const { application } = await serveApplication(world, 'serve', {
      scalingConfig: { scalingType: 'CONCURRENCY', minReplica: 0, maxReplica: 5 },
    });
    await world.reconciler[Symbol.asyncDispose]();
    await using next = await openWorld({ store: world.store, sandbox: world.sandbox, earlier: () => 3 });
    await next.reconciler.firstPass;
    assert.equal(readyUrls(next, application).length, 3);
    assert.equal(next.reconciler.scaling(application.id)?.wanted, 3);
  });

  test('takes up a deployment, an update and a deletion that were under way', async () => {
    await acrossRestart(
      async () => {},
      async (world) => {
        const { row: fresh } = await createApplication(world);
        const deployment = await createDeployment(world, fresh, world.sandbox.artifact('serve'));
        await world.store.workRequests.begin(deployment.request.id);
        const { row: leaving } = await createApplication(world, { displayName: 'leaving' });
        await deleteApplication(world, leaving);
        const requests = await world.store.workRequests.open();
        assert.equal(requests.length, 3);
        await world.reconciler.start();
        for (const request of requests) assert.match((await finished(world, request)).status, /SUCCEEDED/);
        assert.equal(readyUrls(world, fresh).length, 1);
      },
    );
  });

  test('finishes the update of an environment, also when it fails: then it tries on, and says why', async () => {
    await acrossRestart(
      async (world) => {
        const { application } = await serveApplication(world, 'serve');
        await world.reconciler[Symbol.asyncDispose]();
        await updateApplication(world, application, {
          environmentVariables: [variable('BEHAVIOUR', 'exit')],
        });
      },
      async (world) => {
        const [request] = await world.store.workRequests.open();
        assert(request);
        await world.reconciler.start();
        assert.equal((await finished(world, request)).status, 'FAILED');
        await world.reconciler.firstPass;
        await eventually(world, async () => {
          const [deployment] = await world.store.deployments.list();
          assert.equal(deployment?.lifecycleState, 'NEEDS_ATTENTION');
        });
        const [application] = await world.store.applications.list();
        assert(application);
        const retry = await updateApplication(world, application, {
          environmentVariables: [variable('A', 'b')],
        });
        assert.equal((await finished(world, retry.request)).status, 'SUCCEEDED');
        await eventually(world, async () => {
          assert.equal((await environmentOf(readyUrls(world, application)[0]))['A'], 'b');
          assert.equal((await world.store.deployments.list())[0]?.lifecycleState, 'ACTIVE');
        });
      },
    );
  });

  test('goes on with another artifact while the active one serves again', async () => {
    await acrossRestart(
      async (world) => {
        const { deployment } = await serveApplication(world, 'serve');
        await world.reconciler[Symbol.asyncDispose]();
        await activate(world, deployment, world.sandbox.artifact('exit'));
      },
      async (world) => {
        const [request] = await world.store.workRequests.open();
        assert(request);
        await world.reconciler.start();
        assert.equal((await finished(world, request)).status, 'FAILED');
        const [application] = await world.store.applications.list();
        assert(application);
        await eventually(world, () => assert.equal(readyUrls(world, application).length, 1));
        assert.equal((await world.store.deployments.list())[0]?.lifecycleState, 'ACTIVE');
      },
    );
  });

  test('ends work requests whose wish is already over', async () => {
    await acrossRestart(
      async (world) => void (await serveApplication(world, 'serve')),
      async (world) => {
        const [deployment] = await world.store.deployments.list();
        assert(deployment);
        const { compartmentId } = deployment;
        const resources = [{ entityType: 'HOSTED_DEPLOYMENT' as const, identifier: deployment.id }];
        const make = { compartmentId, resources, operationType: 'UPDATE_HOSTED_DEPLOYMENT' as const };
        const request = await world.store.workRequests.create(make);
        await world.reconciler.start();
        assert.equal((await world.store.workRequests.get(request.id))?.status, 'SUCCEEDED');
        assert.deepEqual(await world.store.workRequests.open(), []);
      },
    );
  });
});

const verdicts = [
  { operationType: 'CREATE_HOSTED_DEPLOYMENT', state: 'CREATING', verdict: 'go on' },
  { operationType: 'UPDATE_HOSTED_DEPLOYMENT', state: 'UPDATING', verdict: 'go on' },
  { operationType: 'DELETE_HOSTED_DEPLOYMENT', state: 'DELETING', verdict: 'go on' },
  { operationType: 'DELETE_HOSTED_DEPLOYMENT', state: 'DELETED', verdict: 'succeed' },
  { operationType: 'UPDATE_HOSTED_DEPLOYMENT', state: 'DELETED', verdict: 'fail' },
  { operationType: 'UPDATE_APPLICATION_DEPLOYMENT', state: 'ACTIVE', verdict: 'succeed' },
  { operationType: 'CREATE_HOSTED_DEPLOYMENT', state: 'NEEDS_ATTENTION', verdict: 'fail' },
  { operationType: 'CREATE_APPLICATION_STORAGE', state: undefined, verdict: 'fail' },
] as const;
for (const { operationType, state, verdict } of verdicts) {
  test(`an unfinished ${operationType} of something ${state ?? 'absent'} is to ${verdict}`, () => {
    assert.equal(verdictOn(state, { operationType }), verdict);
  });
}
