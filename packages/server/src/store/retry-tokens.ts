/** Retry tokens in the store: which answer a repeated creation gets. They expire by themselves. */
import type { Scope } from './scope.ts';
import type { RetryTokenRow } from './tables.ts';

export interface RetryTokenRecord {
  /** Caller, operation and token in one text. */
  readonly key: string;
  /** Hash of the body that came first; another body under the same token is refused. */
  readonly bodyHash: string;
  readonly resourceId: string;
  readonly workRequestId: string | undefined;
}

export interface RetryTokens {
  /** Undefined when there is none, or its 24 hours are over. */
  get(key: string): Promise<RetryTokenRecord | undefined>;
  put(token: RetryTokenRecord): Promise<void>;
  /** Removes those that expired before that time. */
  purge(before: string): Promise<number>;
}

/** How long a retry token is kept, in milliseconds: 24 hours (OCI reference, section 2.4). */
export const retryTokenLife = 24 * 60 * 60 * 1000;

export function retryTokens(scope: Scope): RetryTokens {
  return {
    get: (key) => get(scope, key),
    put: (token) => scope.write((tx) => put(tx, token)),
    purge: (before) => purge(scope, before),
  };
}

async function get(scope: Scope, key: string): Promise<RetryTokenRecord | undefined> {
  const row = await scope.db.selectFrom('retryTokens').selectAll().where('key', '=', key).executeTakeFirst();
  if (!row || Date.parse(row.timeExpires) <= scope.clock.now()) return undefined;
  const { bodyHash, resourceId, workRequestId } = row;
  return { key, bodyHash, resourceId, workRequestId: workRequestId ?? undefined };
}

async function put(scope: Scope, token: RetryTokenRecord): Promise<void> {
  const row: RetryTokenRow = {
    ...token,
    workRequestId: token.workRequestId ?? null,
    timeExpires: new Date(scope.clock.now() + retryTokenLife).toISOString(),
  };
  await scope.db.deleteFrom('retryTokens').where('key', '=', token.key).execute();
  await scope.db.insertInto('retryTokens').values(row).execute();
}

async function purge(scope: Scope, before: string): Promise<number> {
  const { numDeletedRows } = await scope.db
    .deleteFrom('retryTokens')
    .where('timeExpires', '<', before)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
