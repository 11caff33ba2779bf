import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { sqliteAdvice } from './sqlite-failure.ts';

const cases: { what: string; act: (path: string) => void; told: RegExp }[] = [
  {
    what: 'a full disk',
    act: (path) => {
      using database = new DatabaseSync(path);
      database.exec('PRAGMA max_page_count = 2; CREATE TABLE a (b); INSERT INTO a VALUES (zeroblob(100000))');
    },
    told: /^its disk is full; free some space/,
  },
  {
    what: 'a file that may not be written',
    act: (path) => {
      new DatabaseSync(path).close();
      using database = new DatabaseSync(path, { readOnly: true });
      database.exec('CREATE TABLE a (b)');
    },
    told: /^it cannot be written; give the user that runs this server write access/,
  },
  {
    what: 'a folder that is not there',
    act: (path) => new DatabaseSync(join(path, 'absent', 'store.db')).close(),
    told: /^it cannot be opened; give the user that runs this server access/,
  },
  {
    what: 'another program that holds it',
    act: (path) => {
      using holder = new DatabaseSync(path);
      holder.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
      using database = new DatabaseSync(path, { timeout: 0 });
      database.exec('CREATE TABLE a (b)');
    },
    told: /^another program holds it; end that program/,
  },
  {
    what: 'what nobody could act on: its own words',
    act: (path) => {
      using database = new DatabaseSync(path);
      database.exec('SELECT * FROM nowhere');
    },
    told: /^no such table: nowhere$/,
  },
];

for (const { what, act, told } of cases) {
  test(`SQLite fails because of ${what}`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'mooring-store-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    assert.throws(
      () => act(join(folder, 'store.db')),
      (error) => told.test(sqliteAdvice(error) ?? ''),
    );
  });
}

test('what is no failure of SQLite is nothing that it advises on', () => {
  for (const other of [new Error('errcode 13'), { errcode: 13 }, undefined])
    assert.equal(sqliteAdvice(other), undefined);
});
