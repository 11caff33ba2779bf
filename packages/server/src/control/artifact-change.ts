/** Registers and removes artifacts of a deployment. Both are done at once, with a work request that says so. */
import { maxArtifacts, Problem, type AddArtifactDetails } from '@mooring/contract';
import type { ArtifactRecord } from '../store/artifacts.ts';
import type { DeploymentRecord } from '../store/deployments.ts';
import type { Resources } from '../store/store.ts';
import { requireArtifactRight } from './artifact-right.ts';
import { changeable, updateRequest, type DeploymentRequest } from './deployment-change.ts';
import { etagOf } from './conventions/etag.ts';
import { findDeployment } from './lifecycle.ts';
import type { ControlPorts, Operator } from './ports.ts';
import { repeatable, type Attempt, type Made } from './conventions/retry-token.ts';

interface AddRequest extends DeploymentRequest {
  readonly details: AddArtifactDetails;
  readonly operator: Operator;
  readonly attempt: Attempt | undefined;
}

interface Added extends Made<ArtifactRecord> {
  /** Of the deployment. */
  readonly etag: string;
}

export async function addArtifact(ports: ControlPorts, request: AddRequest): Promise<Added> {
  const { id, details, operator, attempt } = request;
  requireArtifactRight(ports, details.artifact, operator);
  return ports.store.transaction(async (tx) => {
    const made = await repeatable(tx, attempt, {
      make: () => insert(tx, request),
      again: async (artifactId) =>
        (await findDeployment(tx, id)).artifacts.find((known) => known.id === artifactId),
    });
    return { ...made, etag: etagOf(await findDeployment(tx, id)) };
  });
}

async function insert(tx: Resources, request: AddRequest): Promise<Made<ArtifactRecord>> {
  const { artifact, ...tags } = request.details;
  const deployment = await changeable(tx, request);
  if (deployment.artifacts.length >= maxArtifacts)
    throw new Problem(
      'Conflict',
      `The deployment ${deployment.id} has ${maxArtifacts} artifacts, which is the limit. Delete one that is not active first.`,
    );
  const item = await tx.deployments.addArtifact(deployment.id, artifact);
  if (Object.keys(tags).length > 0) await tx.deployments.change(deployment.id, tags);
  const workRequestId = await updateRequest(tx, deployment);
  await tx.workRequests.succeed(workRequestId);
  return { item, workRequestId };
}

interface DeleteRequest extends DeploymentRequest {
  readonly artifactId: string;
}

export async function deleteArtifact(
  { store }: ControlPorts,
  request: DeleteRequest,
): Promise<Made<DeploymentRecord>> {
  const { artifactId } = request;
  return store.transaction(async (tx) => {
    const deployment = await changeable(tx, request);
    requireUnused(deployment, artifactId);
    const item = await tx.deployments.removeArtifact(deployment.id, artifactId);
    const workRequestId = await updateRequest(tx, deployment);
    await tx.workRequests.succeed(workRequestId);
    return { item, workRequestId };
  });
}

function requireUnused(
  { id, artifacts, activeArtifactId, wantedArtifactId }: DeploymentRecord,
  artifactId: string,
): void {
  if (!artifacts.some((artifact) => artifact.id === artifactId))
    throw new Problem(
      'NotAuthorizedOrNotFound',
      `There is no artifact ${artifactId} in the hosted deployment ${id}.`,
    );
  if (artifactId === activeArtifactId || artifactId === wantedArtifactId)
    throw new Problem(
      'Conflict',
      `The artifact ${artifactId} is the active one of the hosted deployment ${id}. Activate another first.`,
    );
}
