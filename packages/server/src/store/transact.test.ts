import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { systemClock as clock, systemRandom as random } from '../kit/clock.ts';
import type { ListenOptions } from './database.ts';
import { migrations } from './migrations/index.ts';
import { openSqlite } from './sqlite.ts';
import type { Tables } from './tables.ts';
import { storeOver } from './transact.ts';

test('what was written before it listened for the first time is caught up with then', async () => {
  const sqlite = openSqlite(':memory:');
  const db = new Kysely<Tables>({ dialect: sqlite.dialect });
  await new Migrator({ db, provider: { getMigrations: async () => migrations } }).migrateToLatest();
  const listening = Promise.withResolvers<ListenOptions>();
  const listen = async (options: ListenOptions): Promise<AsyncDisposable> => {
    listening.resolve(options);
    return { [Symbol.asyncDispose]: async () => {} };
  };
  await using store = await storeOver({ database: { ...sqlite, listen }, db, clock, random });
  const changes: string[] = [];
  using _watch = store.changes.watch(({ kind, id }) => void changes.push(`${kind} ${id}`));
  const times = { timeRevoked: '2026-01-01T00:00:00.000Z', timeExpires: '2026-01-01T01:00:00.000Z' };
  // As another node writes: without a notice that is heard here.
  await db
    .insertInto('identityRevocations')
    .values({ kind: 'user', id: 'mona', ...times })
    .execute();
  const { catchUp } = await listening.promise;
  await catchUp();
  await catchUp();
  assert.deepEqual(changes, ['revocation mona']);
});
