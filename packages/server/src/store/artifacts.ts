/** Artifacts in the store: the versions of a deployment. Ids are digits, counted over the whole store. */
import type { ArtifactState, CreateArtifactDetails } from '@mooring/contract';
import { timeOf, toJson, type Scope } from './scope.ts';
import type { ArtifactRow } from './tables.ts';

export interface ArtifactRecord {
  readonly id: string;
  readonly hostedDeploymentId: string;
  readonly timeCreated: string;
  readonly status: ArtifactState;
  readonly details: CreateArtifactDetails;
}

/** Sets what an artifact is doing. */
export async function setStatus(scope: Scope, artifactId: string, status: ArtifactState): Promise<void> {
  await scope.db.updateTable('artifacts').set({ status }).where('id', '=', Number(artifactId)).execute();
}

const counter = 'artifactCounter';

async function nextArtifactId(scope: Scope): Promise<number> {
  const row = await scope.db.selectFrom('meta').select('value').where('key', '=', counter).executeTakeFirst();
  const id = Number(row?.value ?? 0) + 1;
  if (row)
    await scope.db
      .updateTable('meta')
      .set({ value: String(id) })
      .where('key', '=', counter)
      .execute();
  else
    await scope.db
      .insertInto('meta')
      .values({ key: counter, value: String(id) })
      .execute();
  return id;
}

interface NewArtifact {
  readonly deploymentId: string;
  readonly status: ArtifactState;
  readonly details: CreateArtifactDetails;
}

/** Writes an artifact under the next number. */
export async function insertArtifact(
  scope: Scope,
  { deploymentId, status, details }: NewArtifact,
): Promise<ArtifactRecord> {
  const row: ArtifactRow = {
    id: await nextArtifactId(scope),
    hostedDeploymentId: deploymentId,
    timeCreated: timeOf(scope),
    status,
    detailsJson: toJson(details),
  };
  await scope.db.insertInto('artifacts').values(row).execute();
  return artifactOf(row);
}

/** Deployments asked for in one statement; databases limit its parameters. */
const chunk = 1000;

/** The artifacts of these deployments, oldest first. */
export async function artifactsOf(scope: Scope, deploymentIds: readonly string[]): Promise<ArtifactRecord[]> {
  const found: ArtifactRecord[] = [];
  for (let start = 0; start < deploymentIds.length; start += chunk) {
    const ids = deploymentIds.slice(start, start + chunk);
    const artifacts = scope.db.selectFrom('artifacts').selectAll().where('hostedDeploymentId', 'in', ids);
    found.push(...(await artifacts.orderBy('id').execute()).map(artifactOf));
  }
  return found;
}

function artifactOf(row: ArtifactRow): ArtifactRecord {
  return {
    id: String(row.id),
    hostedDeploymentId: row.hostedDeploymentId,
    timeCreated: row.timeCreated,
    status: row.status,
    details: JSON.parse(row.detailsJson),
  };
}
