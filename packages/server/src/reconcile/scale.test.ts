import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noDemand, type Demand, type DemandPort } from '../directory/demand.ts';
import {
  activate,
  eventually,
  openWorld,
  readyUrls,
  serveApplication,
  type WorldOptions,
} from './world.fixture.ts';

/** A gateway as the test wants it to be. */
function asked() {
  const listeners = new Set<(applicationId: string) => void>();
  const state: { demand: Demand } = { demand: noDemand };
  const demand: DemandPort = {
    of: () => ({ ...state.demand }),
    watch: (listener) => {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
  return { state, demand, knock: (id: string) => listeners.forEach((listener) => listener(id)) };
}

const quick: WorldOptions = { sampleEvery: 110 };
const zero = { scalingConfig: { scalingType: 'CONCURRENCY' as const, minReplica: 0, maxReplica: 4 } };
const pace = { scaleToZeroAfter: 1, stableWindow: 6, panicWindow: 1, drainAfter: 0, drainSpread: 0 };

test('an application that nobody wants has no replica, until somebody waits; nobody asks the store', async () => {
  const { demand, knock, state } = asked();
  await using world = await openWorld({ ...quick, demand });
  const { application, deployment } = await serveApplication(world, 'serve', zero);
  assert.equal(readyUrls(world, application).length, 1);
  await world.store.settings.merge(application.id, pace);
  await eventually(world, () => assert.equal(world.directory.get(application.id)?.replicas.length, 0));
  await eventually(world, () =>
    assert.deepEqual(world.reconciler.applicationStatus(application.id)?.replicas, []),
  );
  state.demand = { ...noDemand, waiting: 1 };
  knock(application.id);
  const started = world.reconciler.applicationStatus(application.id);
  assert.equal(world.reconciler.scaling(application.id)?.wanted, 1);
  assert.ok(started);
  await eventually(world, () => assert.equal(readyUrls(world, application).length, 1));
  const { decisions = [] } = world.reconciler.scaling(application.id) ?? {};
  assert.deepEqual(
    decisions.map(({ cause, from, to }) => [cause, from, to]),
    [
      ['WAKE', 0, 1],
      ['IDLE', 1, 0],
    ],
  );
  assert.equal((await world.store.deployments.get(deployment.id))?.lifecycleState, 'ACTIVE');
});

test('load starts replicas up to maxReplica, and sends those with the fewest connections away', async () => {
  const { demand, state } = asked();
  const connections = new Map<string, number>();
  await using world = await openWorld({ ...quick, demand, connections: (id) => connections.get(id) ?? 0 });
  const config = {
    scalingType: 'CONCURRENCY' as const,
    minReplica: 1,
    maxReplica: 3,
    targetConcurrencyThreshold: 2,
  };
  const { application } = await serveApplication(world, 'serve', { scalingConfig: config });
  await world.store.settings.merge(application.id, pace);
  let load = 20;
  const since = performance.now();
  // As the gateway counts: so many at a time since it began.
  state.demand = {
    ...noDemand,
    inFlight: 20,
    get busy() {
      return (performance.now() - since) * load;
    },
  };
  await eventually(world, () => assert.equal(readyUrls(world, application).length, 3));
  const replicas = world.directory.get(application.id)?.replicas ?? [];
  const [first, , last] = replicas;
  if (first && last) connections.set(first.id, 1).set(last.id, 5);
  load = 0;
  const kept = (): string[] | undefined => world.directory.get(application.id)?.replicas.map(({ id }) => id);
  await eventually(world, () => assert.deepEqual(kept(), [last?.id]));
});

test('a new version of an application without replicas shows that it runs before it counts', async () => {
  await using world = await openWorld(quick);
  const { application, deployment } = await serveApplication(world, 'serve', zero);
  await world.store.settings.merge(application.id, pace);
  await eventually(world, () => assert.equal(world.directory.get(application.id)?.replicas.length, 0));
  const { request } = await activate(world, deployment, world.sandbox.artifact('exit'));
  await eventually(world, async () =>
    assert.equal((await world.store.workRequests.get(request.id))?.status, 'FAILED'),
  );
  assert.equal((await world.store.deployments.get(deployment.id))?.activeArtifactId, '1');
});
