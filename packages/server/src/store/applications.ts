/** Applications in the store. Deleted ones stay as DELETED until `purge`. */
import type { ApplicationState } from '@mooring/contract';
import {
  columnsOfNew,
  kindOf,
  patched,
  recordOf,
  type ApplicationPatch,
  type ApplicationRecord,
  type NewApplication,
} from './application-record.ts';
import { deleteClientsOf } from './identity.ts';
import { given, readPage, type Page, type PageQuery } from './page.ts';
import { newOcid, StaleRow, timeOf, type Scope } from './scope.ts';
import type { ApplicationKind, ApplicationRow } from './tables.ts';

export type { ApplicationPatch, ApplicationRecord, NewApplication } from './application-record.ts';
export type { ApplicationKind } from './tables.ts';

export type ApplicationSort = 'timeCreated' | 'displayName' | 'lifecycleState';

export interface ApplicationQuery extends PageQuery<ApplicationSort> {
  /** Default: of both kinds. */
  readonly kind?: ApplicationKind | undefined;
  readonly compartmentId: string;
  readonly lifecycleState?: ApplicationState | undefined;
  readonly displayName?: string | undefined;
  readonly id?: string | undefined;
}

/** `from`: refuse (by answering undefined) unless the state is one of these. Default: any but DELETED. */
export interface StateChange<State> {
  readonly from?: readonly State[];
  /** Reason for people; absent clears an earlier one. */
  readonly details?: string | undefined;
}

export interface Applications {
  /** Writes the wish: CREATING. */
  create(application: NewApplication): Promise<ApplicationRecord>;
  get(id: string): Promise<ApplicationRecord | undefined>;
  /** All, oldest first; with `undeleted` without the DELETED ones. */
  list(filter?: { undeleted?: boolean }): Promise<ApplicationRecord[]>;
  page(query: ApplicationQuery): Promise<Page<ApplicationRecord>>;
  /** The undeleted application whose audience and scope, joined, are this text. */
  withJoinedScope(joinedScope: string): Promise<ApplicationRecord | undefined>;
  /** Sets the given fields. `version`: throws StaleRow when the row has moved on. Throws when there is no such row. */
  change(id: string, patch: ApplicationPatch, options?: { version?: number }): Promise<ApplicationRecord>;
  /** Undefined when the row is absent or not in a state that `from` names: somebody else had another wish. */
  setState(
    id: string,
    state: ApplicationState,
    change?: StateChange<ApplicationState>,
  ): Promise<ApplicationRecord | undefined>;
  /** Removes applications that have been DELETED since before that time. */
  purge(before: string): Promise<number>;
}

export function applications(scope: Scope): Applications {
  return {
    create: (application) => scope.write((tx) => create(tx, application)),
    get: (id) => get(scope, id),
    list: (filter = {}) => list(scope, filter),
    page: (query) => page(scope, query),
    withJoinedScope: (joinedScope) => withJoinedScope(scope, joinedScope),
    change: (id, patch, options) => scope.write((tx) => change(tx, { id, patch, ...options })),
    setState: (id, state, options) => scope.write((tx) => setState(tx, { id, state, ...options })),
    purge: (before) => purge(scope, before),
  };
}

async function create(scope: Scope, application: NewApplication): Promise<ApplicationRecord> {
  const now = timeOf(scope);
  const row: ApplicationRow = {
    id: newOcid(scope, kindOf(application)),
    version: 1,
    revision: 1,
    timeCreated: now,
    timeUpdated: now,
    lifecycleState: 'CREATING',
    lifecycleDetails: null,
    ...columnsOfNew(application),
  };
  await scope.db.insertInto('applications').values(row).execute();
  scope.note({ kind: 'application', id: row.id });
  return recordOf(row);
}

async function get(scope: Scope, id: string): Promise<ApplicationRecord | undefined> {
  const row = await scope.db.selectFrom('applications').selectAll().where('id', '=', id).executeTakeFirst();
  return row && recordOf(row);
}

async function list(
  scope: Scope,
  { undeleted = false }: { undeleted?: boolean },
): Promise<ApplicationRecord[]> {
  const all = scope.db.selectFrom('applications').selectAll().orderBy('timeCreated').orderBy('id');
  const rows = await (undeleted ? all.where('lifecycleState', '!=', 'DELETED') : all).execute();
  return rows.map(recordOf);
}

async function page(scope: Scope, query: ApplicationQuery): Promise<Page<ApplicationRecord>> {
  const { kind, compartmentId, lifecycleState, displayName, id } = query;
  const rows = scope.db
    .selectFrom('applications')
    .selectAll()
    .where((eb) => eb.and(given({ kind, compartmentId, lifecycleState, displayName, id })));
  const { items, next } = await readPage(rows, query, 'id');
  return { items: items.map(recordOf), next };
}

async function withJoinedScope(scope: Scope, joinedScope: string): Promise<ApplicationRecord | undefined> {
  const row = await scope.db
    .selectFrom('applications')
    .selectAll()
    .where('joinedScope', '=', joinedScope)
    .where('lifecycleState', '!=', 'DELETED')
    .executeTakeFirst();
  return row && recordOf(row);
}

interface ApplicationChange {
  readonly id: string;
  readonly patch: ApplicationPatch;
  readonly version?: number;
}

async function change(scope: Scope, { id, patch, version }: ApplicationChange): Promise<ApplicationRecord> {
  const current = await scope.db
    .selectFrom('applications')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  if (!current) throw new Error(`cannot change application ${id}: there is none`);
  const row: ApplicationRow = {
    ...patched(current, patch),
    version: current.version + 1,
    revision: current.revision + (patch.environmentVariables ? 1 : 0),
    timeUpdated: timeOf(scope),
  };
  const { numUpdatedRows } = await scope.db
    .updateTable('applications')
    .set(row)
    .where('id', '=', id)
    .where('version', '=', version ?? current.version)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new StaleRow('application', id);
  scope.note({ kind: 'application', id });
  return recordOf(row);
}

interface Transition extends StateChange<ApplicationState> {
  readonly id: string;
  readonly state: ApplicationState;
}

async function setState(
  scope: Scope,
  { id, state, from, details }: Transition,
): Promise<ApplicationRecord | undefined> {
  const current = await get(scope, id);
  if (!current || current.lifecycleState === 'DELETED') return undefined;
  if (from && !from.includes(current.lifecycleState)) return undefined;
  if (state === 'DELETED') await deleteClientsOf(scope, id);
  return change(scope, { id, patch: { lifecycleState: state, lifecycleDetails: details } });
}

async function purge(scope: Scope, before: string): Promise<number> {
  const { numDeletedRows } = await scope.db
    .deleteFrom('applications')
    .where('lifecycleState', '=', 'DELETED')
    .where('timeUpdated', '<', before)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
