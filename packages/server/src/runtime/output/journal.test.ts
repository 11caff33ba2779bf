import assert from 'node:assert/strict';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { systemClock } from '../../kit/clock.ts';
import { openLog } from '../../observe/log.ts';
import { readJournal } from './journal-file.ts';
import { Journal } from './journal.ts';

interface Desk extends AsyncDisposable {
  readonly directory: string;
  readonly path: string;
  open(limits?: { maxBytes?: number; files?: number }): Journal;
}

async function openDesk(): Promise<Desk> {
  const directory = await mkdtemp(join(tmpdir(), 'mooring-journal-'));
  const path = join(directory, 'logs', 'r.log');
  const common = { path, replicaId: 'r', clock: systemClock, log: openLog('silent') };
  return {
    directory,
    path,
    open: ({ maxBytes = 1000, files = 3 } = {}) => new Journal({ ...common, maxBytes, files }),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

const texts = (lines: readonly { text: string }[]): string[] => lines.map(({ text }) => text);

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);

describe('a journal', () => {
  test('keeps lines with time and stream, readable with any tool', async () => {
    await using desk = await openDesk();
    await using journal = desk.open();
    journal.write('stdout', 'hello');
    journal.write('stderr', 'oh no');
    await journal.settled();
    const file = await readFile(desk.path, 'utf8');
    assert.match(file, /^\d{4}-\d\d-\d\dT\S+Z stdout hello\n\d{4}-\d\d-\d\dT\S+Z stderr oh no\n$/);
    assert.equal((await stat(desk.path)).mode & 0o777, 0o600);
  });

  test('rotates by size, keeps as many files as it may, and reads across them', async () => {
    await using desk = await openDesk();
    await using journal = desk.open();
    for (const text of numbered(1, 200)) journal.write('stdout', text);
    await journal.settled();
    const names = (await readdir(join(desk.directory, 'logs'))).sort();
    assert.deepEqual(names, ['r.log', 'r.log.1', 'r.log.2']);
    for (const name of names) assert((await stat(join(desk.directory, 'logs', name))).size <= 1000);
    const kept = texts(await journal.read(Infinity));
    assert(kept.length > 40, String(kept.length));
    assert.deepEqual(kept, numbered(201 - kept.length, 200));
    assert.deepEqual(texts(await journal.read(3)), numbered(198, 200));
    assert.deepEqual(await journal.read(0), []);
  });

  test('misses no line and repeats none when a listener joins in the middle of writing', async () => {
    await using desk = await openDesk();
    await using journal = desk.open({ maxBytes: 100_000 });
    const heard: string[] = [];
    let read: Promise<unknown> = Promise.resolve();
    let before: string[] = [];
    for (let number = 1; number <= 2000; number++) {
      journal.write('stdout', `line ${number}`);
      if (number % 100 === 0) await new Promise(setImmediate);
      if (number !== 1050) continue;
      const listener = (line: { text: string }): void => void heard.push(line.text);
      read = journal.read(Infinity, listener).then((lines) => (before = texts(lines)));
    }
    await read;
    assert.deepEqual([...before, ...heard], numbered(1, 2000));
  });

  test('goes on when the disk is full, and says afterwards how much was lost', async (context) => {
    if (process.platform !== 'linux') return context.skip('needs /dev/full');
    await using desk = await openDesk();
    await using journal = desk.open();
    await mkdir(join(desk.directory, 'logs'));
    await symlink('/dev/full', desk.path);
    for (const text of ['one', 'two']) {
      journal.write('stdout', text);
      await journal.settled();
    }
    assert.deepEqual(journal.recent, ['one', 'two']);
    await unlink(desk.path);
    journal.write('stdout', 'three');
    await journal.settled();
    const told = '2 lines were lost here: this file could not be written.';
    assert.deepEqual(texts(await journal.read(Infinity)), [told, 'three']);
  });

  test('goes on when its directory cannot be written', async () => {
    await using desk = await openDesk();
    await using journal = desk.open();
    await writeFile(join(desk.directory, 'logs'), 'in the way');
    journal.write('stdout', 'one');
    await journal.settled();
    await rename(join(desk.directory, 'logs'), join(desk.directory, 'aside'));
    journal.write('stdout', 'two');
    await journal.settled();
    assert.match(texts(await journal.read(Infinity)).join(), /^1 lines were lost.*,two$/);
  });

  test('reads around a torn line and whatever else is not its own', async () => {
    await using desk = await openDesk();
    await mkdir(join(desk.directory, 'logs'));
    await writeFile(desk.path, '2026-11-22T10:00:00.000Z stdout whole\n\n\0\xff\n2026-11-22T10:00:01.0');
    const lines = await readJournal({ path: desk.path, files: 3, replicaId: 'r', tail: Infinity });
    assert.deepEqual(texts(lines), ['whole']);
  });

  test('remembers the last twenty lines that the replica wrote', async () => {
    await using desk = await openDesk();
    await using journal = desk.open();
    for (const text of numbered(1, 30)) journal.write('stdout', text);
    journal.write('platform', 'exited');
    assert.deepEqual(journal.recent, numbered(11, 30));
  });
});
