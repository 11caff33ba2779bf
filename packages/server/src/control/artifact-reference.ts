/** The registered artifact that a request means: by its id, or by what it is made of (then the newest). */
import { isDeepStrictEqual } from 'node:util';
import { Problem, type ArtifactReference, type CreateArtifactDetails } from '@mooring/contract';
import type { ArtifactRecord } from '../store/artifacts.ts';
import type { DeploymentRecord } from '../store/deployments.ts';

/** Throws InvalidParameter when it is not registered. */
export function findArtifact(
  { artifacts, id }: DeploymentRecord,
  reference: ArtifactReference,
): ArtifactRecord {
  const found =
    'id' in reference
      ? artifacts.find((artifact) => artifact.id === reference.id)
      : artifacts.findLast(({ details }) => isDeepStrictEqual(contentsOf(details), contentsOf(reference)));
  if (found) return found;
  throw new Problem(
    'InvalidParameter',
    `activeArtifact: Artifact not exists in the deployment ${id}. Add it first with POST /20231130/hostedDeployments/${id}/artifacts.`,
  );
}

/** What makes two artifacts the same version. */
const contentsOf = (details: CreateArtifactDetails): readonly unknown[] =>
  details.artifactType === 'SIMPLE_DOCKER_ARTIFACT'
    ? [details.artifactType, details.containerUri, details.tag]
    : [details.artifactType, details.command, details.workingDirectory];
