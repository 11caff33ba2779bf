/** One promise of the store, and what its tests start from. */
import type { Clock } from '../../kit/clock.ts';
import type { NewApplication } from '../applications.ts';
import type { NewDeployment } from '../deployments.ts';
import type { Store } from '../store.ts';

export interface StoreCase {
  readonly name: string;
  readonly run: (given: { store: Store; clock: TestClock }) => Promise<void>;
}

/** A clock that stands still until a test moves it. */
export interface TestClock extends Clock {
  /** Milliseconds. */
  advance(by: number): void;
}

export function testClock(): TestClock {
  let now = Date.UTC(2026, 0, 2, 3, 4, 5);
  return { now: () => now, advance: (by) => void (now += by) };
}

export async function newApplication(
  store: Store,
  given: Partial<NewApplication> = {},
): Promise<NewApplication> {
  return {
    displayName: 'weather',
    description: undefined,
    compartmentId: (await store.compartments.root()).id,
    inboundAuthConfig: { inboundAuthConfigType: 'NO_AUTH_CONFIG' },
    joinedScope: undefined,
    scalingConfig: { scalingType: 'CONCURRENCY', minReplica: 0, maxReplica: 2 },
    networkingConfig: {
      inboundNetworkingConfig: { endpointMode: 'PUBLIC' },
      outboundNetworkingConfig: { networkMode: 'MANAGED' },
    },
    storageConfigs: [],
    environmentVariables: [{ name: 'A', type: 'PLAINTEXT', value: "it's; -- \u{1F600}" }],
    freeformTags: { team: 'x' },
    definedTags: { ns: { key: 7 } },
    ...given,
  };
}

export async function newDeployment(store: Store, applicationId?: string): Promise<NewDeployment> {
  const id = applicationId ?? (await store.applications.create(await newApplication(store))).id;
  return {
    displayName: 'weather',
    compartmentId: (await store.compartments.root()).id,
    hostedApplicationId: id,
    artifact: process(1),
    freeformTags: {},
    definedTags: {},
  };
}

export const process = (number: number): NewDeployment['artifact'] => ({
  artifactType: 'LOCAL_PROCESS_ARTIFACT',
  command: ['node', `v${number}.ts`],
  workingDirectory: '/srv',
});
