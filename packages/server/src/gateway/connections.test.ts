import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { verifies } from '@mooring/test/verifies';
import { Directory } from '../directory/directory.ts';
import { noVolume } from '../observe/volume.ts';
import { anonymous } from '../identity/principal.ts';
import { Connections, type Served } from './connections.ts';
import { Load } from './load.ts';

interface Stand {
  readonly connections: Connections;
  readonly load: Load;
  /** What happened to whom, in order. */
  readonly events: string[];
  /** Adds something served; the returned function ends it. */
  readonly serve: (name: string, options?: { kind?: Served['kind']; replica?: string }) => () => void;
  /** Lets time go by, a second at a step, and the relays look at the clock. */
  readonly pass: (seconds: number) => Promise<void>;
}

/** Sends everybody away at once. */
const plan = { after: 0, spread: 0, requests: 60, closes: 5 };

/** Connections on a clock of the test's own; `random` is the one byte that every draw gives. */
function stand(context: TestContext, random = 0): Stand {
  context.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  let now = 1_000_000;
  const load = new Load();
  const connections = new Connections({
    load,
    directory: new Directory(),
    clock: { now: () => now },
    random: (bytes) => new Uint8Array(bytes).fill(random),
  });
  context.after(() => connections[Symbol.dispose]());
  const events: string[] = [];
  return {
    connections,
    load,
    events,
    serve: (name, { kind = 'connection', replica = 'r' } = {}) => {
      const held = load.take(replica, 'app');
      const end = (): void => {
        held?.[Symbol.dispose]();
        added[Symbol.dispose]();
      };
      const added = connections.add({
        kind,
        applicationId: 'app',
        replicaId: replica,
        close: (code, reason) => {
          if (kind === 'request') return;
          events.push(`${name} ${code} ${reason}`);
          end();
        },
        destroy: (reason) => {
          events.push(`${name} ${reason}`);
          end();
        },
        tick: () => {},
        volume: () => noVolume,
      });
      return end;
    },
    pass: async (seconds) => {
      for (let second = 0; second < seconds; second += 1) {
        now += 1000;
        context.mock.timers.tick(1000);
        await Promise.resolve();
      }
    },
  };
}

test('live connections are counted by application and by replica, requests are not', (context) => {
  const { load, serve } = stand(context);
  const end = serve('a');
  serve('b', { replica: 'other' });
  serve('c', { kind: 'request' });
  assert.equal(load.connections('app'), 2);
  assert.equal(load.connections('r'), 1);
  assert.equal(load.connections('nothing'), 0);
  end();
  assert.equal(load.connections('app'), 1);
});

test(
  verifies('live:drain:spread', 'the closes of a drain are spread over it, one in each part'),
  async (context) => {
    const { connections, load, events, serve, pass } = stand(context, 128);
    for (const name of ['a', 'b', 'c', 'd']) serve(name);
    serve('elsewhere', { replica: 'other' });
    const drained = connections.drain('r', { ...plan, spread: 8 });
    const after: number[] = [];
    for (let second = 1; second <= 8; second += 1) {
      await pass(1);
      after.push(events.length);
    }
    assert.deepEqual(after, [1, 1, 2, 2, 3, 3, 4, 4]);
    assert.equal(events[0], 'a 1012 {"retryAfterMs":500}');
    await drained;
    assert.equal(load.connections('app'), 1);
  },
);

test(verifies('live:drain:spread', 'without a spread everybody is sent away at once'), async (context) => {
  const { connections, events, serve, pass } = stand(context);
  serve('a');
  serve('b');
  const drained = connections.drain('r', plan);
  await pass(1);
  await drained;
  assert.deepEqual(events, ['a 1012 {"retryAfterMs":0}', 'b 1012 {"retryAfterMs":0}']);
});

test(verifies('http:drain', 'a request may finish during a drain, until its time is up'), async (context) => {
  const { connections, events, serve, pass } = stand(context);
  const end = serve('quick', { kind: 'request' });
  serve('slow', { kind: 'request' });
  let over = false;
  const drained = connections.drain('r', { ...plan, spread: 2, requests: 7 }).then(() => (over = true));
  await pass(1);
  end();
  await pass(5);
  assert.equal(over, false);
  assert.deepEqual(events, []);
  await pass(1);
  assert.deepEqual(events, ['slow the drain took too long']);
  await drained;
});

