/** What a request is about, from its path: the resource of which the audit log keeps the state before and after. */
import type { Change } from '../../store/changes.ts';

export interface Subject {
  readonly kind: Change['kind'];
  readonly id: string;
}

const kinds: readonly (readonly [path: RegExp, kind: Change['kind']])[] = [
  [/^\/v1\/applications\/([^/]+)\/settings$/, 'settings'],
  [/^\/20231130\/hostedApplications(?:Iam)?\/([^/]+)/, 'application'],
  [/^\/20231130\/hostedDeployments\/([^/]+)/, 'deployment'],
  [/^\/20231130\/hostedApplicationStorages\/([^/]+)/, 'storage'],
  [/^\/v1\/compartments\/([^/]+)$/, 'compartment'],
  [/^\/v1\/apiKeys\/([^/]+)$/, 'apiKey'],
  [/^\/v1\/secrets\/([^/]+)$/, 'secret'],
];

/** Undefined for a creation, and for what the log keeps no state of. */
export function subjectOf(path: string): Subject | undefined {
  for (const [pattern, kind] of kinds) {
    const id = pattern.exec(path)?.[1];
    if (id !== undefined) return { kind, id: decodeURIComponent(id) };
  }
  return undefined;
}
