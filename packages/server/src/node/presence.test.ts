import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock as clock, systemRandom as random } from '../kit/clock.ts';
import { openLog } from '../observe/log.ts';
import { openStore } from '../store/index.ts';
import { Presence } from './presence.ts';

test('a node is alone until another one tells of itself, and again when that one has been silent', async () => {
  await using store = await openStore({ path: ':memory:', clock, random });
  const time = { now: 1000 };
  const parts = { store, validity: 8000, now: () => time.now, log: openLog('silent') };
  using one = new Presence({ ...parts, nodeId: 'one' });
  using other = new Presence({ ...parts, nodeId: 'other' });
  assert.deepEqual([one.isAlone, other.isAlone], [true, true]);
  await other.tell();
  assert.deepEqual([one.isAlone, other.isAlone], [false, true]);
  time.now += 8000;
  assert.equal(one.isAlone, false);
  time.now += 1;
  assert.equal(one.isAlone, true);
});
