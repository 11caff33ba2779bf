/** Compartments in the store. The root is made at the first start; it is the only one without a parent. */
import { newOcid, timeOf, type Scope } from './scope.ts';
import type { CompartmentRow } from './tables.ts';

export interface CompartmentRecord {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly parentId: string | undefined;
  readonly timeCreated: string;
}

export interface Compartments {
  root(): Promise<CompartmentRecord>;
  get(id: string): Promise<CompartmentRecord | undefined>;
  /** Oldest first. */
  list(): Promise<CompartmentRecord[]>;
}

export function compartments(scope: Scope): Compartments {
  return {
    root: () => scope.write(root),
    get: (id) => get(scope, id),
    list: () => list(scope),
  };
}

/** Makes it when there is none yet. */
async function root(scope: Scope): Promise<CompartmentRecord> {
  const found = await scope.db
    .selectFrom('compartments')
    .selectAll()
    .where('parentId', 'is', null)
    .executeTakeFirst();
  if (found) return recordOf(found);
  const row: CompartmentRow = {
    id: newOcid(scope, 'tenancy'),
    version: 1,
    name: 'root',
    parentId: null,
    timeCreated: timeOf(scope),
  };
  await scope.db.insertInto('compartments').values(row).execute();
  return recordOf(row);
}

async function get(scope: Scope, id: string): Promise<CompartmentRecord | undefined> {
  const row = await scope.db.selectFrom('compartments').selectAll().where('id', '=', id).executeTakeFirst();
  return row && recordOf(row);
}

async function list(scope: Scope): Promise<CompartmentRecord[]> {
  const rows = scope.db.selectFrom('compartments').selectAll().orderBy('timeCreated').orderBy('id');
  return (await rows.execute()).map(recordOf);
}

const recordOf = (row: CompartmentRow): CompartmentRecord => ({
  ...row,
  parentId: row.parentId ?? undefined,
});
