/** What every database under the store must do: one list of tests, run on each of them. */
import { describe, test } from 'node:test';
import type { Clock } from '../kit/clock.ts';
import type { Store } from './store.ts';
import { applicationCases } from './suite/applications.ts';
import { testClock } from './suite/case.ts';
import { deploymentCases } from './suite/deployments.ts';
import { keyCases } from './suite/keys-and-audit.ts';
import { identityCases } from './suite/identity.ts';
import { otherCases, transactionCases } from './suite/others.ts';
import { registryCases } from './suite/registries.ts';
import { secretCases } from './suite/secrets.ts';
import { storageCases } from './suite/storages.ts';
import { workRequestCases } from './suite/work-requests.ts';

const cases = [
  ...applicationCases,
  ...deploymentCases,
  ...workRequestCases,
  ...transactionCases,
  ...otherCases,
  ...identityCases,
  ...keyCases,
  ...storageCases,
  ...secretCases,
  ...registryCases,
];

/** @param open Opens a store of its own, empty, on the database that the name tells. */
export function storeSuite(name: string, open: (clock: Clock) => Promise<Store>): void {
  describe(`store on ${name}`, () => {
    for (const { name, run } of cases)
      test(name, async () => {
        const clock = testClock();
        await using store = await open(clock);
        await run({ store, clock });
      });
  });
}
