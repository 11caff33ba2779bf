/**
 * Deployments and their artifacts in the store. `wantedArtifactId` is the wish, `activeArtifactId` the artifact
 * that serves (undefined until one has). Ids of artifacts are digits, counted over the whole store.
 */
import type { CreateArtifactDetails, DeploymentState } from '@mooring/contract';
import type { StateChange } from './applications.ts';
import { insertArtifact, setStatus, type ArtifactRecord } from './artifacts.ts';
import { recordOf, update, withArtifacts, type DeploymentRecord } from './deployment-record.ts';
import { given, readPage, type Page, type PageQuery } from './page.ts';
import { newOcid, timeOf, toJson, type Scope } from './scope.ts';
import type { DeploymentRow } from './tables.ts';

export type { DeploymentRecord } from './deployment-record.ts';

export type NewDeployment = Pick<
  DeploymentRecord,
  'displayName' | 'compartmentId' | 'hostedApplicationId' | 'freeformTags' | 'definedTags'
> & { readonly artifact: CreateArtifactDetails };

export type DeploymentPatch = Partial<
  Pick<DeploymentRecord, 'displayName' | 'compartmentId' | 'freeformTags' | 'definedTags'>
>;

export type DeploymentSort = 'timeCreated' | 'displayName' | 'lifecycleState';

export interface DeploymentQuery extends PageQuery<DeploymentSort> {
  readonly compartmentId: string;
  readonly hostedApplicationId?: string | undefined;
  readonly lifecycleState?: DeploymentState | undefined;
  readonly displayName?: string | undefined;
  readonly id?: string | undefined;
}

export interface Deployments {
  /** Writes the wish: CREATING, its first artifact UPDATING. */
  create(deployment: NewDeployment): Promise<DeploymentRecord>;
  get(id: string): Promise<DeploymentRecord | undefined>;
  /** All, oldest first. */
  list(filter?: { undeleted?: boolean }): Promise<DeploymentRecord[]>;
  /** The undeleted deployment of an application: there is one at most. */
  ofApplication(applicationId: string): Promise<DeploymentRecord | undefined>;
  page(query: DeploymentQuery): Promise<Page<DeploymentRecord>>;
  change(id: string, patch: DeploymentPatch): Promise<DeploymentRecord>;
  /** Undefined when the row is absent, DELETED, or not in a state that `from` names. */
  setState(
    id: string,
    state: DeploymentState,
    change?: StateChange<DeploymentState>,
  ): Promise<DeploymentRecord | undefined>;
  /** Registers an artifact: INACTIVE. */
  addArtifact(id: string, artifact: CreateArtifactDetails): Promise<ArtifactRecord>;
  removeArtifact(id: string, artifactId: string): Promise<DeploymentRecord>;
  /** Writes the wish that this artifact serves: deployment and artifact UPDATING. */
  want(id: string, artifactId: string): Promise<DeploymentRecord>;
  /**
   * Fulfils the wish: the artifact and the deployment are ACTIVE, the earlier artifact INACTIVE.
   * Undefined when that artifact is no longer wanted, or the deployment is going away.
   */
  activate(id: string, artifactId: string): Promise<DeploymentRecord | undefined>;
  /**
   * Gives the wish up: the artifact is FAILED; the deployment goes back to the artifact that serves (ACTIVE), or,
   * when none ever has, is NEEDS_ATTENTION. `details` says why. Undefined as for `activate`.
   */
  reject(id: string, artifactId: string, details: string): Promise<DeploymentRecord | undefined>;
  /** Removes deployments that have been DELETED since before that time. */
  purge(before: string): Promise<number>;
}

export function deployments(scope: Scope): Deployments {
  return {
    create: (deployment) => scope.write((tx) => create(tx, deployment)),
    get: (id) => get(scope, id),
    list: (filter = {}) => list(scope, filter),
    ofApplication: (applicationId) => ofApplication(scope, applicationId),
    page: (query) => page(scope, query),
    change: (id, patch) => scope.write((tx) => change(tx, id, patch)),
    setState: (id, state, options) => scope.write((tx) => setState(tx, { id, state, ...options })),
    addArtifact: (id, artifact) => scope.write((tx) => addArtifact(tx, id, artifact)),
    removeArtifact: (id, artifactId) => scope.write((tx) => removeArtifact(tx, id, artifactId)),
    want: (id, artifactId) => scope.write((tx) => want(tx, id, artifactId)),
    activate: (id, artifactId) => scope.write((tx) => activate(tx, id, artifactId)),
    reject: (id, artifactId, details) => scope.write((tx) => reject(tx, { id, artifactId, details })),
    purge: (before) => purge(scope, before),
  };
}

async function create(scope: Scope, { artifact, ...deployment }: NewDeployment): Promise<DeploymentRecord> {
  const id = newOcid(scope, 'deployment');
  const now = timeOf(scope);
  const row: DeploymentRow = {
    id,
    version: 1,
    displayName: deployment.displayName,
    compartmentId: deployment.compartmentId,
    hostedApplicationId: deployment.hostedApplicationId,
    timeCreated: now,
    timeUpdated: now,
    lifecycleState: 'CREATING',
    lifecycleDetails: null,
    wantedArtifactId: 0,
    activeArtifactId: null,
    freeformTagsJson: toJson(deployment.freeformTags),
    definedTagsJson: toJson(deployment.definedTags),
  };
  await scope.db.insertInto('deployments').values(row).execute();
  const first = await insertArtifact(scope, { deploymentId: id, status: 'UPDATING', details: artifact });
  const wanted = { wantedArtifactId: Number(first.id) };
  await scope.db.updateTable('deployments').set(wanted).where('id', '=', id).execute();
  scope.note({ kind: 'deployment', id });
  return recordOf({ ...row, ...wanted }, [first]);
}

