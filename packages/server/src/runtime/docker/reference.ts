/** References of images: which registry they name, and how they are written for the engine. */
import type { CreateArtifactDetails } from '@mooring/contract';

export type ImageArtifact = Extract<CreateArtifactDetails, { artifactType: 'SIMPLE_DOCKER_ARTIFACT' }>;

/** `registry/name:tag`, or `registry/name@digest` when the artifact names one. */
export function referenceOf({ containerUri, tag }: ImageArtifact): string {
  return containerUri.includes('@') ? containerUri : `${containerUri}:${tag ?? 'latest'}`;
}

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const host = '(?:[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)*|\\[[0-9a-fA-F:]+\\])(?::\\d+)?';
const grammar = new RegExp(
  `^(?:${host}/)?${component}(?:/${component})*(?::\\w[\\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`,
);

/** True for what an engine takes as the name of an image (the grammar of distribution/reference). */
export function isReference(text: string): boolean {
  return text.length <= 400 && grammar.test(text);
}

/** Registry of a reference that names none. */
export const dockerHub = 'docker.io';

/** Host, with its port, of the registry that a reference names. */
export function registryOf(reference: string): string {
  const [first = '', ...rest] = reference.split('/');
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return isHost && first !== 'index.docker.io' ? first : dockerHub;
}
