/** What runs where: written by the node that reconciles, read by all, so that each of them finds every replica. */
import type { ReplicaState } from '@mooring/contract';
import { isDeepStrictEqual } from 'node:util';
import type { Scope } from './scope.ts';
import type { ReplicaRow } from './tables.ts';

export interface ReplicaRecord {
  readonly id: string;
  readonly version: number;
  readonly applicationId: string;
  readonly artifactId: string;
  /** The node that it runs on, and where other nodes reach that one; undefined: they cannot. */
  readonly nodeId: string;
  readonly nodeAddress: string | undefined;
  /** Where it listens on its node, `host:port`, while it serves. */
  readonly address: string | undefined;
  readonly runtime: string;
  readonly state: ReplicaState;
  /** `ready`: takes arrivals. `draining`: keeps what it has. Undefined: neither. */
  readonly serving: 'ready' | 'draining' | undefined;
  readonly reason: string | undefined;
  readonly pid: number | undefined;
  readonly restarts: number;
  readonly timeStarted: string;
}

/** Of one application, as it runs now. */
export type RunningReplica = Omit<ReplicaRecord, 'version' | 'applicationId'>;

export interface Replicas {
  list(filter?: { applicationId?: string }): Promise<ReplicaRecord[]>;
  /** Makes these all that runs of the application. What is as it was is not written. */
  put(applicationId: string, running: readonly RunningReplica[]): Promise<void>;
  /** Nothing runs any more, of no application. */
  clear(): Promise<void>;
}

export function replicas(scope: Scope): Replicas {
  return {
    list: (filter = {}) => list(scope, filter),
    put: (applicationId, running) => scope.write((tx) => put(tx, applicationId, running)),
    clear: () => scope.write(clear),
  };
}

async function list(scope: Scope, { applicationId }: { applicationId?: string }): Promise<ReplicaRecord[]> {
  const all = scope.db.selectFrom('replicas').selectAll().orderBy('timeStarted').orderBy('id');
  const rows = await (
    applicationId === undefined ? all : all.where('applicationId', '=', applicationId)
  ).execute();
  return rows.map(recordOf);
}

async function put(scope: Scope, applicationId: string, running: readonly RunningReplica[]): Promise<void> {
  const known = new Map((await list(scope, { applicationId })).map((record) => [record.id, record]));
  const ids = new Set(running.map(({ id }) => id));
  const gone = [...known.keys()].filter((id) => !ids.has(id));
  const records = running.map((replica) => ({
    ...replica,
    applicationId,
    version: known.get(replica.id)?.version ?? 0,
  }));
  const written = records.filter((record) => !isDeepStrictEqual(known.get(record.id), record));
  if (gone.length > 0) await scope.db.deleteFrom('replicas').where('id', 'in', gone).execute();
  for (const record of written) await write(scope, { ...rowOf(record), version: record.version + 1 });
  if (gone.length + written.length > 0) scope.note({ kind: 'replica', id: applicationId });
}

async function write(scope: Scope, row: ReplicaRow): Promise<void> {
  await scope.db
    .insertInto('replicas')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

async function clear(scope: Scope): Promise<void> {
  const rows = await scope.db.selectFrom('replicas').select('applicationId').distinct().execute();
  await scope.db.deleteFrom('replicas').execute();
  for (const { applicationId } of rows) scope.note({ kind: 'replica', id: applicationId });
}

const rowOf = (record: ReplicaRecord): ReplicaRow => ({
  ...record,
  nodeAddress: record.nodeAddress ?? null,
  address: record.address ?? null,
  serving: record.serving ?? null,
  reason: record.reason ?? null,
  pid: record.pid ?? null,
});

const recordOf = (row: ReplicaRow): ReplicaRecord => ({
  ...row,
  nodeAddress: row.nodeAddress ?? undefined,
  address: row.address ?? undefined,
  serving: row.serving ?? undefined,
  reason: row.reason ?? undefined,
  pid: row.pid ?? undefined,
});
