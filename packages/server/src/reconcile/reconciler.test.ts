import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { systemClock as clock, systemRandom as random } from '../kit/clock.ts';
import { openSandbox } from '../runtime/process/sandbox.fixture.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { openStore } from '../store/open.ts';
import {
  openWorld,
  createApplication,
  createDeployment,
  serveApplication,
  finished,
  eventually,
  variable,
  leftProcesses,
  acrossRestart,
} from './world.fixture.ts';

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
