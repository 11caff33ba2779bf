/** An application as the API shows it. Values of its environment are for operators only. */
import type { HostedApplication, HostedApplicationSummary } from '@mooring/contract';
import type { ApplicationRecord } from '../store/applications.ts';
import { hasRole } from './conventions/authorise.ts';
import type { Operator } from './ports.ts';

/** What whoever may only read sees in place of an environment variable's value. */
export const maskedValue = '********';

export function viewApplication(application: ApplicationRecord, operator: Operator): HostedApplication {
  const seesValues = hasRole(operator, 'operator');
  const { lifecycleDetails, scalingConfig, networkingConfig, storageConfigs, inboundAuthConfig } =
    application;
  return {
    ...summarise(application),
    ...(lifecycleDetails !== undefined && { lifecycleDetails }),
    scalingConfig,
    networkingConfig,
    storageConfigs: [...storageConfigs],
    environmentVariables: application.environmentVariables.map((variable) =>
      seesValues ? variable : { ...variable, value: maskedValue },
    ),
    ...(inboundAuthConfig && { inboundAuthConfig }),
  };
}

export function summarise(application: ApplicationRecord): HostedApplicationSummary {
  const { id, displayName, description, compartmentId, timeCreated, timeUpdated, lifecycleState } =
    application;
  return {
    id,
    displayName,
    ...(description !== undefined && { description }),
    compartmentId,
    timeCreated,
    timeUpdated,
    lifecycleState,
    freeformTags: application.freeformTags,
    definedTags: application.definedTags,
    systemTags: {},
  };
}