async function get(scope: Scope, id: string): Promise<DeploymentRecord | undefined> {
  const row = await scope.db.selectFrom('deployments').selectAll().where('id', '=', id).executeTakeFirst();
  return row && (await withArtifacts(scope, [row]))[0];
}

async function list(
  scope: Scope,
  { undeleted = false }: { undeleted?: boolean },
): Promise<DeploymentRecord[]> {
  const all = scope.db.selectFrom('deployments').selectAll().orderBy('timeCreated').orderBy('id');
  return withArtifacts(
    scope,
    await (undeleted ? all.where('lifecycleState', '!=', 'DELETED') : all).execute(),
  );
}

async function ofApplication(scope: Scope, applicationId: string): Promise<DeploymentRecord | undefined> {
  const rows = await scope.db
    .selectFrom('deployments')
    .selectAll()
    .where('hostedApplicationId', '=', applicationId)
    .where('lifecycleState', '!=', 'DELETED')
    .execute();
  return (await withArtifacts(scope, rows))[0];
}

async function page(scope: Scope, query: DeploymentQuery): Promise<Page<DeploymentRecord>> {
  const { compartmentId, hostedApplicationId, lifecycleState, displayName, id } = query;
  const rows = scope.db
    .selectFrom('deployments')
    .selectAll()
    .where((eb) => eb.and(given({ compartmentId, hostedApplicationId, lifecycleState, displayName, id })));
  const { items, next } = await readPage(rows, query, 'id');
  return { items: await withArtifacts(scope, items), next };
}

async function change(scope: Scope, id: string, patch: DeploymentPatch): Promise<DeploymentRecord> {
  const { freeformTags, definedTags, ...columns } = patch;
  return update(scope, id, {
    ...columns,
    ...(freeformTags && { freeformTagsJson: toJson(freeformTags) }),
    ...(definedTags && { definedTagsJson: toJson(definedTags) }),
  });
}

interface Transition extends StateChange<DeploymentState> {
  readonly id: string;
  readonly state: DeploymentState;
}

async function setState(
  scope: Scope,
  { id, state, from, details }: Transition,
): Promise<DeploymentRecord | undefined> {
  const current = await get(scope, id);
  if (!current || current.lifecycleState === 'DELETED') return undefined;
  if (from && !from.includes(current.lifecycleState)) return undefined;
  return update(scope, id, { lifecycleState: state, lifecycleDetails: details ?? null });
}

async function addArtifact(
  scope: Scope,
  id: string,
  details: CreateArtifactDetails,
): Promise<ArtifactRecord> {
  const artifact = await insertArtifact(scope, { deploymentId: id, status: 'INACTIVE', details });
  await update(scope, id, {});
  return artifact;
}

async function removeArtifact(scope: Scope, id: string, artifactId: string): Promise<DeploymentRecord> {
  await scope.db
    .deleteFrom('artifacts')
    .where('id', '=', Number(artifactId))
    .where('hostedDeploymentId', '=', id)
    .execute();
  return update(scope, id, {});
}

async function want(scope: Scope, id: string, artifactId: string): Promise<DeploymentRecord> {
  const current = await get(scope, id);
  if (current?.activeArtifactId !== artifactId) await setStatus(scope, artifactId, 'UPDATING');
  return update(scope, id, {
    wantedArtifactId: Number(artifactId),
    lifecycleState: 'UPDATING',
    lifecycleDetails: null,
  });
}

async function activate(scope: Scope, id: string, artifactId: string): Promise<DeploymentRecord | undefined> {
  const current = await wanting(scope, id, artifactId);
  if (!current) return undefined;
  const earlier = current.activeArtifactId;
  if (earlier !== undefined && earlier !== artifactId) await setStatus(scope, earlier, 'INACTIVE');
  await setStatus(scope, artifactId, 'ACTIVE');
  return update(scope, id, {
    activeArtifactId: Number(artifactId),
    lifecycleState: 'ACTIVE',
    lifecycleDetails: null,
  });
}

interface Rejection {
  readonly id: string;
  readonly artifactId: string;
  readonly details: string;
}

async function reject(
  scope: Scope,
  { id, artifactId, details }: Rejection,
): Promise<DeploymentRecord | undefined> {
  const current = await wanting(scope, id, artifactId);
  if (!current) return undefined;
  const serving = current.activeArtifactId === artifactId ? undefined : current.activeArtifactId;
  await setStatus(scope, artifactId, 'FAILED');
  return update(scope, id, {
    wantedArtifactId: Number(serving ?? artifactId),
    activeArtifactId: serving === undefined ? null : Number(serving),
    lifecycleState: serving === undefined ? 'NEEDS_ATTENTION' : 'ACTIVE',
    lifecycleDetails: details,
  });
}

async function purge(scope: Scope, before: string): Promise<number> {
  const { numDeletedRows } = await scope.db
    .deleteFrom('deployments')
    .where('lifecycleState', '=', 'DELETED')
    .where('timeUpdated', '<', before)
    .executeTakeFirst();
  return Number(numDeletedRows);
}

/** The deployment, while it still wants that artifact. */
async function wanting(scope: Scope, id: string, artifactId: string): Promise<DeploymentRecord | undefined> {
  const current = await get(scope, id);
  if (current === undefined || current.wantedArtifactId !== artifactId) return undefined;
  return ['DELETING', 'DELETED'].includes(current.lifecycleState) ? undefined : current;
}
