/** Transact: the store over a database, its transactions, and the notices that follow them. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely, KyselyPlugin } from 'kysely';
import type { Clock, Random } from '../kit/clock.ts';
import type { Log } from '../observe/log.ts';
import { Changes, type Change } from './changes.ts';
import type { Database } from './database.ts';
import { leases, type Fence } from './leases.ts';
import { resources } from './resources.ts';
import type { Scope } from './scope.ts';
import type { Around, Resources, Store } from './store.ts';
import type { Tables } from './tables.ts';
import { differences, readVersions } from './versions.ts';

/** Set while the code runs inside a transaction's work. */
interface Running {
  open: boolean;
}

export interface TransactOptions {
  readonly database: Database;
  readonly db: Kysely<Tables>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log?: Log;
}

/** The store, with its tables as they are. Disposing of it closes the database. */
export async function storeOver(options: TransactOptions): Promise<Store> {
  const { database, db } = options;
  const shared: Shared = {
    ...options,
    changes: new Changes(options.log),
    running: new AsyncLocalStorage<Running>(),
    inTurn: createTurns(),
  };
  const listening = await listen(database, db, shared.changes);
  return storeFor(shared, async () => {
    await listening?.[Symbol.asyncDispose]();
    await db.destroy();
  });
}

/** What a store and its fenced forms have in common. */
interface Shared extends TransactOptions {
  readonly changes: Changes;
  readonly running: AsyncLocalStorage<Running>;
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

/** What is special about the writes of one form of the store. */
interface Form {
  readonly fence?: Fence;
  readonly wrap?: Around;
}

function storeFor(shared: Shared, close: () => Promise<void>, form: Form = {}): Store {
  const { db, clock, random, running, changes } = shared;

  async function write<T>(work: (scope: Scope) => Promise<T>): Promise<T> {
    refuseInside(running);
    return await shared.inTurn(() => commit(shared, work, form));
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
    announce: (change) => write(async (scope) => scope.note(change)),
    versions: () => readVersions(root),
    transaction: <T>(work: (tx: Resources) => Promise<T>) => write((scope) => work(resources(scope))),
    fenced: (stricter) => storeFor(shared, close, { ...form, fence: stricter }),
    around: (wrap) => storeFor(shared, close, { ...form, wrap: within(wrap, form.wrap) }),
    purge: () => write((scope) => purge(scope)),
    [Symbol.asyncDispose]: close,
  };
}

/** The later one runs around the earlier one. */
function within(outer: Around, inner: Around | undefined): Around {
  if (!inner) return outer;
  return (work, inside) => outer(() => inner(work, inside), inside);
}

/** Runs the work in a transaction; its notices go out when it is kept. */
async function commit<T>(
  { database, db, clock, random, running, changes }: Shared,
  work: (scope: Scope) => Promise<T>,
  { fence, wrap }: Form,
): Promise<T> {
  const noted: Change[] = [];
  const state: Running = { open: true };
  const transaction = db.transaction();
  const { isolation } = database;
  const begun = isolation ? transaction.setIsolationLevel(isolation) : transaction;
  const result = await begun.execute(async (tx) => {
    const note = (change: Change): void => void noted.push(change);
    const scope: Scope = { db: tx, clock, random, write: (inner) => inner(scope), note };
    await database.begin?.(tx);
    if (fence) await leases(scope).check(fence);
    const inside = { tx: resources(scope), noted };
    const wrapped = wrap ? () => wrap(() => work(scope), inside) : () => work(scope);
    const result = await running.run(state, wrapped).finally(() => (state.open = false));
    await database.announce?.(tx, noted);
    return result;
  });
  changes.send(noted);
  return result;
}

/** One after the other, in the order of their asking: so that those who wait for the database keep no connection. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return async (work) => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return await turn;
  };
}

/** Passes on what other processes change, also what was not heard of at the time. */
async function listen(
  database: Database,
  db: Kysely<Tables>,
  changes: Changes,
): Promise<AsyncDisposable | undefined> {
  if (database.listen === undefined) return undefined;
  // Before it listens: the first try may fail, and readers begin nevertheless.
  let known = await readVersions({ db });
  return await database.listen({
    heard: (change) => changes.send([change]),
    catchUp: async () => {
      const now = await readVersions({ db });
      const missed = differences(known, now);
      known = now;
      changes.send(missed);
    },
  });
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
  const { deployments, applications, storages, workRequests, retryTokens, audit, tickets } = resources(scope);
  const counts = [
    await deployments.purge(before),
    await applications.purge(before),
    await storages.purge(before),
    await workRequests.purge(before),
    await retryTokens.purge(new Date(now).toISOString()),
    await audit.purge(),
    await tickets.purge(new Date(now).toISOString()),
  ];
  return counts.reduce((sum, count) => sum + count, 0);
}
