import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applicationSettings } from '@mooring/contract';
import { Directory } from '../directory/directory.ts';
import { TrafficBook } from '../gateway/traffic.ts';
import { Arrivals } from './arrivals.ts';
import { Labels } from './labels.ts';
import { Metrics } from './metrics.ts';
import { noVolume } from './volume.ts';

const named = 20;

/** A server with one gateway, as far as figures are concerned. */
function openScene() {
  const directory = new Directory();
  const labels = new Labels(named);
  const arrivals = new Arrivals((id) => labels.of(id));
  const book = new TrafficBook();
  const watch = directory.watch((id, endpoint) => {
    book.follow(id, endpoint);
    if (endpoint !== undefined) return void labels.give(id);
    labels.take(id);
    arrivals.forget(id);
  });
  const metrics = new Metrics({
    version: '1',
    labels,
    applications: () => directory.all(),
    reports: async () => [{ families: await arrivals.report(), traffic: book.report([]) }],
    running: (id) => ({ wanted: 1, replicas: (directory.get(id)?.replicas ?? []).map(statusOf(id)) }),
  });
  return {
    directory,
    /** Shows the application with that replica. */
    show: (applicationId: string, replica: string): void =>
      directory.put({
        applicationId,
        name: applicationId,
        auth: { kind: 'none' },
        settings: applicationSettings.parse({}),
        replicas: [{ id: replica, host: '127.0.0.1', port: 1, state: 'ready' }],
        notice: undefined,
      }),
    /** A request and a connection, each answered, and one that is refused. */
    call: (applicationId: string, replicaId: string): void => {
      for (const kind of ['request', 'connection'] as const) {
        const arrived = { applicationId, kind, requestId: '1', method: 'GET', traceparent: undefined };
        const watched = arrivals.begin(arrived);
        watched.seated({ isCold: true, replicaId, seconds: 0.1 });
        watched.answered(200);
        watched.end();
        arrivals.begin(arrived).end('NotAuthenticated');
        book.add({ kind, applicationId, replicaId, volume: () => ({ ...noVolume, bytesIn: 1 }) });
      }
    },
    /** How many are shown, and how many are kept. */
    series: async (): Promise<{ shown: number; kept: number }> => {
      // What the process tells of itself is of a fixed number.
      const lines = (await metrics.read()).split('\n').filter((line) => line.startsWith('mooring_'));
      const kept = (await arrivals.report()).flatMap(({ values }) => values);
      return { shown: lines.length, kept: kept.length };
    },
    [Symbol.dispose]: () => {
      watch[Symbol.dispose]();
      metrics[Symbol.dispose]();
    },
  };
}

const statusOf =
  (applicationId: string) =>
  ({ id }: { readonly id: string }) => ({
    id,
    applicationId,
    artifactId: '1',
    runtime: 'process' as const,
    state: 'READY' as const,
    restarts: 0,
    connections: 0,
    timeStarted: '2026-01-01T00:00:00.000Z',
  });

test('a thousand applications that come, are called and go leave no more series than one', async () => {
  using scene = openScene();
  const live = (index: number): void => {
    const id = `application-${index}`;
    scene.show(id, `replica-${index}`);
    scene.call(id, `replica-${index}`);
    scene.directory.remove(id);
    // Somebody who is still there when it is gone.
    scene.call(id, `replica-${index}`);
  };
  live(0);
  const before = await scene.series();
  for (let index = 1; index <= 1000; index += 1) live(index);
  assert.deepEqual(await scene.series(), before);
});

test('a thousand replicas of an application leave the series of the one that is there', async () => {
  using scene = openScene();
  const live = (index: number): void => {
    scene.show('application', `replica-${index}`);
    scene.call('application', `replica-${index}`);
  };
  live(0);
  const before = await scene.series();
  for (let index = 1; index <= 1000; index += 1) live(index);
  assert.deepEqual(await scene.series(), before);
});

test('a thousand applications at once have as many series as those that are named, and one', async () => {
  using scene = openScene();
  const live = (index: number): void => {
    scene.show(`application-${index}`, `replica-${index}`);
    scene.call(`application-${index}`, `replica-${index}`);
  };
  for (let index = 0; index <= named; index += 1) live(index);
  const before = await scene.series();
  for (let index = named + 1; index <= 1000; index += 1) live(index);
  assert.deepEqual(await scene.series(), before);
});
