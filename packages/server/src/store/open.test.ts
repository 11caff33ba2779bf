import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { systemClock as clock, systemRandom as random } from '../kit/clock.ts';
import { openStore } from './open.ts';
import { newApplication } from './suite/case.ts';
import { storeSuite } from './suite.ts';

storeSuite('SQLite in memory', (clock) => openStore({ path: ':memory:', clock, random }));

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'mooring-store-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

test('a store on disk is as it was when it is opened again', async (t) => {
  const path = join(await folder(t), 'store.db');
  const first = await openStore({ path, clock, random });
  const created = await first.applications.create(await newApplication(first));
  const root = await first.compartments.root();
  await first[Symbol.asyncDispose]();
  await using second = await openStore({ path, clock, random });
  assert.deepEqual(await second.applications.list(), [created]);
  assert.deepEqual(await second.compartments.root(), root);
});

test('only the owner may read the database and its log', async (t) => {
  const path = join(await folder(t), 'store.db');
  await using store = await openStore({ path, clock, random });
  await store.meta.set('a', 'b');
  for (const file of [path, `${path}-wal`]) assert.equal((await stat(file)).mode & 0o777, 0o600, file);
});

test('a database that cannot be opened is named', async (t) => {
  const path = join(await folder(t), 'absent', 'store.db');
  await assert.rejects(openStore({ path, clock, random }), (error: Error) => error.message.includes(path));
});

const broken: { what: string; spoil: (path: string) => Promise<void>; told: RegExp }[] = [
  {
    what: 'no database',
    spoil: (path) => writeFile(path, 'This is not what you are looking for. '.repeat(1000)),
    told: /it is no SQLite database; restore a backup/,
  },
  {
    what: 'damaged',
    spoil: async (path) => {
      const { size } = await stat(path);
      const file = await open(path, 'r+');
      // All but the first page, which tells that it is a database.
      await file.write(Buffer.alloc(size - 4096, 0xa5), 0, size - 4096, 4096);
      await file.close();
    },
    told: /it is damaged; restore a backup/,
  },
];
for (const { what, spoil, told } of broken) {
  test(`a file that is ${what} is refused with what to do`, async (t) => {
    const path = join(await folder(t), 'store.db');
    await (await openStore({ path, clock, random }))[Symbol.asyncDispose]();
    await spoil(path);
    await assert.rejects(openStore({ path, clock, random }), told);
  });
}

test('a database of a newer version is refused with what to do', async (t) => {
  const path = join(await folder(t), 'store.db');
  await (await openStore({ path, clock, random }))[Symbol.asyncDispose]();
  const database = new DatabaseSync(path);
  database.exec("insert into kysely_migration values ('9999-future', '2030-01-01T00:00:00.000Z')");
  database.close();
  await assert.rejects(openStore({ path, clock, random }), /newer version of Mooring/);
});

test('what was acknowledged survives kill -9', async (t) => {
  const path = join(await folder(t), 'store.db');
  const acknowledged = new Set<string>();
  for (let round = 1; round <= 3; round += 1) {
    const writer = spawn(
      process.execPath,
      [...process.execArgv, join(import.meta.dirname, 'writer.fixture.ts'), path],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const exited = once(writer, 'exit');
    const wanted = acknowledged.size + 15 * round;
    for await (const id of createInterface({ input: writer.stdout })) {
      acknowledged.add(id);
      if (acknowledged.size >= wanted) writer.kill('SIGKILL');
    }
    assert.deepEqual(await exited, [null, 'SIGKILL']);
    await using store = await openStore({ path, clock, random });
    const kept = new Set((await store.applications.list()).map(({ id }) => id));
    assert.deepEqual(acknowledged.difference(kept), new Set());
    using database = new DatabaseSync(path);
    const check = database.prepare('PRAGMA integrity_check').get();
    assert.deepEqual({ ...check }, { integrity_check: 'ok' });
  }
});
