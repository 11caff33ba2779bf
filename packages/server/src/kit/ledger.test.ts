import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import * as fc from 'fast-check';
import { Ledger, ledgerMemory } from './ledger.ts';

interface Stand {
  readonly rows: readonly Ledger[];
  readonly main: Ledger;
  readonly advance: (milliseconds: number) => void;
}

function stand({ rows = 2, capacity = 64, keep = Infinity } = {}): Stand {
  let now = 1_000_000;
  const clock = { now: () => now };
  const memory = ledgerMemory({ rows, capacity, keep });
  return {
    rows: Array.from({ length: rows }, (_, row) => new Ledger(memory, { row, clock })),
    main: new Ledger(memory, { row: -1, clock }),
    advance: (milliseconds) => void (now += milliseconds),
  };
}

describe('a ledger', () => {
  test('counts what all rows hold, whatever comes and goes in which order', () => {
    const step = fc.record({
      row: fc.nat({ max: 2 }),
      key: fc.constantFrom('a', 'b', 'c'),
      enters: fc.boolean(),
      limit: fc.constantFrom(1, 2, 5, Infinity),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { rows, main } = stand({ rows: 3 });
        const held = new Map<string, Disposable[]>();
        for (const { row, key, enters, limit } of steps) {
          const own = held.get(key) ?? [];
          held.set(key, own);
          if (enters) {
            const before = own.length;
            const entered = rows[row]?.enter(key, limit);
            assert.equal(entered !== undefined, before < limit);
            if (entered) own.push(entered);
          } else own.shift()?.[Symbol.dispose]();
          for (const one of [...rows, main]) assert.equal(one.at(key), own.length);
        }
      }),
    );
  });

  test('gives back once what is disposed of twice', () => {
    const { rows, main } = stand();
    const [first, second] = [rows[0]?.enter('a'), rows[1]?.enter('a')];
    first?.[Symbol.dispose]();
    first?.[Symbol.dispose]();
    assert.equal(main.at('a'), 1);
    second?.[Symbol.dispose]();
    assert.equal(main.at('a'), 0);
  });

  test('tells how many there were, and for how long', () => {
    const { rows, main, advance } = stand();
    const first = rows[0]?.enter('a');
    advance(100);
    const second = rows[1]?.enter('a');
    advance(50);
    first?.[Symbol.dispose]();
    second?.[Symbol.dispose]();
    rows[1]?.pass('a');
    advance(1000);
    assert.deepEqual(main.read('a'), { now: 0, total: 3, busy: 200 });
    assert.deepEqual(main.read('never'), { now: 0, total: 0, busy: 0 });
  });

  test('frees what a dead row held, and nothing else', () => {
    const { rows, main } = stand();
    rows[0]?.enter('a');
    rows[0]?.enter('a');
    const kept = rows[1]?.enter('a');
    rows[0]?.mark('b', 7);
    rows[1]?.mark('b', 9);
    main.clearRow(0);
    assert.equal(main.at('a'), 1);
    assert.deepEqual(main.least('b'), { row: 1, value: 9 });
    kept?.[Symbol.dispose]();
    assert.equal(main.at('a'), 0);
  });

  test('has one credit for all rows, which grows up to its rate', () => {
    const { rows, advance } = stand();
    const spend = (row: number): boolean | undefined => rows[row]?.spend('a', 3);
    assert.deepEqual([spend(0), spend(1), spend(0), spend(1)], [true, true, true, false]);
    advance(334);
    assert.deepEqual([spend(1), spend(0)], [true, false]);
    advance(60_000);
    assert.deepEqual([spend(0), spend(0), spend(1), spend(1)], [true, true, true, false]);
  });

  test('holds a bounded number of keys: what does not fit is not counted, and has its room when others are over', () => {
    const { rows, main, advance } = stand({ capacity: 16, keep: 1000 });
    const held = Array.from({ length: 40 }, (_, index) => rows[0]?.enter(`key ${index}`));
    assert.ok(held.every((one) => one !== undefined));
    const counted = held.filter((_, index) => main.at(`key ${index}`) === 1).length;
    assert.equal(counted, 16);
    for (const one of held) one?.[Symbol.dispose]();
    advance(1001);
    rows[1]?.enter('late');
    assert.equal(main.at('late'), 1);
  });

  test('forgets a key when it counts nothing any more', () => {
    const { rows, main } = stand();
    const held = rows[0]?.enter('a');
    main.forget('a');
    assert.equal(main.at('a'), 1);
    held?.[Symbol.dispose]();
    assert.deepEqual(main.read('a'), { now: 0, total: 0, busy: 0 });
  });

  test('counts right when threads count at the same time', { timeout: 60_000 }, async () => {
    const memory = ledgerMemory({ rows: 3, capacity: 64, keep: Infinity });
    const threads = [0, 1, 2].map(
      (row) => new Worker(new URL('ledger.fixture.ts', import.meta.url), { workerData: { memory, row } }),
    );
    await Promise.all(threads.map((thread) => once(thread, 'exit')));
    const main = new Ledger(memory, { row: -1, clock: { now: () => 0 } });
    assert.deepEqual(main.read('shared'), { now: 3, total: 30_003, busy: 0 });
    for (const row of [0, 1, 2]) main.clearRow(row);
    assert.equal(main.at('shared'), 0);
  });
});