test(
  verifies('live:drain:after', 'a connection stays until drainAfter is over, unless it ends before'),
  async (context) => {
    const { connections, events, serve, pass } = stand(context);
    const leave = serve('leaves');
    serve('stays');
    const drained = connections.drain('r', { ...plan, after: 10, spread: 2 });
    await pass(5);
    leave();
    await pass(4);
    assert.deepEqual(events, []);
    await pass(1);
    await pass(1);
    assert.deepEqual(events, ['stays 1012 {"retryAfterMs":0}']);
    await drained;
  },
);

test('a replica that serves nothing is empty at once, and when its last connection ends', async (context) => {
  const { connections, serve } = stand(context);
  await connections.drain('r', { ...plan, after: 3600 });
  const leave = serve('a');
  const drained = connections.drain('r', { ...plan, after: 3600 });
  leave();
  await drained;
});

test('of two drains of one replica the earlier end counts', async (context) => {
  const { connections, events, serve, pass } = stand(context);
  serve('a');
  serve('request', { kind: 'request' });
  const long = connections.drain('r', { after: 3600, spread: 60, requests: 3600, closes: 60 });
  const short = connections.drain('r', { ...plan, requests: 3 });
  await pass(3);
  assert.deepEqual(events, ['a 1012 {"retryAfterMs":0}', 'request the drain took too long']);
  await Promise.all([long, short]);
});

test('what arrives while a drain is under way is sent away at its end', async (context) => {
  const { connections, events, serve, pass } = stand(context);
  serve('early');
  const hold = serve('request', { kind: 'request' });
  const drained = connections.drain('r', { ...plan, spread: 2 });
  await pass(1);
  serve('late');
  assert.deepEqual(events, ['early 1012 {"retryAfterMs":0}']);
  await pass(1);
  assert.ok(events.includes('late 1012 {"retryAfterMs":0}'));
  serve('later');
  await pass(1);
  assert.ok(events.includes('later 1012 {"retryAfterMs":0}'));
  hold();
  await drained;
  events.length = 0;
  serve('next life');
  await pass(20);
  assert.deepEqual(events, []);
});

test('a seat without a connection yet keeps the drain open', async (context) => {
  const { connections, load, pass } = stand(context);
  const dialling = load.take('r', 'app');
  let over = false;
  const drained = connections.drain('r', plan).then(() => (over = true));
  await pass(30);
  assert.equal(over, false);
  dialling?.[Symbol.dispose]();
  await drained;
});

test(
  verifies('shutdown:drain', 'a stop drains every replica and ends what is left after the grace'),
  async (context) => {
    const { connections, load, events, serve, pass } = stand(context);
    serve('a');
    serve('b', { replica: 'other' });
    serve('request', { kind: 'request' });
    const drained = connections.drainAll({ grace: 4 });
    await pass(1);
    assert.deepEqual(events.slice(0, 2), ['a 1012 {"retryAfterMs":0}', 'b 1012 {"retryAfterMs":0}']);
    await pass(3);
    assert.equal(events.at(-1), 'request the server is stopping');
    await drained;
    assert.equal(load.connections('app'), 0);
  },
);

test('whoever is still there when it is disposed of is ended', (context) => {
  const { connections, events, serve } = stand(context);
  serve('a');
  connections[Symbol.dispose]();
  assert.deepEqual(events, ['a the server has stopped']);
});

test(
  verifies('auth:revoked', 'callers who lost their access are sent away, also one who came meanwhile'),
  (context) => {
    context.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    const gone = new Set<string>();
    const clock = { now: () => 0 };
    const load = new Load();
    const connections = new Connections({
      load,
      clock,
      random: (bytes) => new Uint8Array(bytes),
      directory: new Directory(),
      isWithdrawn: ({ subject }) => gone.has(subject),
    });
    context.after(() => connections[Symbol.dispose]());
    const events: string[] = [];
    const serve = (subject: string, kind: Served['kind']): void => {
      const caller = { ...anonymous, kind: 'token' as const, subject };
      const withdraw = (): void => void events.push(`${subject} connection`);
      connections.add({
        kind,
        applicationId: 'app',
        replicaId: 'r',
        ...(kind === 'request'
          ? { caller }
          : { named: { connectionId: subject, caller, renew: () => {}, withdraw } }),
        close: () => {},
        destroy: (reason) => void events.push(`${subject} ${reason}`),
        tick: () => {},
        volume: () => noVolume,
      });
    };
    serve('mona', 'connection');
    serve('mona', 'request');
    serve('zoe', 'connection');
    gone.add('mona');
    connections.withdraw();
    assert.deepEqual(events, ['mona connection', 'mona access was withdrawn']);
    gone.add('late');
    serve('late', 'connection');
    connections.tick();
    connections.tick();
    assert.deepEqual(
      events.slice(2).filter((event) => event.startsWith('late')),
      ['late connection'],
    );
  },
);
