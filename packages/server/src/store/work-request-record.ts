/** A work request as rows and as a record: reading it with its resources, writing it with its version. */
import type { OperationType, WorkRequestResource, WorkRequestState } from '@mooring/contract';
import { StaleRow, type Scope } from './scope.ts';
import type { WorkRequestResourceRow, WorkRequestRow } from './tables.ts';

export interface WorkRequestRecord {
  readonly id: string;
  readonly version: number;
  readonly compartmentId: string;
  readonly operationType: OperationType;
  readonly status: WorkRequestState;
  readonly percentComplete: number;
  readonly timeAccepted: string;
  readonly timeStarted: string | undefined;
  readonly timeFinished: string | undefined;
  readonly resources: readonly WorkRequestResource[];
}

/** The work request with its resources. */
export async function get(scope: Scope, id: string): Promise<WorkRequestRecord | undefined> {
  const row = await scope.db.selectFrom('workRequests').selectAll().where('id', '=', id).executeTakeFirst();
  return row && (await withResources(scope, [row]))[0];
}

/** The work request, unless it is finished or absent. */
export async function unfinished(scope: Scope, id: string): Promise<WorkRequestRecord | undefined> {
  const current = await get(scope, id);
  return current && current.timeFinished === undefined ? current : undefined;
}

/** Sets columns and counts the version. Throws when it was changed at the same time. */
export async function update(
  scope: Scope,
  { id, version }: WorkRequestRecord,
  columns: Partial<Omit<WorkRequestRow, 'id' | 'version'>>,
): Promise<WorkRequestRecord> {
  const { numUpdatedRows } = await scope.db
    .updateTable('workRequests')
    .set({ ...columns, version: version + 1 })
    .where('id', '=', id)
    .where('version', '=', version)
    .executeTakeFirst();
  const updated = await get(scope, id);
  if (numUpdatedRows === 0n || !updated) throw new StaleRow('work request', id);
  scope.note({ kind: 'workRequest', id });
  return updated;
}

/** Work requests asked for in one statement; databases limit its parameters. */
const chunk = 1000;

/** The records of these rows, in their order. */
export async function withResources(scope: Scope, rows: WorkRequestRow[]): Promise<WorkRequestRecord[]> {
  const found: WorkRequestResourceRow[] = [];
  for (let start = 0; start < rows.length; start += chunk) {
    const ids = rows.slice(start, start + chunk).map((row) => row.id);
    const resources = scope.db
      .selectFrom('workRequestResources')
      .selectAll()
      .where('workRequestId', 'in', ids);
    found.push(...(await resources.orderBy('position').execute()));
  }
  const byRequest = Map.groupBy(found, (resource) => resource.workRequestId);
  return rows.map((row) => recordOf(row, byRequest.get(row.id) ?? []));
}

export function recordOf(
  row: WorkRequestRow,
  resources: readonly WorkRequestResourceRow[],
): WorkRequestRecord {
  return {
    ...row,
    timeStarted: row.timeStarted ?? undefined,
    timeFinished: row.timeFinished ?? undefined,
    resources: resources.map(({ entityType, actionType, identifier }) => ({
      entityType,
      actionType,
      identifier,
    })),
  };
}
