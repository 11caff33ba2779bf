/** Applications that leave: deleted with their deployment, or moved to another compartment. */
import type { ApplicationRecord } from '../store/applications.ts';
import type { DeploymentRecord } from '../store/deployments.ts';
import type { Resources } from '../store/store.ts';
import type { NewWorkRequest } from '../store/work-requests.ts';
import { requireMatch } from './conventions/etag.ts';
import { liveApplication, requireCompartment, requireSettled } from './lifecycle.ts';
import type { ControlPorts } from './ports.ts';
import { repeatable, type Attempt, type Made } from './conventions/retry-token.ts';

interface DeleteRequest {
  readonly id: string;
  readonly ifMatch: string | undefined;
}

/** Answers with the work request. Asked again while it is going on, it answers with the same one. */
export async function deleteApplication(
  { store }: ControlPorts,
  { id, ifMatch }: DeleteRequest,
): Promise<string> {
  return store.transaction(async (tx) => {
    const application = await liveApplication(tx, id);
    requireMatch(ifMatch, application);
    const running = await deletionOf(tx, application);
    if (running !== undefined) return running;
    requireSettled('application', application);
    return markForDeletion(tx, application);
  });
}

async function deletionOf(tx: Resources, { id }: ApplicationRecord): Promise<string | undefined> {
  const open = await tx.workRequests.open({ resourceId: id });
  return open.find(({ operationType }) => operationType === 'DELETE_APPLICATION_DEPLOYMENT')?.id;
}

/** The deployment goes along, and what was being done to either ends. */
async function markForDeletion(tx: Resources, { id, compartmentId }: ApplicationRecord): Promise<string> {
  const open = await tx.workRequests.open({ resourceId: id });
  for (const workRequest of open)
    await tx.workRequests.cancel(workRequest.id, 'Canceled: the application is being deleted.');
  await tx.applications.setState(id, 'DELETING');
  const deployment = await tx.deployments.ofApplication(id);
  if (deployment) await tx.deployments.setState(deployment.id, 'DELETING');
  const workRequest = await tx.workRequests.create({
    operationType: 'DELETE_APPLICATION_DEPLOYMENT',
    compartmentId,
    resources: resourcesOf(id, deployment),
  });
  return workRequest.id;
}

interface MoveRequest {
  readonly id: string;
  readonly compartmentId: string;
  readonly ifMatch: string | undefined;
  readonly attempt: Attempt | undefined;
}

/** Done at once: nothing that runs depends on the compartment. */
export async function moveApplication(
  { store }: ControlPorts,
  { id, compartmentId, ifMatch, attempt }: MoveRequest,
): Promise<Made<ApplicationRecord>> {
  return store.transaction((tx) =>
    repeatable(tx, attempt, {
      make: async () => {
        const application = await liveApplication(tx, id);
        requireMatch(ifMatch, application);
        requireSettled('application', application);
        await requireCompartment(tx, compartmentId);
        return move(tx, id, compartmentId);
      },
      again: () => tx.applications.get(id),
    }),
  );
}

async function move(tx: Resources, id: string, compartmentId: string): Promise<Made<ApplicationRecord>> {
  const item = await tx.applications.change(id, { compartmentId });
  const deployment = await tx.deployments.ofApplication(id);
  if (deployment) await tx.deployments.change(deployment.id, { compartmentId });
  const { id: workRequestId } = await tx.workRequests.create({
    operationType: 'MOVE_APPLICATION_DEPLOYMENT',
    compartmentId,
    resources: resourcesOf(id, deployment),
  });
  await tx.workRequests.succeed(workRequestId);
  return { item, workRequestId };
}

function resourcesOf(id: string, deployment: DeploymentRecord | undefined): NewWorkRequest['resources'] {
  return [
    { entityType: 'HOSTED_APPLICATION', identifier: id },
    ...(deployment ? [{ entityType: 'HOSTED_DEPLOYMENT', identifier: deployment.id } as const] : []),
  ];
}
