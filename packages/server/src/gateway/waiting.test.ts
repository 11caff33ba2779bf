import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifies } from '@mooring/test/verifies';
import { Directory } from '../directory/directory.ts';
import { systemClock as clock } from '../kit/clock.ts';
import type { Seat } from './admit.ts';
import { ask, host, startGateway, startReplica, type Answer, type TestGateway } from './gateway.fixture.ts';
import { Load } from './load.ts';
import { openTables, tablesMemory } from './tables.ts';
import { Waiting } from './waiting.ts';

/** Resolves once so many wait for the application. */
async function waits({ gateway }: TestGateway, applicationId: string, count: number): Promise<void> {
  while (gateway.demand.of(applicationId).waiting < count) {
    const { promise, resolve } = Promise.withResolvers<void>();
    using _watch = gateway.demand.watch(() => resolve());
    if (gateway.demand.of(applicationId).waiting < count) await promise;
  }
}

/** A replica whose requests are answered when the test says so, oldest first. */
async function patient() {
  const held: { path: string; answer: () => void }[] = [];
  const arrivals: (() => void)[] = [];
  const replica = await startReplica({
    http: (request, response) => {
      held.push({ path: request.url ?? '', answer: () => response.end(request.url) });
      arrivals.shift()?.();
    },
  });
  return {
    replica,
    held,
    next: (): Promise<void> => new Promise((resolve) => arrivals.push(resolve)),
  };
}

test(
  verifies(
    'queue:order',
    'a replica gets no more than maxConcurrency; the others are served in the order in which they came',
  ),
  async () => {
    const { replica, held, next } = await patient();
    await using _replica = replica;
    await using gateway = await startGateway();
    const app = host(gateway.directory, [replica], { settings: { maxConcurrency: 2 } });
    const answers: Promise<Answer>[] = [];
    for (let number = 0; number < 6; number++) {
      const arrived = number < 2 ? next() : waits(gateway, app.id, number - 1);
      answers.push(ask(gateway.port, app.invoke(`/${number}`)));
      await arrived;
    }
    assert.deepEqual(gateway.gateway.demand.of(app.id).inFlight, 2);
    for (let number = 0; number < 4; number++) {
      const following = next();
      held[number]?.answer();
      await following;
      assert.equal(held.length, number + 3);
    }
    for (const { answer } of held.slice(4)) answer();
    assert.deepEqual(
      held.map(({ path }) => path),
      [0, 1, 2, 3, 4, 5].map((number) => `/${number}`),
    );
    for (const [number, answer] of (await Promise.all(answers)).entries())
      assert.equal(answer.body, `/${number}`);
    assert.deepEqual(gateway.gateway.demand.of(app.id).waiting, 0);
  },
);

test('a thousand that come before there is a replica are all served', async () => {
  await using replica = await startReplica({ http: (_request, response) => response.end('served') });
  await using gateway = await startGateway();
  const app = host(gateway.directory, []);
  const answers = Array.from({ length: 1000 }, () => ask(gateway.port, app.invoke()));
  await waits(gateway, app.id, 1000);
  const ready = { id: 'r', host: '127.0.0.1', port: replica.port, state: 'ready' } as const;
  gateway.directory.put({ ...app.endpoint, replicas: [ready] });
  for (const { status } of await Promise.all(answers)) assert.equal(status, 200);
});

test(verifies('queue:full', 'more than maxWaiting are told to come back'), async () => {
  await using replica = await startReplica({ http: (_request, response) => response.end('served') });
  await using gateway = await startGateway();
  const app = host(gateway.directory, [], { settings: { maxWaiting: 2 } });
  const answers = [ask(gateway.port, app.invoke()), ask(gateway.port, app.invoke())];
  await waits(gateway, app.id, 2);
  const refused = await ask(gateway.port, app.invoke());
  assert.equal(refused.status, 503);
  assert.match(refused.body, /maxWaiting/);
  assert.equal(refused.headers['retry-after'], '1');
  const ready = { id: 'r', host: '127.0.0.1', port: replica.port, state: 'ready' } as const;
  gateway.directory.put({ ...app.endpoint, replicas: [ready] });
  for (const { status } of await Promise.all(answers)) assert.equal(status, 200);
});

test('who waits for a replica of their own does not hold up the others', async () => {
  const own = await patient();
  await using _own = own.replica;
  await using free = await startReplica({ http: (_request, response) => response.end('free') });
  await using gateway = await startGateway();
  const settings = { maxConcurrency: 1, affinityHeader: 'x-key' };
  const app = host(gateway.directory, [own.replica], { settings });
  const first = own.next();
  const headers = { 'x-key': 'a' };
  const served = ask(gateway.port, app.invoke('/first'), { headers });
  await first;
  const held = ask(gateway.port, app.invoke('/second'), { headers });
  await waits(gateway, app.id, 1);
  const another = ask(gateway.port, app.invoke());
  await waits(gateway, app.id, 2);
  const fresh = { id: 'fresh', host: '127.0.0.1', port: free.port, state: 'ready' } as const;
  gateway.directory.put({ ...app.endpoint, replicas: [...app.endpoint.replicas, fresh] });
  assert.equal((await another).body, 'free');
  own.held[0]?.answer();
  assert.equal((await served).body, '/first');
  // Its key may belong to the new replica by now.
  void own.next().then(() => own.held[1]?.answer());
  assert.match((await held).body, /^(\/second|free)$/);
});

test(
  verifies('workers:limits', 'who comes to a gateway before another one hears of the replica is served, too'),
  async () => {
    const { replica, held, next } = await patient();
    await using _replica = replica;
    const memory = tablesMemory(2);
    const gateways: TestGateway[] = [];
    const nudge = (row: number, id: string): void =>
      void setImmediate(() => gateways[row]?.gateway.offer(id));
    await using one = await startGateway({ tables: openTables(memory, { row: 0, clock }), nudge });
    await using two = await startGateway({ tables: openTables(memory, { row: 1, clock }), nudge });
    gateways.push(one, two);
    const app = host(one.directory, []);
    two.directory.put(app.endpoint);
    const first = ask(one.port, app.invoke('/first'));
    await waits(one, app.id, 1);
    const endpoint = {
      ...app.endpoint,
      replicas: [{ id: 'r', host: '127.0.0.1', port: replica.port, state: 'ready' as const }],
    };
    two.directory.put(endpoint);
    const second = ask(two.port, app.invoke('/second'));
    await waits(two, app.id, 2);
    // What its coming has set off is over.
    await new Promise((resolve) => setImmediate(resolve));
    // Nobody leaves the replica meanwhile: only the news of it may bring them there.
    const arrived = next();
    one.directory.put(endpoint);
    await arrived;
    if (held.length < 2) await next();
    for (const { answer } of held) answer();
    assert.deepEqual([(await first).body, (await second).body], ['/first', '/second']);
  },
);

test('who waits because of others, who have just been served, is served at once', async () => {
  const directory = new Directory();
  using waiting = new Waiting({ directory, load: new Load() });
  const replica = { id: 'r', host: '127.0.0.1', port: 1, state: 'ready' } as const;
  const free: Seat = { replica, held: 0, [Symbol.dispose]: () => {} };
  const seat = await waiting.join({
    applicationId: 'app',
    take: () => free,
    isChoosy: false,
    hold: 30_000,
    most: 10,
    signal: new AbortController().signal,
  });
  assert.equal(seat, free);
});
