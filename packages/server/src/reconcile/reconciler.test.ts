import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { systemClock as clock, systemRandom as random } from '../kit/clock.ts';
import { openSandbox } from '../runtime/process/sandbox.fixture.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { openStore } from '../store/open.ts';
import { verdictOn } from './resume.ts';
import {
  activate,
  createApplication,
  createDeployment,
  deleteApplication,
  environmentOf,
  eventually,
  finished,
  leftProcesses,
  makeWorld,
  openWorld,
  readyUrls,
  serveApplication,
  updateApplication,
  variable,
  type World,
} from './world.fixture.ts';

/** Runs the work in a first world, then a second one over the same store and files. */
async function acrossRestart(
  before: (world: World) => Promise<void>,
  after: (world: World) => Promise<void>,
): Promise<void> {
  await using store = await openStore({ path: ':memory:', clock, random });
  await using sandbox = await openSandbox();
  {
    await using world = await openWorld({ store, sandbox });
    await before(world);
  }
  await using world = await makeWorld({ store, sandbox });
  await after(world);
}

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

describe('the reconciler', () => {
  test('is ready although an application does not start', async () => {
    await acrossRestart(
      async (world) => {
        const { application } = await serveApplication(world, 'serve');
        await world.reconciler[Symbol.asyncDispose]();
        const environmentVariables = [variable('BEHAVIOUR', 'exit')];
        await world.store.applications.change(application.id, { environmentVariables });
      },
      async (world) => {
        await world.reconciler.start();
        await world.reconciler.firstPass;
        assert.equal(world.reconciler.serverReady(), true);
      },
    );
  });

  test('leaves no process when it is disposed, also one that is just starting', async () => {
    const world = await openWorld();
    await serveApplication(world, 'serve');
    const { row } = await createApplication(world, { displayName: 'slow' });
    await createDeployment(world, row, world.sandbox.artifact('busy'));
    await eventually(world, () =>
      assert.equal(world.reconciler.applicationStatus(row.id)?.replicas[0]?.state, 'STARTING'),
    );
    await world.reconciler[Symbol.asyncDispose]();
    await world.reconciler.firstPass;
    assert.deepEqual(await leftProcesses(world), []);
    await world[Symbol.asyncDispose]();
  });

  test('kills at its limit what does not stop', async () => {
    const world = await openWorld({ stopLimit: 0.2 });
    const { application } = await serveApplication(world, 'stubborn');
    await world.store.settings.merge(application.id, { stopGrace: 3600 });
    await world.reconciler[Symbol.asyncDispose]();
    assert.deepEqual(await leftProcesses(world), []);
    await world[Symbol.asyncDispose]();
  });

  test('starts no more replicas at a time than it may', async () => {
    let starting = 0;
    let most = 0;
    await using sandbox = await openSandbox();
    const { runtime } = sandbox;
    const start: Runtime['start'] = async (spec, options) => {
      most = Math.max(most, ++starting);
      const replica = await runtime.start(spec, options);
      void replica.ready(options).finally(() => starting--);
      return replica;
    };
    const counting: Runtime = {
      kind: 'process',
      start,
      accepts: () => true,
      collect: () => runtime.collect(),
      forget: (id) => runtime.forget(id),
      logs: (id, options) => runtime.logs(id, options),
      [Symbol.asyncDispose]: async () => {},
    };
    await using world = await openWorld({ sandbox, runtimes: [counting], startsAtATime: 2 });
    const scalingConfig = { scalingType: 'CONCURRENCY' as const, minReplica: 6 };
    const { row: application } = await createApplication(world, { scalingConfig });
    const { request } = await createDeployment(world, application, sandbox.artifact('serve'));
    assert.equal((await finished(world, request)).status, 'SUCCEEDED');
    assert.equal(most, 2);
  });

  test('goes on after the store failed', async () => {
    await using store = await openStore({ path: ':memory:', clock, random });
    let failures = 1;
    const get: typeof store.applications.get = async (id) => {
      if (failures-- > 0) throw new Error('disk I/O error');
      return await store.applications.get(id);
    };
    await using world = await openWorld({
      store: { ...store, applications: { ...store.applications, get } },
    });
    const { request } = await createApplication(world);
    assert.equal((await finished(world, request)).status, 'SUCCEEDED');
    assert(failures < 0);
  });

  test('finds what changed without a notice', async () => {
    await using store = await openStore({ path: ':memory:', clock, random });
    const deaf = { ...store, changes: { watch: () => ({ [Symbol.dispose]: () => {} }) } };
    await using world = await openWorld({ store: deaf, compareEvery: 20 });
    const { request } = await createApplication(world);
    assert.equal((await finished(world, request)).status, 'SUCCEEDED');
  });

  test('purges at its start and every so often', async () => {
    await using store = await openStore({ path: ':memory:', clock, random });
    const { promise, resolve } = Promise.withResolvers<void>();
    let purges = 0;
    const purge = async (): Promise<number> => {
      purges++;
      if (purges === 2) throw new Error('disk I/O error');
      if (purges === 3) resolve();
      return await store.purge();
    };
    await using _world = await openWorld({ store: { ...store, purge }, purgeEvery: 5 });
    await promise;
  });
});
