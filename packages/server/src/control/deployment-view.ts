/** A deployment and its artifacts as the API shows them. */
import type { Artifact, HostedDeployment, HostedDeploymentSummary } from '@mooring/contract';
import type { ArtifactRecord } from '../store/artifacts.ts';
import type { DeploymentRecord } from '../store/deployments.ts';

export function viewArtifact({
  details,
  id,
  timeCreated,
  hostedDeploymentId,
  status,
}: ArtifactRecord): Artifact {
  return { ...details, id, timeCreated, hostedDeploymentId, status };
}

export function viewDeployment(deployment: DeploymentRecord): HostedDeployment {
  const { displayName, compartmentId } = deployment;
  return { displayName, compartmentId, ...summariseDeployment(deployment) };
}

export function summariseDeployment(deployment: DeploymentRecord): HostedDeploymentSummary {
  const { id, hostedApplicationId, timeCreated, timeUpdated, lifecycleState, lifecycleDetails } = deployment;
  return {
    id,
    hostedApplicationId,
    timeCreated,
    timeUpdated,
    lifecycleState,
    ...(lifecycleDetails !== undefined && { lifecycleDetails }),
    activeArtifact: viewArtifact(servingArtifact(deployment)),
    artifacts: deployment.artifacts.map(viewArtifact),
    freeformTags: deployment.freeformTags,
    definedTags: deployment.definedTags,
    systemTags: {},
  };
}

/** The artifact that serves; before any has, the one that is wanted. */
function servingArtifact({
  artifacts,
  activeArtifactId,
  wantedArtifactId,
  id,
}: DeploymentRecord): ArtifactRecord {
  const found = artifacts.find((artifact) => artifact.id === (activeArtifactId ?? wantedArtifactId));
  if (!found) throw new Error(`the artifact of deployment ${id} is not in the store`);
  return found;
}
