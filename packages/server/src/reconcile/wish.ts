/** Wish: everything that the store says about one application at one moment. */
import type { ApplicationSettings } from '@mooring/contract';
import type { ApplicationRecord } from '../store/applications.ts';
import type { DeploymentRecord } from '../store/deployments.ts';
import type { Store } from '../store/store.ts';
import type { WorkRequestRecord } from '../store/work-requests.ts';

export interface Wish {
  readonly application: ApplicationRecord;
  /** The undeleted one. */
  readonly deployment: DeploymentRecord | undefined;
  readonly settings: ApplicationSettings;
  /** Unfinished ones of which the application or its deployment is the subject. */
  readonly workRequests: readonly WorkRequestRecord[];
}

/** What a replica is a copy of: an artifact with the environment of one revision of the application. */
export interface Generation {
  readonly artifactId: string;
  readonly revision: number;
}

export const keyOf = ({ artifactId, revision }: Generation): string => `${artifactId}@${revision}`;

/** Undefined when there is no such application any more. */
export async function readWish(store: Store, applicationId: string): Promise<Wish | undefined> {
  const application = await store.applications.get(applicationId);
  if (!application || application.lifecycleState === 'DELETED') return undefined;
  const deployment = await store.deployments.ofApplication(applicationId);
  const subjects = deployment ? [applicationId, deployment.id] : [applicationId];
  const open = await Promise.all(subjects.map((resourceId) => store.workRequests.open({ resourceId })));
  return {
    application,
    deployment,
    settings: (await store.settings.get(applicationId)).settings,
    workRequests: open
      .flat()
      .filter((one, index, all) => isSubject(one, subjects) && isFirst(one, index, all)),
  };
}

const isSubject = ({ resources }: WorkRequestRecord, ids: readonly string[]): boolean =>
  resources[0] !== undefined && ids.includes(resources[0].identifier);

const isFirst = ({ id }: WorkRequestRecord, index: number, all: readonly WorkRequestRecord[]): boolean =>
  all.findIndex((one) => one.id === id) === index;

/** True while the deployment waits for an artifact to become active. */
export function isPending({ deployment }: Wish): boolean {
  return deployment?.lifecycleState === 'CREATING' || deployment?.lifecycleState === 'UPDATING';
}

export function isUpdating({ application }: Wish): boolean {
  return application.lifecycleState === 'UPDATING';
}

/** What should serve. `refused`: see Facts. Undefined: nothing. */
export function targetOf(wish: Wish, refused: string | undefined): Generation | undefined {
  const { application, deployment } = wish;
  if (application.lifecycleState !== 'ACTIVE' && !isUpdating(wish)) return undefined;
  if (!deployment || deployment.lifecycleState === 'DELETING') return undefined;
  const target = { artifactId: deployment.wantedArtifactId, revision: application.revision };
  if (deployment.activeArtifactId !== undefined || isPending(wish)) return target;
  // It never came up, and was given up. A new environment is a reason to try once more.
  return isUpdating(wish) && keyOf(target) !== refused ? target : undefined;
}

/** The work requests that wait for these operations. */
export function waitingFor(
  wish: Wish,
  ...operations: WorkRequestRecord['operationType'][]
): WorkRequestRecord[] {
  return wish.workRequests.filter(({ operationType }) => operations.includes(operationType));
}
