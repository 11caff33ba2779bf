/** Creates the deployment of an application: there is one undeleted at most. */
import { Problem, type CreateHostedDeploymentDetails } from '@mooring/contract';
import type { ApplicationRecord } from '../store/applications.ts';
import type { DeploymentRecord } from '../store/deployments.ts';
import type { Resources } from '../store/store.ts';
import { requireArtifactRight } from './artifact-right.ts';
import { liveApplication, requireCompartment, requireSettled } from './lifecycle.ts';
import type { ControlPorts, Operator } from './ports.ts';
import { repeatable, type Attempt, type Made } from './conventions/retry-token.ts';

export interface CreateRequest {
  readonly details: CreateHostedDeploymentDetails;
  readonly operator: Operator;
  readonly attempt: Attempt | undefined;
}

export async function createDeployment(
  ports: ControlPorts,
  { details, operator, attempt }: CreateRequest,
): Promise<Made<DeploymentRecord>> {
  requireArtifactRight(ports, details.activeArtifact, operator);
  return ports.store.transaction((tx) =>
    repeatable(tx, attempt, { make: () => insert(tx, details), again: (id) => stillThere(tx, id) }),
  );
}

async function insert(
  tx: Resources,
  details: CreateHostedDeploymentDetails,
): Promise<Made<DeploymentRecord>> {
  await requireCompartment(tx, details.compartmentId);
  const application = await liveApplication(tx, details.hostedApplicationId);
  requireSettled('application', application);
  await requireNone(tx, application);
  const item = await tx.deployments.create({
    displayName: details.displayName ?? application.displayName,
    compartmentId: details.compartmentId,
    hostedApplicationId: application.id,
    artifact: details.activeArtifact,
    freeformTags: details.freeformTags ?? {},
    definedTags: details.definedTags ?? {},
  });
  const workRequest = await tx.workRequests.create({
    operationType: 'CREATE_HOSTED_DEPLOYMENT',
    compartmentId: item.compartmentId,
    resources: [
      { entityType: 'HOSTED_DEPLOYMENT', identifier: item.id },
      { entityType: 'HOSTED_APPLICATION', identifier: application.id, actionType: 'RELATED' },
    ],
  });
  return { item, workRequestId: workRequest.id };
}

async function requireNone(tx: Resources, { id, lifecycleState }: ApplicationRecord): Promise<void> {
  if (lifecycleState === 'FAILED')
    throw new Problem('Conflict', `The hosted application ${id} is FAILED. Correct it with an update first.`);
  const existing = await tx.deployments.ofApplication(id);
  if (!existing) return;
  if (existing.lifecycleState === 'DELETING')
    throw new Problem('IncorrectState', `The deployment ${existing.id} is being deleted. Try again.`, {
      retryAfter: 1,
    });
  throw new Problem(
    'Conflict',
    `A deployment of this application already exists: ${existing.id}. Add the new version to it as an artifact and activate that.`,
  );
}

async function stillThere(tx: Resources, id: string): Promise<DeploymentRecord | undefined> {
  const deployment = await tx.deployments.get(id);
  return deployment && !['DELETING', 'DELETED'].includes(deployment.lifecycleState) ? deployment : undefined;
}
