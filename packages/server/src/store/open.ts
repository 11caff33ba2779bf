/** Opens the store on SQLite or PostgreSQL, with its tables brought up to date. */
import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { Clock, Random } from '../kit/clock.ts';
import type { Log } from '../observe/log.ts';
import type { Database } from './database.ts';
import { migrations } from './migrations/index.ts';
import { openPostgres } from './postgres/open.ts';
import { sqliteAdvice } from './sqlite-failure.ts';
import { openSqlite } from './sqlite.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';
import { storeOver } from './transact.ts';

export interface StoreOptions {
  /** File of an SQLite database, made with mode 0600 when absent; its folder must exist. ':memory:' keeps nothing. */
  readonly path: string;
  /** A PostgreSQL instead: postgres://user:password@host:port/name. */
  readonly url?: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log?: Log;
}

/**
 * Brings the tables up to date and makes the root compartment. Throws when the database cannot be opened, or was
 * written by a newer version; the message names the database, without its password.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { path, url, random, log } = options;
  const database =
    url === undefined ? openSqlite(path) : await openPostgres({ url, random, ...(log && { log }) });
  const db = new Kysely<Tables>({ dialect: database.dialect });
  await using held = new AsyncDisposableStack();
  held.defer(() => db.destroy());
  await migrate(db, database);
  const store = await storeOver({ ...options, database, db });
  // The store closes the database from here on.
  held.move();
  await using owned = new AsyncDisposableStack();
  owned.use(store);
  await store.compartments.root();
  owned.move();
  return store;
}

async function migrate(db: Kysely<Tables>, { name }: Database): Promise<void> {
  await reach(db, name);
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const hint =
    sqliteAdvice(error) ?? 'if a newer version of Mooring wrote it, start that version or restore a backup';
  throw new Error(`cannot bring the database ${name} up to date; ${hint}`, { cause: error });
}

async function reach(db: Kysely<Tables>, name: string): Promise<void> {
  try {
    await db.selectNoFrom((eb) => eb.lit(1).as('one')).execute();
  } catch (cause) {
    const why =
      sqliteAdvice(cause) ??
      (cause instanceof Error ? cause.message || ('code' in cause && String(cause.code)) : String(cause));
    throw new Error(`cannot open the database ${name}: ${why}. Check --database, and that it is up`, {
      cause,
    });
  }
}
