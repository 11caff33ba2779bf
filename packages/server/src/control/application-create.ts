/** Creates an application: row, work request and retry token in one transaction, then its default OAuth client. */
import type {
  CreateHostedApplicationDetails,
  CreateHostedApplicationIamDetails,
  ScalingConfig,
} from '@mooring/contract';
import type { ApplicationRecord, NewApplication } from '../store/applications.ts';
import type { Resources } from '../store/store.ts';
import { requireCompartment } from './lifecycle.ts';
import type { ControlPorts } from './ports.ts';
import { joinedScopeOf, provideClient, requireFreeScope } from './protection.ts';
import { repeatable, type Attempt, type Made } from './conventions/retry-token.ts';
import { requireSecrets } from './secret-references.ts';
import { requireStorages } from './storage-references.ts';
import { refuseUnsupported } from './unsupported.ts';

/** How an application scales that says nothing about it: as the service does (OCI reference, section 5.1). */
const defaultScaling: ScalingConfig = {
  scalingType: 'REQUESTS_PER_SECOND',
  minReplica: 1,
  maxReplica: 3,
  targetRpsThreshold: 50,
};

const defaultNetworking = {
  inboundNetworkingConfig: { endpointMode: 'PUBLIC' },
  outboundNetworkingConfig: { networkMode: 'MANAGED' },
} as const;

/** Without `inboundAuthConfig`: an IAM application. */
type Details =
  | CreateHostedApplicationDetails
  | (CreateHostedApplicationIamDetails & { readonly inboundAuthConfig?: never });

export async function createApplication(
  ports: ControlPorts,
  details: Details,
  attempt: Attempt | undefined,
): Promise<Made<ApplicationRecord>> {
  refuseUnsupported(details);
  const application = newApplication(details, joinedScopeOf(details.inboundAuthConfig, ports.identity));
  const made = await ports.store.transaction((tx) =>
    repeatable(tx, attempt, { make: () => insert(tx, application), again: (id) => stillThere(tx, id) }),
  );
  await provideClient(ports, made.item);
  return made;
}

function newApplication(details: Details, joinedScope: string | undefined): NewApplication {
  return {
    displayName: details.displayName,
    description: details.description,
    compartmentId: details.compartmentId,
    inboundAuthConfig: details.inboundAuthConfig,
    joinedScope,
    scalingConfig: completeScaling(details.scalingConfig),
    networkingConfig: details.networkingConfig ?? defaultNetworking,
    storageConfigs: details.storageConfigs ?? [],
    environmentVariables: details.environmentVariables ?? [],
    freeformTags: details.freeformTags ?? {},
    definedTags: details.definedTags ?? {},
  };
}

/** Fills in the numbers of replicas that were not given: 1 to 3, or as many as the least. */
export function completeScaling(given: ScalingConfig | undefined): ScalingConfig {
  if (!given) return defaultScaling;
  const minReplica = given.minReplica ?? Math.min(1, given.maxReplica ?? 1);
  return { ...given, minReplica, maxReplica: given.maxReplica ?? Math.max(3, minReplica) };
}

async function insert(tx: Resources, application: NewApplication): Promise<Made<ApplicationRecord>> {
  await requireCompartment(tx, application.compartmentId);
  await requireFreeScope(tx, application.joinedScope);
  await requireSecrets(tx, application.environmentVariables);
  await requireStorages(tx, application.storageConfigs);
  const item = await tx.applications.create(application);
  const workRequest = await tx.workRequests.create({
    operationType: 'CREATE_APPLICATION_DEPLOYMENT',
    compartmentId: item.compartmentId,
    resources: [{ entityType: 'HOSTED_APPLICATION', identifier: item.id }],
  });
  return { item, workRequestId: workRequest.id };
}

async function stillThere(tx: Resources, id: string): Promise<ApplicationRecord | undefined> {
  const application = await tx.applications.get(id);
  return application && !['DELETING', 'DELETED'].includes(application.lifecycleState)
    ? application
    : undefined;
}
