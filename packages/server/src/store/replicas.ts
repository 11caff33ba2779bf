/** What the reconciler wants to know about replicas after a crash: which process on which port was whose. */
import type { ReplicaState } from '@mooring/contract';
import { StaleRow, timeOf, type Scope } from './scope.ts';
import type { ReplicaRow } from './tables.ts';

export interface ReplicaRecord {
  /** Chosen by the reconciler; safe as a file name. */
  readonly id: string;
  readonly version: number;
  readonly applicationId: string;
  readonly artifactId: string;
  /** Revision of the application that it was started with. */
  readonly revision: number;
  readonly runtime: string;
  readonly pid: number | undefined;
  /** When the operating system says that the process began: tells it from a later one with the same pid. */
  readonly processStarted: string | undefined;
  readonly port: number | undefined;
  readonly state: ReplicaState;
  readonly reason: string | undefined;
  readonly restarts: number;
  readonly timeStarted: string;
}

export type NewReplica = Pick<ReplicaRecord, 'id' | 'applicationId' | 'artifactId' | 'revision' | 'runtime'>;

export type ReplicaPatch = Partial<
  Pick<ReplicaRecord, 'pid' | 'processStarted' | 'port' | 'state' | 'reason' | 'restarts' | 'timeStarted'>
>;

export interface Replicas {
  /** STARTING. */
  create(replica: NewReplica): Promise<ReplicaRecord>;
  get(id: string): Promise<ReplicaRecord | undefined>;
  list(filter?: { applicationId?: string }): Promise<ReplicaRecord[]>;
  /** Undefined when the row is gone. */
  change(id: string, patch: ReplicaPatch): Promise<ReplicaRecord | undefined>;
  remove(id: string): Promise<void>;
}

export function replicas(scope: Scope): Replicas {
  return {
    create: (replica) => scope.write((tx) => create(tx, replica)),
    get: (id) => get(scope, id),
    list: (filter = {}) => list(scope, filter),
    change: (id, patch) => scope.write((tx) => change(tx, id, patch)),
    remove: (id) => scope.write((tx) => remove(tx, id)),
  };
}

async function create(scope: Scope, replica: NewReplica): Promise<ReplicaRecord> {
  const row: ReplicaRow = {
    ...replica,
    version: 1,
    pid: null,
    processStarted: null,
    port: null,
    state: 'STARTING',
    reason: null,
    restarts: 0,
    timeStarted: timeOf(scope),
  };
  await scope.db.insertInto('replicas').values(row).execute();
  scope.note({ kind: 'replica', id: row.id });
  return recordOf(row);
}

async function get(scope: Scope, id: string): Promise<ReplicaRecord | undefined> {
  const row = await scope.db.selectFrom('replicas').selectAll().where('id', '=', id).executeTakeFirst();
  return row && recordOf(row);
}

async function list(scope: Scope, { applicationId }: { applicationId?: string }): Promise<ReplicaRecord[]> {
  const all = scope.db.selectFrom('replicas').selectAll().orderBy('timeStarted').orderBy('id');
  const rows = await (
    applicationId === undefined ? all : all.where('applicationId', '=', applicationId)
  ).execute();
  return rows.map(recordOf);
}

async function change(scope: Scope, id: string, patch: ReplicaPatch): Promise<ReplicaRecord | undefined> {
  const current = await get(scope, id);
  if (!current) return undefined;
  const record: ReplicaRecord = { ...current, ...patch, version: current.version + 1 };
  const { numUpdatedRows } = await scope.db
    .updateTable('replicas')
    .set(rowOf(record))
    .where('id', '=', id)
    .where('version', '=', current.version)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new StaleRow('replica', id);
  scope.note({ kind: 'replica', id });
  return record;
}

async function remove(scope: Scope, id: string): Promise<void> {
  await scope.db.deleteFrom('replicas').where('id', '=', id).execute();
  scope.note({ kind: 'replica', id });
}

const rowOf = (record: ReplicaRecord): ReplicaRow => ({
  ...record,
  pid: record.pid ?? null,
  processStarted: record.processStarted ?? null,
  port: record.port ?? null,
  reason: record.reason ?? null,
});

const recordOf = (row: ReplicaRow): ReplicaRecord => ({
  ...row,
  pid: row.pid ?? undefined,
  processStarted: row.processStarted ?? undefined,
  port: row.port ?? undefined,
  reason: row.reason ?? undefined,
});
