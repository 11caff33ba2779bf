/** What is expected to fail, and why. Whatever begins to pass must be taken out: the suite says so. */
import type { ExpectedFailure, Revision } from './suite.ts';

export type Target = 'direct' | 'gateway' | 'bridge' | 'stdio';

interface Expected extends ExpectedFailure {
  readonly targets: readonly Target[];
  readonly revisions: readonly Revision[];
}

const expected: readonly Expected[] = [];

export const expectedOf = (target: Target, revision: Revision): ExpectedFailure[] =>
  expected.filter((one) => one.targets.includes(target) && one.revisions.includes(revision));
