import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Load } from '../gateway/load.ts';
import { openLog } from '../observe/log.ts';
import { Changes, type Change } from '../store/changes.ts';
import { Bell, Knocks } from './knocks.ts';

test('a notice is believed for a few seconds', () => {
  const time = { at: 0 };
  const changes = new Changes();
  using knocks = new Knocks({ changes }, () => time.at);
  const heard: string[] = [];
  using _watch = knocks.watch((id) => heard.push(id));
  assert.deepEqual(knocks.of('a'), { inFlight: 0, waiting: 0, arrivals: 0, busy: 0 });
  changes.send([{ kind: 'demand', id: 'a', count: 5 }]);
  changes.send([{ kind: 'application', id: 'b' }]);
  time.at = 1000;
  assert.deepEqual(knocks.of('a'), { inFlight: 0, waiting: 5, arrivals: 0, busy: 5000 });
  changes.send([{ kind: 'demand', id: 'a', count: 2 }]);
  time.at = 9000;
  assert.deepEqual(knocks.of('a'), { inFlight: 0, waiting: 0, arrivals: 0, busy: 11_000 });
  assert.deepEqual(heard, ['a', 'a']);
});

test('who waits is told of while they wait, once for all', async () => {
  const load = new Load();
  const told: Change[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const announce = async (change: Change): Promise<void> => {
    told.push(change);
    if (told.length === 2) resolve();
    if (told.length === 1) throw new Error('away');
  };
  using _bell = new Bell({ store: { announce }, demand: load, log: openLog('silent') });
  const waits = [load.wait('a'), load.wait('a'), load.wait('a')];
  assert.deepEqual(told, [{ kind: 'demand', id: 'a', count: 1 }]);
  await promise;
  assert.deepEqual(told[1], { kind: 'demand', id: 'a', count: 3 });
  for (const one of waits) one[Symbol.dispose]();
});
