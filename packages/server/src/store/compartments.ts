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
  /** The root, then the oldest first. */
  list(): Promise<CompartmentRecord[]>;
  /** Below the root. Undefined, and nothing written, when there is one of that name. */
  create(name: string): Promise<CompartmentRecord | undefined>;
  /** How much there is in it that is not deleted. */
  contents(id: string): Promise<number>;
  /** False when there was none. */
  delete(id: string): Promise<boolean>;
}

export function compartments(scope: Scope): Compartments {
  return {
    root: () => scope.write(root),
    get: (id) => get(scope, id),
    list: () => list(scope),
    create: (name) => scope.write((tx) => create(tx, name)),
    contents: (id) => contents(scope, id),
    delete: (id) => scope.write((tx) => remove(tx, id)),
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
  const records = (await rows.execute()).map(recordOf);
  const isRoot = ({ parentId }: CompartmentRecord): boolean => parentId === undefined;
  return [...records.filter(isRoot), ...records.filter((record) => !isRoot(record))];
}

async function create(scope: Scope, name: string): Promise<CompartmentRecord | undefined> {
  const known = await list(scope);
  if (known.some((compartment) => compartment.name === name)) return undefined;
  const row: CompartmentRow = {
    id: newOcid(scope, 'compartment'),
    version: 1,
    name,
    parentId: (await root(scope)).id,
    timeCreated: timeOf(scope),
  };
  await scope.db.insertInto('compartments').values(row).execute();
  scope.note({ kind: 'compartment', id: row.id });
  return recordOf(row);
}

async function contents({ db }: Scope, id: string): Promise<number> {
  let sum = 0;
  for (const table of ['applications', 'deployments', 'storages'] as const) {
    const { count } = await db
      .selectFrom(table)
      .select((eb) => eb.fn.countAll().as('count'))
      .where('compartmentId', '=', id)
      .where('lifecycleState', '!=', 'DELETED')
      .executeTakeFirstOrThrow();
    sum += Number(count);
  }
  const { count } = await db
    .selectFrom('secrets')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('compartmentId', '=', id)
    .executeTakeFirstOrThrow();
  return sum + Number(count);
}

async function remove(scope: Scope, id: string): Promise<boolean> {
  const { numDeletedRows } = await scope.db
    .deleteFrom('compartments')
    .where('id', '=', id)
    .executeTakeFirst();
  if (numDeletedRows === 0n) return false;
  scope.note({ kind: 'compartment', id });
  return true;
}

const recordOf = (row: CompartmentRow): CompartmentRecord => ({
  ...row,
  parentId: row.parentId ?? undefined,
});
