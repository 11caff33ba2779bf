/**
 * PostgreSQL, for several nodes: a pool of connections with limits. Writers take turns, over all nodes, by one
 * lock: a transaction sees everything that was committed before it, as on SQLite, and none is ever repeated.
 */
import type { PoolConfig } from 'pg';
import { PostgresDialect, sql, type Dialect } from 'kysely';
import type { Random } from '../../kit/clock.ts';
import type { Log } from '../../observe/log.ts';
import type { Database } from '../database.ts';
import { byteOrderCompiler } from './byte-order.ts';
import { channel, listen } from './listen.ts';
import { placeOf } from './place.ts';

export interface PostgresOptions {
  /** postgres://user:password@host:port/name, with libpq's options (sslmode, …) behind a question mark. */
  readonly url: string;
  readonly random: Random;
  readonly log?: Log;
}

/** Connections of one node at most, beside the one that listens. */
const poolSize = 10;

/** Milliseconds. */
const limits = {
  /** For a connection, also for a free one of the pool. */
  connectionTimeoutMillis: 5000,
  /** For one statement: the server gives up first, then the client. */
  statement_timeout: 60_000,
  query_timeout: 65_000,
  /** For the turn to write. */
  lock_timeout: 10_000,
  /** A node that was stopped inside its turn loses it, so that the others go on. */
  idle_in_transaction_session_timeout: 4000,
} as const;

/** Any number, the same on every node; such locks belong to one database. */
const writersTurn = 0x6d6f6f72;

/** Connects at the first query. Throws a TypeError when the URL is none. */
export async function openPostgres({ url, random, log }: PostgresOptions): Promise<Database> {
  const name = placeOf(url);
  const { Client, Pool } = await import('pg');
  const config: PoolConfig = {
    connectionString: url,
    application_name: 'mooring',
    keepAlive: true,
    ...limits,
  };
  const pool = new Pool({ ...config, max: poolSize, idleTimeoutMillis: 30_000 });
  const lost = (error: Error): void =>
    log?.warn({ err: error, database: name }, 'lost a connection to the database');
  // Both are needed: the pool tells of idle connections, a client of the one that is in use.
  pool.on('error', () => {});
  pool.on('connect', (client) => void client.on('error', lost));
  const from = Buffer.from(random(8)).toString('hex');
  return {
    name,
    dialect: dialectOver(new PostgresDialect({ pool })),
    isolation: 'read committed',
    begin: async (transaction) => {
      await sql`select pg_advisory_xact_lock(${sql.lit(writersTurn)})`.execute(transaction);
    },
    announce: async (transaction, changes) => {
      for (const change of changes)
        await sql`select pg_notify(${channel}, ${JSON.stringify({ from, ...change })})`.execute(transaction);
    },
    listen: (options) => listen({ ...options, connect: () => new Client(config), from, name, log }),
  };
}

const dialectOver = (postgres: PostgresDialect): Dialect => ({
  createAdapter: () => postgres.createAdapter(),
  createDriver: () => postgres.createDriver(),
  createIntrospector: (db) => postgres.createIntrospector(db),
  createQueryCompiler: byteOrderCompiler,
});
