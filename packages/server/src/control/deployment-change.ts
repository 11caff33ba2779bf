/** Changes a deployment: activates a registered artifact, sets tags, or deletes one that is not active. */
import { Problem, type UpdateHostedDeploymentDetails } from '@mooring/contract';
import type { DeploymentRecord } from '../store/deployments.ts';
import type { Resources } from '../store/store.ts';
import { findArtifact } from './artifact-reference.ts';
import { requireProcesses } from './artifact-right.ts';
import { requireMatch } from './conventions/etag.ts';
import { findApplication, liveDeployment, requireSettled } from './lifecycle.ts';
import type { ControlPorts } from './ports.ts';
import { repeatable, type Attempt, type Made } from './conventions/retry-token.ts';

export interface DeploymentRequest {
  readonly id: string;
  readonly ifMatch: string | undefined;
}

interface ChangeRequest extends DeploymentRequest {
  readonly details: UpdateHostedDeploymentDetails;
  readonly attempt: Attempt | undefined;
}

export async function changeDeployment(
  ports: ControlPorts,
  { id, ifMatch, details, attempt }: ChangeRequest,
): Promise<Made<DeploymentRecord>> {
  return ports.store.transaction((tx) =>
    repeatable(tx, attempt, {
      make: async () => write(ports, tx, { details, deployment: await changeable(tx, { id, ifMatch }) }),
      again: () => tx.deployments.get(id),
    }),
  );
}

/** The deployment, when nothing is being done to it or its application. */
export async function changeable(
  tx: Resources,
  { id, ifMatch }: DeploymentRequest,
): Promise<DeploymentRecord> {
  const deployment = await liveDeployment(tx, id);
  requireMatch(ifMatch, deployment);
  requireSettled('deployment', deployment);
  requireSettled('application', await findApplication(tx, deployment.hostedApplicationId));
  return deployment;
}

interface Change {
  readonly deployment: DeploymentRecord;
  readonly details: UpdateHostedDeploymentDetails;
}

async function write(
  ports: ControlPorts,
  tx: Resources,
  { deployment, details }: Change,
): Promise<Made<DeploymentRecord>> {
  const { activeArtifact, ...tags } = details;
  const changed = await tx.deployments.change(deployment.id, tags);
  const workRequestId = await updateRequest(tx, deployment);
  if (!activeArtifact) {
    await tx.workRequests.succeed(workRequestId);
    return { item: changed, workRequestId };
  }
  const artifact = findArtifact(deployment, activeArtifact);
  requireProcesses(ports, artifact.details);
  return { item: await tx.deployments.want(deployment.id, artifact.id), workRequestId };
}

/** A work request about a change of that deployment. */
export async function updateRequest(tx: Resources, deployment: DeploymentRecord): Promise<string> {
  const workRequest = await tx.workRequests.create({
    operationType: 'UPDATE_HOSTED_DEPLOYMENT',
    compartmentId: deployment.compartmentId,
    resources: [
      { entityType: 'HOSTED_DEPLOYMENT', identifier: deployment.id },
      { entityType: 'HOSTED_APPLICATION', identifier: deployment.hostedApplicationId, actionType: 'RELATED' },
    ],
  });
  return workRequest.id;
}

/** Answers with the work request. Asked again while it is going on, it answers with the same one. */
export async function deleteDeployment({ store }: ControlPorts, request: DeploymentRequest): Promise<string> {
  return store.transaction(async (tx) => {
    const running = await deletionOf(tx, request.id);
    if (running !== undefined) return running;
    const deployment = await changeable(tx, request);
    refuseActive(deployment);
    await tx.deployments.setState(deployment.id, 'DELETING');
    const workRequest = await tx.workRequests.create({
      operationType: 'DELETE_HOSTED_DEPLOYMENT',
      compartmentId: deployment.compartmentId,
      resources: [
        { entityType: 'HOSTED_DEPLOYMENT', identifier: deployment.id },
        {
          entityType: 'HOSTED_APPLICATION',
          identifier: deployment.hostedApplicationId,
          actionType: 'RELATED',
        },
      ],
    });
    return workRequest.id;
  });
}

async function deletionOf(tx: Resources, id: string): Promise<string | undefined> {
  const open = await tx.workRequests.open({ resourceId: id });
  return open.find(({ operationType }) => operationType === 'DELETE_HOSTED_DEPLOYMENT')?.id;
}

function refuseActive({ id, lifecycleState }: DeploymentRecord): void {
  if (lifecycleState !== 'ACTIVE') return;
  throw new Problem(
    'NotAllowed',
    `The hosted deployment ${id} is the active deployment of its application. Delete the application to delete both, or activate another artifact.`,
  );
}
