/**
 * Work requests in the store, with their logs and errors. The first resource is the subject. One that is
 * finished (SUCCEEDED, FAILED, CANCELED) never changes again: every verb on it answers undefined.
 */
import type { OperationType, WorkRequestError, WorkRequestLogEntry } from '@mooring/contract';
import type { WorkRequestResource, WorkRequestState } from '@mooring/contract';
import { errors, log, logs } from './work-request-entries.ts';
import {
  get,
  recordOf,
  unfinished,
  update,
  withResources,
  type WorkRequestRecord,
} from './work-request-record.ts';
import { given, readPage, type Page, type PageQuery } from './page.ts';
import { newOcid, timeOf, type Scope } from './scope.ts';
import type { WorkRequestRow } from './tables.ts';

export type { WorkRequestRecord } from './work-request-record.ts';

export interface NewWorkRequest {
  readonly compartmentId: string;
  readonly operationType: OperationType;
  /** The subject first. Default action: IN_PROGRESS, which becomes CREATED, UPDATED, DELETED or FAILED at the end. */
  readonly resources: readonly {
    entityType: WorkRequestResource['entityType'];
    identifier: string;
    actionType?: WorkRequestResource['actionType'];
  }[];
}

export interface WorkRequestQuery extends PageQuery<'timeAccepted'> {
  readonly compartmentId: string;
  readonly id?: string | undefined;
  readonly status?: WorkRequestState | undefined;
  readonly resourceId?: string | undefined;
}

export interface WorkRequests {
  /** ACCEPTED. */
  create(workRequest: NewWorkRequest): Promise<WorkRequestRecord>;
  get(id: string): Promise<WorkRequestRecord | undefined>;
  page(query: WorkRequestQuery): Promise<Page<WorkRequestRecord>>;
  /** All unfinished ones (about that resource), oldest first: what there is to do, and to resume after a crash. */
  open(filter?: { resourceId?: string }): Promise<WorkRequestRecord[]>;
  /** IN_PROGRESS; may be repeated. */
  begin(id: string): Promise<WorkRequestRecord | undefined>;
  /** Percent done, 0 to 99; it never goes back. */
  progress(id: string, percentComplete: number): Promise<WorkRequestRecord | undefined>;
  /** A sentence for people. */
  log(id: string, message: string): Promise<void>;
  succeed(id: string): Promise<WorkRequestRecord | undefined>;
  /** Each message says what went wrong and what to do about it. */
  fail(
    id: string,
    errors: readonly { code: string; message: string }[],
  ): Promise<WorkRequestRecord | undefined>;
  /** Ends it because another wish took its place; the reason goes to its log. */
  cancel(id: string, reason: string): Promise<WorkRequestRecord | undefined>;
  logs(id: string, query: PageQuery<'timestamp'>): Promise<Page<WorkRequestLogEntry>>;
  errors(id: string, query: PageQuery<'timestamp'>): Promise<Page<WorkRequestError>>;
  /** Removes what was finished before that time. */
  purge(before: string): Promise<number>;
}

export function workRequests(scope: Scope): WorkRequests {
  return {
    create: (workRequest) => scope.write((tx) => create(tx, workRequest)),
    get: (id) => get(scope, id),
    page: (query) => page(scope, query),
    open: (filter = {}) => open(scope, filter),
    begin: (id) => scope.write((tx) => begin(tx, id)),
    progress: (id, percentComplete) => scope.write((tx) => progress(tx, id, percentComplete)),
    log: (id, message) => scope.write((tx) => log(tx, id, message)),
    succeed: (id) => scope.write((tx) => finish(tx, id, 'SUCCEEDED')),
    fail: (id, errors) => scope.write((tx) => fail(tx, id, errors)),
    cancel: (id, reason) => scope.write((tx) => cancel(tx, id, reason)),
    logs: (id, query) => logs(scope, id, query),
    errors: (id, query) => errors(scope, id, query),
    purge: (before) => purge(scope, before),
  };
}

async function create(scope: Scope, workRequest: NewWorkRequest): Promise<WorkRequestRecord> {
  const id = newOcid(scope, 'workRequest');
  const row: WorkRequestRow = {
    id,
    version: 1,
    compartmentId: workRequest.compartmentId,
    operationType: workRequest.operationType,
    status: 'ACCEPTED',
    percentComplete: 0,
    timeAccepted: timeOf(scope),
    timeStarted: null,
    timeFinished: null,
  };
  const resources = workRequest.resources.map(({ entityType, identifier, actionType }, position) => ({
    workRequestId: id,
    position,
    entityType,
    actionType: actionType ?? ('IN_PROGRESS' as const),
    identifier,
  }));
  await scope.db.insertInto('workRequests').values(row).execute();
  await scope.db.insertInto('workRequestResources').values(resources).execute();
  scope.note({ kind: 'workRequest', id });
  return recordOf(row, resources);
}

