/** Log entries and errors of a work request, in the order in which they came. */
import type { WorkRequestError, WorkRequestLogEntry } from '@mooring/contract';
import { readPage, type Page, type PageQuery } from './page.ts';
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
  const rows = scope.db.selectFrom('workRequestLogs').selectAll().where('workRequestId', '=', id);
  const { items, next } = await readPage(rows, query, 'position');
  return { items: items.map(({ message, timestamp }) => ({ message, timestamp })), next };
}

/** A page of the errors. */
export async function errors(
  scope: Scope,
  id: string,
  query: PageQuery<'timestamp'>,
): Promise<Page<WorkRequestError>> {
  const rows = scope.db.selectFrom('workRequestErrors').selectAll().where('workRequestId', '=', id);
  const { items, next } = await readPage(rows, query, 'position');
  return { items: items.map(({ code, message, timestamp }) => ({ code, message, timestamp })), next };
}
