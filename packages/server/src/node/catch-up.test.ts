import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock as clock, systemRandom as random } from '../kit/clock.ts';
import { openLog } from '../observe/log.ts';
import { openStore } from '../store/index.ts';
import { CatchUp } from './catch-up.ts';

/** A node that leads and one that follows. @param written of the one that leads */
async function pair(written: () => Promise<void> | undefined, patience = 30_000) {
  const store = await openStore({ path: ':memory:', clock, random });
  const log = openLog('silent');
  const leader = new CatchUp({ store, nodeId: 'leader', written, log });
  const follower = new CatchUp({ store, nodeId: 'follower', written: () => undefined, log, patience });
  return {
    store,
    follower,
    [Symbol.asyncDispose]: async () => {
      leader[Symbol.dispose]();
      follower[Symbol.dispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

test('the answer comes behind the notices of what ran when it was asked for', async () => {
  await using scene = await pair(() => scene.store.announce({ kind: 'replica', id: 'app' }));
  const heard: string[] = [];
  using _watch = scene.store.changes.watch(({ kind }) => heard.push(kind));
  await scene.follower.ask();
  assert.deepEqual(heard, ['catchUp', 'replica', 'caughtUp']);
});

test('whoever asks while another question is under way gets the answer to a later one, all of them together', async () => {
  const gate = Promise.withResolvers<void>();
  let asked = 0;
  await using scene = await pair(() => {
    asked += 1;
    return asked === 1 ? gate.promise : Promise.resolve();
  });
  const first = scene.follower.ask();
  const later = [scene.follower.ask(), scene.follower.ask(), scene.follower.ask()];
  gate.resolve();
  await first;
  await Promise.all(later);
  assert.equal(asked, 2);
});

test('nobody who leads is no answer, in time', async () => {
  await using scene = await pair(() => undefined, 20);
  await scene.follower.ask();
});

test('the answer to a question that nobody waits for any more is none to the next', async () => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  let asked = 0;
  await using scene = await pair(() => gates[asked++]?.promise, 200);
  await scene.follower.ask();
  let isAnswered = false;
  const second = scene.follower.ask().then(() => (isAnswered = true));
  const late = Promise.withResolvers<void>();
  using _watch = scene.store.changes.watch(({ kind }) => kind === 'caughtUp' && late.resolve());
  gates[0].resolve();
  await late.promise;
  assert.equal(isAnswered, false);
  gates[1].resolve();
  await second;
});
