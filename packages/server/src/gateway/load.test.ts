import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Load } from './load.ts';
import { ownTables } from './tables.ts';

test('what is taken is counted until it is given back, once', () => {
  const load = new Load();
  const first = load.take('a', 'app');
  const second = load.take('a', 'app');
  assert.equal(load.at('a'), 2);
  assert.equal(load.at('b'), 0);
  first?.[Symbol.dispose]();
  first?.[Symbol.dispose]();
  assert.equal(load.at('a'), 1);
  second?.[Symbol.dispose]();
  assert.equal(load.at('a'), 0);
});

test('what an application is asked for is told: arrivals, those that wait, those that are served, and how long', () => {
  const time = { at: 0 };
  const load = new Load({ tables: ownTables({ now: () => time.at }) });
  const none = { inFlight: 0, waiting: 0, arrivals: 0, busy: 0 };
  assert.deepEqual(load.of('app'), none);
  load.arrive('app');
  const waits = load.wait('app');
  time.at = 10;
  assert.deepEqual(load.of('app'), { inFlight: 0, waiting: 1, arrivals: 1, busy: 10 });
  const seat = load.take('a', 'app');
  waits[Symbol.dispose]();
  time.at = 30;
  assert.deepEqual(load.of('app'), { inFlight: 1, waiting: 0, arrivals: 1, busy: 30 });
  assert.deepEqual(load.of('another'), none);
  seat?.[Symbol.dispose]();
  time.at = 100;
  assert.deepEqual(load.of('app'), { inFlight: 0, waiting: 0, arrivals: 1, busy: 30 });
  load.forget('app');
  assert.deepEqual(load.of('app'), none);
});

test('who watches hears of everyone who begins to wait, and of every seat that is given back', () => {
  const load = new Load();
  const heard: string[] = [];
  {
    using _knocks = load.watch((id) => heard.push(`waits ${id}`));
    using _releases = load.watchReleases((id) => heard.push(`released ${id}`));
    load.wait('app')[Symbol.dispose]();
    load.take('a', 'app')?.[Symbol.dispose]();
  }
  load.wait('app')[Symbol.dispose]();
  assert.deepEqual(heard, ['waits app', 'released app']);
});

test('who waits for a replica to be idle is told at its last release, and at once when it is', async () => {
  const load = new Load();
  await load.idle('a');
  const first = load.take('a', 'app');
  const second = load.take('a', 'app');
  const other = load.take('b', 'app');
  let idle = 0;
  const waiting = [load.idle('a').then(() => (idle += 1)), load.idle('a').then(() => (idle += 1))];
  first?.[Symbol.dispose]();
  await Promise.resolve();
  assert.equal(idle, 0);
  second?.[Symbol.dispose]();
  await Promise.all(waiting);
  assert.equal(idle, 2);
  assert.equal(load.at('b'), 1);
  other?.[Symbol.dispose]();
});
