import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { ReplicaAddress } from '../directory/endpoint.ts';
import { choose } from './choose.ts';

const replica = (id: string, state: ReplicaAddress['state'] = 'ready'): ReplicaAddress => ({
  id,
  host: '127.0.0.1',
  port: 1,
  state,
});

test('without a ready replica there is no choice', () => {
  const options = { load: () => 0, random: () => 0 };
  assert.equal(choose([], options), undefined);
  assert.equal(choose([replica('a', 'draining')], options), undefined);
});

test('the least loaded ready replica is taken, whatever a draining one has', () => {
  const loads = new Map([
    ['a', 3],
    ['b', 1],
    ['c', 2],
    ['d', 0],
  ]);
  const replicas = [replica('a'), replica('b'), replica('c'), replica('d', 'draining')];
  const chosen = choose(replicas, { load: (id) => loads.get(id) ?? 0, random: () => 0.99 });
  assert.equal(chosen?.id, 'b');
});

test('among equals each one has its turn', () => {
  const replicas = ['a', 'b', 'c'].map((id) => replica(id));
  const chosen = [0, 0.34, 0.67, 0.999].map((random) =>
    choose(replicas, { load: () => 1, random: () => random }),
  );
  assert.deepEqual(
    chosen.map((replica) => replica?.id),
    ['a', 'b', 'c', 'c'],
  );
});

test('nobody ready has less than the chosen one', () => {
  const loads = fc.array(fc.record({ load: fc.nat(5), ready: fc.boolean() }), { maxLength: 8 });
  const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(loads, fraction, (entries, random) => {
      const replicas = entries.map(({ ready }, index) => replica(`${index}`, ready ? 'ready' : 'draining'));
      const load = (id: string): number => entries[Number(id)]?.load ?? 0;
      const chosen = choose(replicas, { load, random: () => random });
      const ready = replicas.filter(({ state }) => state === 'ready');
      assert.equal(chosen === undefined, ready.length === 0);
      if (chosen === undefined) return;
      assert.equal(chosen.state, 'ready');
      assert.ok(ready.every(({ id }) => load(id) >= load(chosen.id)));
    }),
  );
});

test('a replica that has all that it may have is passed over, and when all have, there is none', () => {
  const replicas = ['a', 'b'].map((id) => replica(id));
  const loads = new Map([['a', 2]]);
  const options = { load: (id: string) => loads.get(id) ?? 2, random: () => 0 };
  assert.equal(choose(replicas, { ...options, limit: 3 })?.id, 'a');
  loads.set('b', 1);
  assert.equal(choose(replicas, { ...options, limit: 2 })?.id, 'b');
  assert.equal(choose(replicas, { ...options, limit: 1 }), undefined);
});

test('a replica that could not be reached is taken only when there is no other', () => {
  const replicas = ['a', 'b'].map((id) => replica(id));
  const options = { load: () => 0, random: () => 0 };
  assert.equal(choose(replicas, { ...options, isOut: (id) => id === 'a' })?.id, 'b');
  assert.equal(choose(replicas, { ...options, isOut: () => true })?.id, 'a');
});

test('a session gets its own replica, also when that is draining, or none', () => {
  const replicas = [replica('a'), replica('b', 'draining')];
  const session = (replicaId: string) => ({ kind: 'session' as const, replicaId, upstreamId: 's' });
  const options = { load: () => 5, random: () => 0 };
  assert.equal(choose(replicas, { ...options, preference: session('b') })?.id, 'b');
  assert.equal(choose(replicas, { ...options, preference: session('b'), limit: 5 }), undefined);
});

test('a cookie gets its replica while that is ready, then another one', () => {
  const options = { load: (id: string) => (id === 'a' ? 9 : 0), random: () => 0 };
  const preference = { kind: 'cookie' as const, name: 'c', replicaId: 'a' };
  assert.equal(choose([replica('a'), replica('b')], { ...options, preference })?.id, 'a');
  assert.equal(choose([replica('a', 'draining'), replica('b')], { ...options, preference })?.id, 'b');
});

test('a key has one replica, whatever the order, and keeps it when another one comes or goes', () => {
  const ids = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(ids, fc.string(), (names, key) => {
      const of = (list: readonly string[]): string | undefined =>
        choose(
          list.map((id) => replica(id)),
          { load: () => 0, random: () => 0, preference: { kind: 'key', key } },
        )?.id;
      const own = of(names);
      assert.equal(of(names.toReversed()), own);
      for (const gone of names.filter((id) => id !== own))
        assert.equal(of(names.filter((id) => id !== gone)), own);
    }),
  );
});
