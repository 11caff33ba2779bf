/** Changes an application: the wish as UPDATING, with a work request. */
import { isProcessArtifact, type UpdateHostedApplicationDetails } from '@mooring/contract';
import type { ApplicationPatch, ApplicationRecord } from '../store/applications.ts';
import type { Resources } from '../store/store.ts';
import { completeScaling } from './application-create.ts';
import { refuseBelow } from './conventions/authorise.ts';
import { requireMatch } from './conventions/etag.ts';
import { liveApplication, requireSettled } from './lifecycle.ts';
import type { ControlPorts, Operator } from './ports.ts';
import { joinedScopeOf, provideClient, requireFreeScope } from './protection.ts';
import type { Made } from './conventions/retry-token.ts';
import { requireSecrets } from './secret-references.ts';

export interface ChangeRequest {
  readonly id: string;
  readonly ifMatch: string | undefined;
  readonly operator: Operator;
}

export async function changeApplication(
  ports: ControlPorts,
  { id, ifMatch, operator }: ChangeRequest,
  details: UpdateHostedApplicationDetails,
): Promise<Made<ApplicationRecord>> {
  const made = await ports.store.transaction(async (tx) => {
    const application = await liveApplication(tx, id);
    requireMatch(ifMatch, application);
    requireSettled('application', application);
    if (details.environmentVariables) await requireEnvironmentRight(tx, id, operator);
    return write(tx, application, patchOf(ports, details));
  });
  if (details.inboundAuthConfig) await provideClient(ports, made.item);
  return made;
}

function patchOf({ identity }: ControlPorts, details: UpdateHostedApplicationDetails): ApplicationPatch {
  const { scalingConfig, inboundAuthConfig, ...plain } = details;
  return {
    ...plain,
    ...(scalingConfig && { scalingConfig: completeScaling(scalingConfig) }),
    ...(inboundAuthConfig && { inboundAuthConfig, joinedScope: joinedScopeOf(inboundAuthConfig, identity) }),
  };
}

/** Through its environment a process can be made to run anything, with the rights of this server. */
async function requireEnvironmentRight(tx: Resources, id: string, operator: Operator): Promise<void> {
  const deployment = await tx.deployments.ofApplication(id);
  const process = deployment?.artifacts.find(({ details }) => isProcessArtifact(details));
  if (process)
    refuseBelow(operator, 'admin', `Changing the environment of a ${process.details.artifactType}`);
}

async function write(
  tx: Resources,
  { id, compartmentId }: ApplicationRecord,
  patch: ApplicationPatch,
): Promise<Made<ApplicationRecord>> {
  await requireFreeScope(tx, patch.joinedScope, id);
  await requireSecrets(tx, patch.environmentVariables);
  const item = await tx.applications.change(id, {
    ...patch,
    lifecycleState: 'UPDATING',
    lifecycleDetails: undefined,
  });
  const workRequest = await tx.workRequests.create({
    operationType: 'UPDATE_APPLICATION_DEPLOYMENT',
    compartmentId,
    resources: [{ entityType: 'HOSTED_APPLICATION', identifier: id }],
  });
  return { item, workRequestId: workRequest.id };
}
