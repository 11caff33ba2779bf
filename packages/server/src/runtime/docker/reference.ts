/** References of images: which registry they name, and how they are written for the engine. */
import type { CreateArtifactDetails } from '@mooring/contract';

export type ImageArtifact = Extract<CreateArtifactDetails, { artifactType: 'SIMPLE_DOCKER_ARTIFACT' }>;

/** `registry/name:tag`, or `registry/name@digest` when the artifact names one. */
export function referenceOf({ containerUri, tag }: ImageArtifact): string {
  return containerUri.includes('@') ? containerUri : `${containerUri}:${tag ?? 'latest'}`;
}

/** Registry of a reference that names none. */
export const dockerHub = 'docker.io';

/** Host, with its port, of the registry that a reference names. */
export function registryOf(reference: string): string {
  const [first = '', ...rest] = reference.split('/');
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return isHost && first !== 'index.docker.io' ? first : dockerHub;
}
