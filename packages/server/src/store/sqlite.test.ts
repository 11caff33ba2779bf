import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Kysely, sql } from 'kysely';
import { openSqlite } from './sqlite.ts';

test('a statement that was used before sees what was written and which columns there are', async () => {
  const db = new Kysely<unknown>({ dialect: openSqlite(':memory:').dialect });
  const rows = async (): Promise<unknown[]> => {
    const found = await sql<{ name: string; size?: number }>`select * from things`.execute(db);
    return found.rows.map((row) => ({ ...row }));
  };
  await sql`create table things (name text)`.execute(db);
  for (const name of ['a', 'b']) await sql`insert into things (name) values (${name})`.execute(db);
  assert.deepEqual(await rows(), [{ name: 'a' }, { name: 'b' }]);
  await sql`alter table things add column size integer default 1`.execute(db);
  await sql`delete from things where name = ${'a'}`.execute(db);
  assert.deepEqual(await rows(), [{ name: 'b', size: 1 }]);
  await db.destroy();
});

test('more different statements than are kept prepared', async () => {
  const db = new Kysely<unknown>({ dialect: openSqlite(':memory:').dialect });
  for (let number = 0; number < 600; number += 1) {
    const { rows } = await sql.raw<{ number: number }>(`select ${number} as number`).execute(db);
    assert.equal(rows[0]?.number, number);
  }
  await db.destroy();
});
