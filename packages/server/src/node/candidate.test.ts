import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock as clock, systemRandom as random } from '../kit/clock.ts';
import { openStore, type Store } from '../store/index.ts';
import { Candidate, leaseName } from './candidate.ts';

const patience = 8000;

async function setup() {
  const store = await openStore({ path: ':memory:', clock, random });
  const time = { now: 0 };
  const candidate = (nodeId: string, on: Store = store) =>
    new Candidate({ store: on, nodeId, patience, now: () => time.now });
  return { store, time, candidate, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
}

test('the first one leads at once, the second one waits', async () => {
  await using scene = await setup();
  assert.equal(await scene.candidate('a').look(), 1);
  assert.equal(await scene.candidate('b').look(), undefined);
});

test('the second one leads after the whole silence, and nothing that ran before is left in the rows', async () => {
  await using scene = await setup();
  const { store, time } = scene;
  const b = scene.candidate('b');
  await scene.candidate('a').look();
  const row = {
    id: 'r',
    artifactId: '1',
    nodeId: 'a',
    nodeAddress: 'a:1',
    runtime: 'process',
    pid: 1,
  } as const;
  await store.replicas.put('app', [
    {
      ...row,
      address: '127.0.0.1:1',
      state: 'READY',
      serving: 'ready',
      reason: undefined,
      restarts: 0,
      timeStarted: '2026-01-01T00:00:00.000Z',
    },
  ]);
  assert.equal(await b.look(), undefined);
  time.now = patience - 1;
  assert.equal(await b.look(), undefined);
  assert.equal((await store.replicas.list()).length, 1);
  time.now = patience;
  assert.equal(await b.look(), 2);
  assert.deepEqual(await store.replicas.list(), []);
});

test('a node that is known to have ended is waited for less long, unless it gives signs of life', async () => {
  await using scene = await setup();
  const { store, time } = scene;
  const former = new Set(['a']);
  const b = new Candidate({ store, nodeId: 'b', patience, former, now: () => time.now });
  await scene.candidate('a').look();
  await b.look();
  time.now = 2000;
  await store.leases.renew({ name: leaseName, epoch: 1 });
  assert.equal(await b.look(), undefined);
  time.now = 4499;
  assert.equal(await b.look(), undefined);
  time.now = 4500;
  assert.equal(await b.look(), 2);
});

test('any sign of life begins the silence anew', async () => {
  await using scene = await setup();
  const { store, time } = scene;
  const b = scene.candidate('b');
  await scene.candidate('a').look();
  await b.look();
  assert.equal(b.hasHeard, false);
  for (let round = 1; round < 5; round += 1) {
    time.now = round * (patience - 1);
    await store.leases.renew({ name: leaseName, epoch: 1 });
    assert.equal(await b.look(), undefined);
    assert.equal(b.hasHeard, true);
  }
});

test('a lease that was given back is taken at once', async () => {
  await using scene = await setup();
  const b = scene.candidate('b');
  await scene.candidate('a').look();
  assert.equal(await b.look(), undefined);
  await scene.store.leases.release({ name: leaseName, epoch: 1 });
  assert.equal(await b.look(), 2);
});

test('time in which the store could not be asked is no silence', async () => {
  await using scene = await setup();
  const { store, time } = scene;
  let isAway = false;
  const away = { ...store.leases, get: () => Promise.reject(new Error('away')) };
  const b = scene.candidate('b', {
    ...store,
    get leases() {
      return isAway ? away : store.leases;
    },
  });
  await scene.candidate('a').look();
  assert.equal(await b.look(), undefined);
  isAway = true;
  time.now = patience;
  await assert.rejects(b.look(), /away/);
  isAway = false;
  assert.equal(await b.look(), undefined);
  time.now = 2 * patience;
  assert.equal(await b.look(), 2);
});
