/** Storages of applications in the store. Deleted ones stay as DELETED until `purge`. */
import type { HostedApplicationStorage, StorageState, StorageType } from '@mooring/contract';
import { sql } from 'kysely';
import type { StateChange } from './applications.ts';
import { given, readPage, type Page, type PageQuery } from './page.ts';
import { newOcid, timeOf, toJson, type Scope } from './scope.ts';

interface StorageRow {
  id: string;
  version: number;
  displayName: string;
  description: string | null;
  compartmentId: string;
  storageType: StorageType;
  timeCreated: string;
  timeUpdated: string;
  lifecycleState: StorageState;
  lifecycleDetails: string | null;
  freeformTagsJson: string;
  definedTagsJson: string;
}

export interface StorageTables {
  storages: StorageRow;
}

export interface StorageRecord {
  readonly id: string;
  /** Goes up with every write; etags derive from it. */
  readonly version: number;
  readonly displayName: string;
  readonly description: string | undefined;
  readonly compartmentId: string;
  readonly storageType: StorageType;
  readonly timeCreated: string;
  readonly timeUpdated: string;
  readonly lifecycleState: StorageState;
  readonly lifecycleDetails: string | undefined;
  readonly freeformTags: HostedApplicationStorage['freeformTags'];
  readonly definedTags: HostedApplicationStorage['definedTags'];
}

export type NewStorage = Pick<
  StorageRecord,
  'displayName' | 'description' | 'compartmentId' | 'storageType' | 'freeformTags' | 'definedTags'
>;

export interface StorageQuery extends PageQuery<'timeCreated' | 'displayName' | 'lifecycleState'> {
  readonly compartmentId: string;
  readonly storageType?: StorageType | undefined;
  readonly lifecycleState?: StorageState | undefined;
  readonly displayName?: string | undefined;
  readonly id?: string | undefined;
}

export interface Storages {
  /** Writes the wish: CREATING. */
  create(storage: NewStorage): Promise<StorageRecord>;
  get(id: string): Promise<StorageRecord | undefined>;
  page(query: StorageQuery): Promise<Page<StorageRecord>>;
  /** Ids of the undeleted applications that use it, oldest first. */
  usedBy(id: string): Promise<string[]>;
  move(id: string, compartmentId: string): Promise<StorageRecord>;
  /** Undefined when the row is absent, DELETED, or not in a state that `from` names. */
  setState(
    id: string,
    state: StorageState,
    change?: StateChange<StorageState>,
  ): Promise<StorageRecord | undefined>;
  /** Removes storages that have been DELETED since before that time. */
  purge(before: string): Promise<number>;
}

export function storages(scope: Scope): Storages {
  return {
    create: (storage) => scope.write((tx) => create(tx, storage)),
    get: (id) => get(scope, id),
    page: (query) => page(scope, query),
    usedBy: (id) => usedBy(scope, id),
    move: (id, compartmentId) => scope.write((tx) => update(tx, id, { compartmentId })),
    setState: (id, state, options) => scope.write((tx) => setState(tx, { id, state, ...options })),
    purge: (before) => purge(scope, before),
  };
}

async function create(
  scope: Scope,
  { freeformTags, definedTags, description, ...storage }: NewStorage,
): Promise<StorageRecord> {
  const now = timeOf(scope);
  const row: StorageRow = {
    ...storage,
    id: newOcid(scope, 'storage'),
    version: 1,
    description: description ?? null,
    timeCreated: now,
    timeUpdated: now,
    lifecycleState: 'CREATING',
    lifecycleDetails: null,
    freeformTagsJson: toJson(freeformTags),
    definedTagsJson: toJson(definedTags),
  };
  await scope.db.insertInto('storages').values(row).execute();
  scope.note({ kind: 'storage', id: row.id });
  return recordOf(row);
}

async function get(scope: Scope, id: string): Promise<StorageRecord | undefined> {
  const row = await scope.db.selectFrom('storages').selectAll().where('id', '=', id).executeTakeFirst();
  return row && recordOf(row);
}

async function page(scope: Scope, query: StorageQuery): Promise<Page<StorageRecord>> {
  const { compartmentId, storageType, lifecycleState, displayName, id } = query;
  const rows = scope.db
    .selectFrom('storages')
    .selectAll()
    .where((eb) => eb.and(given({ compartmentId, storageType, lifecycleState, displayName, id })));
  const { items, next } = await readPage(rows, query, 'id');
  return { items: items.map(recordOf), next };
}

/** An OCID holds nothing that LIKE would take for a wildcard. */
async function usedBy(scope: Scope, id: string): Promise<string[]> {
  const rows = await scope.db
    .selectFrom('applications')
    .select('id')
    .where('lifecycleState', '!=', 'DELETED')
    .where(sql<boolean>`${sql.ref('storagesJson')} like ${`%"${id}"%`}`)
    .orderBy('timeCreated')
    .orderBy('id')
    .execute();
  return rows.map((row) => row.id);
}

async function update(scope: Scope, id: string, columns: Partial<StorageRow>): Promise<StorageRecord> {
  const current = await scope.db
    .selectFrom('storages')
    .select('version')
    .where('id', '=', id)
    .executeTakeFirst();
  if (!current) throw new Error(`cannot change storage ${id}: there is none`);
  const row = await scope.db
    .updateTable('storages')
    .set({ ...columns, version: current.version + 1, timeUpdated: timeOf(scope) })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  scope.note({ kind: 'storage', id });
  return recordOf(row);
}

interface Transition extends StateChange<StorageState> {
  readonly id: string;
  readonly state: StorageState;
}

async function setState(
  scope: Scope,
  { id, state, from, details }: Transition,
): Promise<StorageRecord | undefined> {
  const current = await get(scope, id);
  if (!current || current.lifecycleState === 'DELETED') return undefined;
  if (from && !from.includes(current.lifecycleState)) return undefined;
  return update(scope, id, { lifecycleState: state, lifecycleDetails: details ?? null });
}

async function purge(scope: Scope, before: string): Promise<number> {
  const { numDeletedRows } = await scope.db
    .deleteFrom('storages')
    .where('lifecycleState', '=', 'DELETED')
    .where('timeUpdated', '<', before)
    .executeTakeFirst();
  return Number(numDeletedRows);
}

function recordOf({ freeformTagsJson, definedTagsJson, ...row }: StorageRow): StorageRecord {
  return {
    ...row,
    description: row.description ?? undefined,
    lifecycleDetails: row.lifecycleDetails ?? undefined,
    freeformTags: JSON.parse(freeformTagsJson),
    definedTags: JSON.parse(definedTagsJson),
  };
}
