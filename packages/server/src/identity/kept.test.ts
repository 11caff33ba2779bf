import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLog } from '../observe/log.ts';
import { openKept, type KeptOptions } from './kept.ts';

const log = openLog('silent');

interface Source extends KeptOptions<string> {
  rows: string[];
  /** How many of the next readings fail. */
  failures: number;
  readings: number;
  watched: boolean;
  /** A reading has its rows when it begins, and gives them when this has resolved. */
  gate: Promise<void> | undefined;
  tell(kind: string): void;
}

function sourceOf(...rows: string[]): Source {
  let listener: ((change: { kind: string }) => void) | undefined;
  const self: Source = {
    kind: 'name',
    name: 'the names',
    log,
    rows,
    failures: 0,
    readings: 0,
    watched: false,
    gate: undefined,
    tell: (kind) => listener?.({ kind }),
    list: async () => {
      self.readings += 1;
      const found = [...self.rows];
      if (self.failures-- > 0) throw new Error('the database is away');
      await self.gate;
      return found;
    },
    changes: {
      watch: (given) => {
        listener = given;
        self.watched = true;
        return { [Symbol.dispose]: () => void (self.watched = false) };
      },
    },
  };
  return self;
}

/** Resolves after all that waits for nothing but each other. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('the rows are those of the last notice of their kind, and no other notice makes it read', async () => {
  const source = sourceOf('ann');
  await using kept = await openKept(source);
  assert.deepEqual(kept.rows, ['ann']);
  const heard = Promise.withResolvers<void>();
  using _watch = kept.watch(heard.resolve);
  source.rows = ['bob'];
  source.tell('other');
  await settled();
  assert.deepEqual([kept.rows, source.readings], [['ann'], 1]);
  source.tell('name');
  await heard.promise;
  assert.deepEqual([kept.rows, source.readings], [['bob'], 2]);
});

test('a notice during the first reading has it read again afterwards', async () => {
  const source = sourceOf('ann');
  const gate = Promise.withResolvers<void>();
  source.gate = gate.promise;
  const opening = openKept(source);
  source.gate = undefined;
  source.rows = ['bob'];
  source.tell('name');
  await settled();
  gate.resolve();
  await using kept = await opening;
  await settled();
  assert.deepEqual([kept.rows, source.readings], [['bob'], 2]);
});

test('a notice during a later reading has it read again, once for all of them', async () => {
  const source = sourceOf('ann');
  await using kept = await openKept(source);
  const gate = Promise.withResolvers<void>();
  source.gate = gate.promise;
  source.tell('name');
  source.gate = undefined;
  source.rows = ['bob'];
  source.tell('name');
  source.tell('name');
  gate.resolve();
  await settled();
  assert.deepEqual([kept.rows, source.readings], [['bob'], 3]);
});

test('a reading that fails is repeated; the rows before it stay', async () => {
  const source = sourceOf('ann');
  await using kept = await openKept(source);
  const heard = Promise.withResolvers<void>();
  using _watch = kept.watch(heard.resolve);
  source.failures = 1;
  source.rows = ['bob'];
  source.tell('name');
  await settled();
  assert.deepEqual(kept.rows, ['ann']);
  await heard.promise;
  assert.deepEqual(kept.rows, ['bob']);
});

test('nothing is opened, and nobody listens any more, when the first reading fails', async () => {
  const source = sourceOf();
  source.failures = 1;
  await assert.rejects(openKept(source), /the database is away/);
  assert.equal(source.watched, false);
});

test('disposal ends a repeated reading', async () => {
  const source = sourceOf();
  const kept = await openKept(source);
  source.failures = Infinity;
  source.tell('name');
  await kept[Symbol.asyncDispose]();
  assert.equal(source.watched, false);
  const { readings } = source;
  await settled();
  assert.equal(source.readings, readings);
});
