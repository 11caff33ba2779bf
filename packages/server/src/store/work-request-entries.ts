/** Log entries and errors of a work request, in the order in which they came. */
import type { WorkRequestError, WorkRequestLogEntry } from '@mooring/contract';
import { behind, cut, type Page, type PageQuery } from './page.ts';
import { timeOf, type Scope } from './scope.ts';

/** Adds a sentence to the log. */
export async function log(scope: Scope, id: string, message: string): Promise<void> {
  const { position } = await scope.db
    .selectFrom('workRequestLogs')
    .select((eb) => eb.fn.countAll<number | string>().as('position'))
    .where('workRequestId', '=', id)
    .executeTakeFirstOrThrow();
  const row = { workRequestId: id, position: Number(position), message, timestamp: timeOf(scope) };
  await scope.db.insertInto('workRequestLogs').values(row).execute();
  scope.note({ kind: 'workRequest', id });
}

/** A page of the log. */
export async function logs(
  scope: Scope,
  id: string,
  query: PageQuery<'timestamp'>,
): Promise<Page<WorkRequestLogEntry>> {
  const order = query.sortOrder === 'ASC' ? 'asc' : 'desc';
  const rows = await scope.db
    .selectFrom('workRequestLogs')
    .selectAll()
    .where('workRequestId', '=', id)
    .where(behind({ query, unique: 'position' }))
    .orderBy('timestamp', order)
    .orderBy('position', order)
    .limit(query.limit + 1)
    .execute();
  const { items, next } = cut(rows, query, (row) => row.position);
  return { items: items.map(({ message, timestamp }) => ({ message, timestamp })), next };
}

/** A page of the errors. */
export async function errors(
  scope: Scope,
  id: string,
  query: PageQuery<'timestamp'>,
): Promise<Page<WorkRequestError>> {
  const order = query.sortOrder === 'ASC' ? 'asc' : 'desc';
  const rows = await scope.db
    .selectFrom('workRequestErrors')
    .selectAll()
    .where('workRequestId', '=', id)
    .where(behind({ query, unique: 'position' }))
    .orderBy('timestamp', order)
    .orderBy('position', order)
    .limit(query.limit + 1)
    .execute();
  const { items, next } = cut(rows, query, (row) => row.position);
  return { items: items.map(({ code, message, timestamp }) => ({ code, message, timestamp })), next };
}
