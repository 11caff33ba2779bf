/**
 * Opens the store on SQLite (Node's own): write-ahead log, fsync at every commit, foreign keys. This is the one
 * file that knows the database; another dialect needs another way to make the Kysely object.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { Kysely, SqliteDialect, type KyselyPlugin, type SqliteDatabase } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { Clock, Random } from '../kit/clock.ts';
import type { Log } from '../observe/log.ts';
import { Changes, type Change } from './changes.ts';
import { migrations } from './migrations/index.ts';
import { resources } from './resources.ts';
import type { Scope } from './scope.ts';
import type { Resources, Store } from './store.ts';
import type { Tables } from './tables.ts';

export interface StoreOptions {
  /** File of the database, made with mode 0600 when absent; its folder must exist. ':memory:' keeps nothing. */
  readonly path: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log?: Log;
}

/** Brings the tables up to date and makes the root compartment. Throws when the file cannot be opened or was written by a newer version. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: openSqlite(options.path) }) });
  try {
    await migrate(db, options.path);
    const store = storeOver(db, options);
    await store.compartments.root();
    return store;
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

function openSqlite(path: string): SqliteDatabase {
  try {
    if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
    const database = new DatabaseSync(path, { enableForeignKeyConstraints: true, timeout: 5000 });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    return adapt(database);
  } catch (error) {
    throw new Error(`cannot open the database ${path}`, { cause: error });
  }
}

const nothingDone = { changes: 0, lastInsertRowid: 0 };

/** Node's SQLite as kysely wants it. */
function adapt(database: DatabaseSync): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...parameters.map(bindable)),
        // A full disk makes SQLite roll back by itself; a second rollback would hide the reason.
        run: (parameters) =>
          sql === 'rollback' && !database.isTransaction
            ? nothingDone
            : statement.run(...parameters.map(bindable)),
        iterate: (parameters) => statement.iterate(...parameters.map(bindable)),
      };
    },
  };
}

function bindable(value: unknown): SQLInputValue {
  if (value === null || value instanceof Uint8Array) return value;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value;
  throw new TypeError(`a ${typeof value} cannot be a value of a column`);
}

async function migrate(db: Kysely<Tables>, path: string): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const hint = 'if a newer version of Mooring wrote it, start that version or restore a backup';
  throw new Error(`cannot bring the database ${path} up to date; ${hint}`, { cause: error });
}

/** Set while the code runs inside a transaction's work. */
interface Running {
  open: boolean;
}

function storeOver(db: Kysely<Tables>, { clock, random, log }: StoreOptions): Store {
  const changes = new Changes(log);
  const running = new AsyncLocalStorage<Running>();

  async function write<T>(work: (scope: Scope) => Promise<T>): Promise<T> {
    refuseInside(running);
    const noted: Change[] = [];
    const state: Running = { open: true };
    const result = await db.transaction().execute((tx) => {
      const scope: Scope = {
        db: tx,
        clock,
        random,
        write: (inner) => inner(scope),
        note: (change) => void noted.push(change),
      };
      return running.run(state, () => work(scope)).finally(() => (state.open = false));
    });
    changes.send(noted);
    return result;
  }

  const root: Scope = {
    db: db.withPlugin(refusal(running)),
    clock,
    random,
    write,
    note: () => {
      throw new TypeError('a notice belongs to a transaction');
    },
  };
  return {
    ...resources(root),
    changes,
    transaction: <T>(work: (tx: Resources) => Promise<T>) => write((scope) => work(resources(scope))),
    purge: () => write((scope) => purge(scope)),
    [Symbol.asyncDispose]: () => db.destroy(),
  };
}

function refuseInside(running: AsyncLocalStorage<Running>): void {
  if (running.getStore()?.open)
    throw new TypeError('inside a transaction use its own `tx`: the store would wait for the transaction');
}

const refusal = (running: AsyncLocalStorage<Running>): KyselyPlugin => ({
  transformQuery: ({ node }) => {
    refuseInside(running);
    return node;
  },
  transformResult: async ({ result }) => result,
});

/** How long deleted resources and finished work requests are kept, in milliseconds: 30 days. */
const keptFor = 30 * 24 * 60 * 60 * 1000;

async function purge(scope: Scope): Promise<number> {
  const now = scope.clock.now();
  const before = new Date(now - keptFor).toISOString();
  const { deployments, applications, workRequests, retryTokens } = resources(scope);
  const counts = [
    await deployments.purge(before),
    await applications.purge(before),
    await workRequests.purge(before),
    await retryTokens.purge(new Date(now).toISOString()),
  ];
  return counts.reduce((sum, count) => sum + count, 0);
}
