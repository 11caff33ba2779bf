/** Which state allows which change (OCI reference, section 1.6): passing refusals are IncorrectState, lasting ones Conflict. */
import { isIamApplication, Problem } from '@mooring/contract';
import type { ApplicationKind, ApplicationRecord } from '../store/applications.ts';
import type { DeploymentRecord } from '../store/deployments.ts';
import type { StorageRecord } from '../store/storages.ts';
import type { Resources } from '../store/store.ts';

const absent = (what: string, id: string): Problem =>
  new Problem('NotAuthorizedOrNotFound', `There is no ${what} ${id}, or you may not see it.`);

/** The id of an application, when it is of that kind: it exists under the paths of its kind only. */
export function idOfKind(id: string, kind: ApplicationKind): string {
  if (isIamApplication(id) === (kind === 'applicationIam')) return id;
  throw absent('hosted application', id);
}

/** The application, DELETED ones included until they are purged. */
export async function findApplication(tx: Resources, id: string): Promise<ApplicationRecord> {
  const application = await tx.applications.get(id);
  if (!application) throw absent('hosted application', id);
  return application;
}

/** The application, unless it is DELETED. */
export async function liveApplication(tx: Resources, id: string): Promise<ApplicationRecord> {
  const application = await findApplication(tx, id);
  if (application.lifecycleState === 'DELETED') throw absent('hosted application', id);
  return application;
}

/** The application, unless it is going away: nothing more is made for one that is. */
export async function lastingApplication(tx: Resources, id: string): Promise<ApplicationRecord> {
  const application = await liveApplication(tx, id);
  if (application.lifecycleState === 'DELETING')
    throw new Problem('Conflict', `The hosted application ${id} is being deleted.`);
  return application;
}

/** The deployment, DELETED ones included until they are purged. */
export async function findDeployment(tx: Resources, id: string): Promise<DeploymentRecord> {
  const deployment = await tx.deployments.get(id);
  if (!deployment) throw absent('hosted deployment', id);
  return deployment;
}

/** The deployment, unless it is DELETED. */
export async function liveDeployment(tx: Resources, id: string): Promise<DeploymentRecord> {
  const deployment = await findDeployment(tx, id);
  if (deployment.lifecycleState === 'DELETED') throw absent('hosted deployment', id);
  return deployment;
}

/** The storage, DELETED ones included until they are purged. */
export async function findStorage(tx: Resources, id: string): Promise<StorageRecord> {
  const storage = await tx.storages.get(id);
  if (!storage) throw absent('hosted application storage', id);
  return storage;
}

/** The storage, unless it is DELETED. */
export async function liveStorage(tx: Resources, id: string): Promise<StorageRecord> {
  const storage = await findStorage(tx, id);
  if (storage.lifecycleState === 'DELETED') throw absent('hosted application storage', id);
  return storage;
}

/** Throws NotAuthorizedOrNotFound for a compartment that does not exist. */
export async function requireCompartment(tx: Resources, id: string): Promise<void> {
  if (await tx.compartments.get(id)) return;
  const known = (await tx.compartments.list()).map((compartment) => compartment.id);
  throw new Problem(
    'NotAuthorizedOrNotFound',
    `There is no compartment ${id}, or you may not see it. Use one of ${known.join(', ')}.`,
  );
}

interface HasState {
  readonly id: string;
  readonly lifecycleState: string;
}

/** Throws while something else is being done to it, or when it is going away. */
export function requireSettled(
  what: 'application' | 'deployment' | 'application storage',
  { id, lifecycleState }: HasState,
): void {
  if (lifecycleState === 'CREATING' || lifecycleState === 'UPDATING')
    throw new Problem(
      'IncorrectState',
      `The hosted ${what} ${id} is ${lifecycleState}. Wait for its work request, then try again.`,
      { retryAfter: 1 },
    );
  if (lifecycleState === 'DELETING' || lifecycleState === 'DELETED')
    throw new Problem(
      'Conflict',
      `The hosted ${what} ${id} is ${lifecycleState}; it cannot be changed any more.`,
    );
}
