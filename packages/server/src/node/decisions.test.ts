import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScalingStatus } from '@mooring/contract';
import { systemClock as clock, systemRandom as random } from '../kit/clock.ts';
import { openLog } from '../observe/log.ts';
import { openStore } from '../store/index.ts';
import { Decisions } from './decisions.ts';

const statusWith = (decisions: number): ScalingStatus => ({
  metric: 'CONCURRENCY',
  target: 10,
  minReplica: 0,
  maxReplica: 9,
  wanted: 2,
  ready: 1,
  panicking: false,
  decisions: Array.from({ length: decisions }, (_, index) => ({
    time: new Date(index).toISOString(),
    from: 1,
    to: 2,
    cause: 'LOAD',
    reason: 'x'.repeat(500),
    ready: 1,
  })),
});

async function pair(known: (id: string) => ScalingStatus | undefined) {
  const store = await openStore({ path: ':memory:', clock, random });
  const log = openLog('silent');
  const leader = new Decisions({ store, nodeId: 'leader', known, log });
  const follower = new Decisions({ store, nodeId: 'follower', known: () => undefined, log, patience: 200 });
  return {
    follower,
    [Symbol.asyncDispose]: async () => {
      leader[Symbol.dispose]();
      follower[Symbol.dispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

test('a node that follows gets what the one that leads knows, and everybody who asks gets it', async () => {
  let asked = 0;
  await using scene = await pair(() => {
    asked += 1;
    return statusWith(2);
  });
  const answers = await Promise.all(Array.from({ length: 5 }, () => scene.follower.ask('app')));
  for (const answer of answers) assert.deepEqual(answer, statusWith(2));
  assert.equal(asked, 1);
});

test('of many decisions the latest are told, as many as a notice holds', async () => {
  await using scene = await pair(() => statusWith(20));
  const { decisions } = (await scene.follower.ask('app')) ?? assert.fail('there is no answer');
  assert.ok(decisions.length >= 8 && decisions.length < 20, String(decisions.length));
  assert.equal(decisions[0]?.time, new Date(0).toISOString());
});

test('nobody who knows is no answer, in time', async () => {
  await using scene = await pair(() => undefined);
  assert.equal(await scene.follower.ask('app'), undefined);
});
