/** SQLite (Node's own): write-ahead log, fsync at every commit, foreign keys. One process, one connection. */
import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely';
import { Lru } from '../kit/lru.ts';
import type { Database } from './database.ts';
import { sqliteAdvice } from './sqlite-failure.ts';

/** @param path the file, made with mode 0600 when absent; ':memory:' keeps nothing. Throws when it cannot be opened. */
export function openSqlite(path: string): Database {
  return { name: path, dialect: new SqliteDialect({ database: connect(path) }) };
}

function connect(path: string): SqliteDatabase {
  try {
    if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
    const database = new DatabaseSync(path, { enableForeignKeyConstraints: true, timeout: 5000 });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    return adapt(database);
  } catch (error) {
    const why = sqliteAdvice(error) ?? (error instanceof Error ? error.message : String(error));
    throw new Error(`cannot open the database ${path}: ${why}`, { cause: error });
  }
}

/** Statements that are kept prepared: making one costs several times as much as running it. */
const kept = 500;
/** What changes no table. */
const repeatable = /^\s*(select|insert|update|delete|begin|commit|rollback)\b/i;

/** Node's SQLite as kysely wants it. */
function adapt(database: DatabaseSync): SqliteDatabase {
  const prepared = new Lru<string, SqliteStatement>(kept);
  return {
    close: () => database.close(),
    prepare: (sql) => {
      if (!repeatable.test(sql)) {
        // What was prepared before may now have other columns.
        prepared.clear();
        return statementOf(database, sql);
      }
      const statement = prepared.get(sql) ?? statementOf(database, sql);
      prepared.set(sql, statement);
      return statement;
    },
  };
}

function statementOf(database: DatabaseSync, sql: string): SqliteStatement {
  const statement = database.prepare(sql);
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...parameters.map(bindable)),
    run: (parameters) => statement.run(...parameters.map(bindable)),
    // Two readers at once need a statement each.
    iterate: (parameters) => database.prepare(sql).iterate(...parameters.map(bindable)),
  };
}

function bindable(value: unknown): SQLInputValue {
  if (value === null || value instanceof Uint8Array) return value;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value;
  throw new TypeError(`a ${typeof value} cannot be a value of a column`);
}
