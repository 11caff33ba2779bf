import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Bag } from './bag.ts';

type Event = { readonly kind: 'add' } | { readonly kind: 'dispose'; readonly which: number };

const events = fc.array(
  fc.oneof(
    fc.constant<Event>({ kind: 'add' }),
    fc.record({ kind: fc.constant('dispose' as const), which: fc.nat(20) }),
  ),
  { maxLength: 60 },
);

test('it holds what was added and has not been given back, whichever goes first and however often', () => {
  const property = fc.property(events, (given) => {
    const bag = new Bag<number>();
    const expected = new Set<number>();
    const handles: Disposable[] = [];
    for (const event of given) {
      if (event.kind === 'add') {
        expected.add(handles.length);
        handles.push(bag.add(handles.length));
      } else {
        handles[event.which]?.[Symbol.dispose]();
        expected.delete(event.which);
      }
      assert.deepEqual([...bag].toSorted(ascending), [...expected].toSorted(ascending));
    }
  });
  fc.assert(property, { numRuns: 300 });
});

test('what goes while it is gone through is left out unless it had its turn, and nothing else is', () => {
  const sizes = fc.integer({ min: 1, max: 12 });
  const removals = fc.array(fc.array(fc.nat(11), { maxLength: 3 }), { maxLength: 12 });
  const property = fc.property(sizes, removals, (size, plan) => {
    const bag = new Bag<number>();
    const handles = Array.from({ length: size }, (_, index) => bag.add(index));
    const gone = new Set<number>();
    const seen: number[] = [];
    for (const thing of bag) {
      assert(!gone.has(thing), `${thing} had gone`);
      for (const leaves of plan[seen.length] ?? []) {
        handles[leaves]?.[Symbol.dispose]();
        gone.add(leaves);
      }
      seen.push(thing);
    }
    for (const stays of bag) assert(seen.includes(stays), `${stays} was left out`);
    assert.equal(new Set(seen).size, seen.length);
  });
  fc.assert(property, { numRuns: 500 });
});

test('what comes while it is gone through is not among them', () => {
  const bag = new Bag<number>();
  bag.add(0);
  for (const thing of bag) if (thing < 10) bag.add(thing + 1);
  assert.equal([...bag].length, 2);
});

const ascending = (one: number, other: number): number => one - other;
