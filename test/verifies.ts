/** Ties a test to the promises of requirements.ts that it proves: their ids stand in its name. */
import { test } from 'node:test';
import type { RequirementId } from './requirements.ts';

/** Defines a test under a sentence, for one promise or several. An id that is none does not compile. */
export function verifies(
  ids: RequirementId | readonly RequirementId[],
  sentence: string,
  prove: () => void | Promise<void>,
): void {
  void test(`${sentence} [${[ids].flat().join(' ')}]`, prove);
}