async function page(scope: Scope, query: WorkRequestQuery): Promise<Page<WorkRequestRecord>> {
  const { compartmentId, id, status, resourceId } = query;
  const rows = scope.db
    .selectFrom('workRequests')
    .selectAll()
    .where((eb) => eb.and(given({ compartmentId, id, status })));
  const matching = resourceId === undefined ? rows : rows.where('id', 'in', about(scope, resourceId));
  const { items, next } = await readPage(matching, query, 'id');
  return { items: await withResources(scope, items), next };
}

const about = (scope: Scope, resourceId: string) =>
  scope.db.selectFrom('workRequestResources').select('workRequestId').where('identifier', '=', resourceId);

async function open(scope: Scope, { resourceId }: { resourceId?: string }): Promise<WorkRequestRecord[]> {
  const rows = scope.db
    .selectFrom('workRequests')
    .selectAll()
    .where('status', 'in', ['ACCEPTED', 'IN_PROGRESS', 'WAITING', 'CANCELING'])
    .orderBy('timeAccepted')
    .orderBy('id');
  const matching = resourceId === undefined ? rows : rows.where('id', 'in', about(scope, resourceId));
  return withResources(scope, await matching.execute());
}

async function begin(scope: Scope, id: string): Promise<WorkRequestRecord | undefined> {
  const current = await unfinished(scope, id);
  if (!current || current.status === 'IN_PROGRESS') return current;
  return update(scope, current, { status: 'IN_PROGRESS', timeStarted: current.timeStarted ?? timeOf(scope) });
}

async function progress(scope: Scope, id: string, percent: number): Promise<WorkRequestRecord | undefined> {
  const current = await unfinished(scope, id);
  const percentComplete = Math.min(99, Math.floor(percent));
  if (!current || percentComplete <= current.percentComplete) return current;
  return update(scope, current, { percentComplete });
}

async function fail(
  scope: Scope,
  id: string,
  errors: readonly { code: string; message: string }[],
): Promise<WorkRequestRecord | undefined> {
  const failed = await finish(scope, id, 'FAILED');
  if (!failed || errors.length === 0) return failed;
  const timestamp = timeOf(scope);
  const rows = errors.map((error, position) => ({ workRequestId: id, position, ...error, timestamp }));
  await scope.db.insertInto('workRequestErrors').values(rows).execute();
  return failed;
}

async function cancel(scope: Scope, id: string, reason: string): Promise<WorkRequestRecord | undefined> {
  const canceled = await finish(scope, id, 'CANCELED');
  if (canceled) await log(scope, id, reason);
  return canceled;
}

/** What the resources of a finished work request say: by the verb of its operation. */
const doneActions = { CREATE: 'CREATED', UPDATE: 'UPDATED', DELETE: 'DELETED', MOVE: 'UPDATED' } as const;

function doneAction(operationType: OperationType): WorkRequestResource['actionType'] {
  const verb = operationType.slice(0, operationType.indexOf('_'));
  const found = Object.entries(doneActions).find(([name]) => name === verb);
  if (!found) throw new TypeError(`operation ${operationType} begins with none of the known verbs`);
  return found[1];
}

async function finish(
  scope: Scope,
  id: string,
  status: 'SUCCEEDED' | 'FAILED' | 'CANCELED',
): Promise<WorkRequestRecord | undefined> {
  const current = await unfinished(scope, id);
  if (!current) return undefined;
  await scope.db
    .updateTable('workRequestResources')
    .set({ actionType: status === 'SUCCEEDED' ? doneAction(current.operationType) : 'FAILED' })
    .where('workRequestId', '=', id)
    .where('actionType', '=', 'IN_PROGRESS')
    .execute();
  const now = timeOf(scope);
  return update(scope, current, {
    status,
    percentComplete: status === 'SUCCEEDED' ? 100 : current.percentComplete,
    timeStarted: current.timeStarted ?? now,
    timeFinished: now,
  });
}

async function purge(scope: Scope, before: string): Promise<number> {
  const { numDeletedRows } = await scope.db
    .deleteFrom('workRequests')
    .where('timeFinished', '<', before)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
