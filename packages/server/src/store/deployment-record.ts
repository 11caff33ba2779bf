/** A deployment as rows and as a record: reading it with its artifacts, writing it with its version. */
import type { DeploymentState } from '@mooring/contract';
import type { DefinedTags, Tags } from './application-record.ts';
import { artifactsOf, type ArtifactRecord } from './artifacts.ts';
import { StaleRow, timeOf, type Scope } from './scope.ts';
import type { DeploymentRow } from './tables.ts';

export interface DeploymentRecord {
  readonly id: string;
  readonly version: number;
  readonly displayName: string;
  readonly compartmentId: string;
  readonly hostedApplicationId: string;
  readonly timeCreated: string;
  readonly timeUpdated: string;
  readonly lifecycleState: DeploymentState;
  readonly lifecycleDetails: string | undefined;
  readonly wantedArtifactId: string;
  readonly activeArtifactId: string | undefined;
  /** Oldest first; never empty. */
  readonly artifacts: readonly ArtifactRecord[];
  readonly freeformTags: Tags;
  readonly definedTags: DefinedTags;
}

/** Sets columns and counts the version. Throws when there is no such row, or it was changed at the same time. */
export async function update(
  scope: Scope,
  id: string,
  columns: Partial<Omit<DeploymentRow, 'id' | 'version'>>,
): Promise<DeploymentRecord> {
  const current = await scope.db
    .selectFrom('deployments')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  if (!current) throw new Error(`cannot change deployment ${id}: there is none`);
  const row: DeploymentRow = {
    ...current,
    ...columns,
    version: current.version + 1,
    timeUpdated: timeOf(scope),
  };
  const { numUpdatedRows } = await scope.db
    .updateTable('deployments')
    .set(row)
    .where('id', '=', id)
    .where('version', '=', current.version)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new StaleRow('deployment', id);
  scope.note({ kind: 'deployment', id });
  const [record] = await withArtifacts(scope, [row]);
  if (!record) throw new TypeError('one row makes one record');
  return record;
}

/** The records of these rows, in their order. */
export async function withArtifacts(scope: Scope, rows: DeploymentRow[]): Promise<DeploymentRecord[]> {
  if (rows.length === 0) return [];
  const artifacts = await artifactsOf(
    scope,
    rows.map((row) => row.id),
  );
  const byDeployment = Map.groupBy(artifacts, (artifact) => artifact.hostedDeploymentId);
  return rows.map((row) => recordOf(row, byDeployment.get(row.id) ?? []));
}

export function recordOf(row: DeploymentRow, artifacts: readonly ArtifactRecord[]): DeploymentRecord {
  return {
    id: row.id,
    version: row.version,
    displayName: row.displayName,
    compartmentId: row.compartmentId,
    hostedApplicationId: row.hostedApplicationId,
    timeCreated: row.timeCreated,
    timeUpdated: row.timeUpdated,
    lifecycleState: row.lifecycleState,
    lifecycleDetails: row.lifecycleDetails ?? undefined,
    wantedArtifactId: String(row.wantedArtifactId),
    activeArtifactId: row.activeArtifactId === null ? undefined : String(row.activeArtifactId),
    artifacts,
    freeformTags: JSON.parse(row.freeformTagsJson),
    definedTags: JSON.parse(row.definedTagsJson),
  };
}
