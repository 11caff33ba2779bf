/** Ties a test to the promises of requirements.ts that it proves: their ids stand in its name. */
import type { RequirementId } from './requirements.ts';

export type { RequirementId } from './requirements.ts';

/** The name of a test: a sentence, and the ids of what it proves. An id that is none does not compile. */
export function verifies(ids: RequirementId | readonly RequirementId[], sentence: string): string {
  return `${sentence} [${[ids].flat().join(' ')}]`;
}
