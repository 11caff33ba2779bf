/** Hosted applications (OCI reference, sections 1.1, 1.2 and 5). */
import { z } from 'zod';
import { definedTags, displayName, freeformTags, ocid, tagFields, timestamp } from './resource.ts';

export const applicationStates = ['CREATING', 'ACTIVE', 'UPDATING', 'DELETING', 'DELETED', 'FAILED'] as const;
export type ApplicationState = (typeof applicationStates)[number];

export const idcsAuthConfig = z.strictObject({
  domainUrl: z
    .url({ protocol: /^https?$/ })
    .describe('Base URL of the OpenID issuer whose tokens are accepted'),
  scope: z.string().min(1).max(255).describe('The scope that a token must carry'),
  audience: z.string().min(1).max(1024).optional().describe('The audience that a token must carry'),
});
export type IdcsAuthConfig = z.infer<typeof idcsAuthConfig>;

export const inboundAuthConfig = z
  .discriminatedUnion('inboundAuthConfigType', [
    z.strictObject({ inboundAuthConfigType: z.literal('IDCS_AUTH_CONFIG'), idcsConfig: idcsAuthConfig }),
    z.strictObject({ inboundAuthConfigType: z.literal('NO_AUTH_CONFIG'), idcsConfig: z.null().optional() }),
  ])
  .meta({ id: 'InboundAuthConfig' });
export type InboundAuthConfig = z.infer<typeof inboundAuthConfig>;

export const scalingConfig = z
  .strictObject({
    scalingType: z.enum(['CPU', 'MEMORY', 'CONCURRENCY', 'REQUESTS_PER_SECOND']),
    minReplica: z.int().min(0).max(1000).optional(),
    maxReplica: z.int().min(1).max(1000).optional(),
    targetCpuThreshold: z.int().min(1).max(100).optional(),
    targetMemoryThreshold: z.int().min(1).max(100).optional(),
    targetConcurrencyThreshold: z.int().min(1).optional(),
    targetRpsThreshold: z.int().min(1).optional(),
  })
  .refine(
    (config) => (config.minReplica ?? 1) <= (config.maxReplica ?? Math.max(3, config.minReplica ?? 1)),
    {
      path: ['maxReplica'],
      message: 'must not be below minReplica',
    },
  )
  .meta({ id: 'ScalingConfig' });
export type ScalingConfig = z.infer<typeof scalingConfig>;

export const networkingConfig = z
  .strictObject({
    inboundNetworkingConfig: z.strictObject({
      endpointMode: z.enum(['PUBLIC', 'PRIVATE']),
      privateEndpointId: z.string().optional(),
    }),
    outboundNetworkingConfig: z.strictObject({
      networkMode: z.enum(['MANAGED', 'CUSTOM']),
      customSubnetId: z.string().optional(),
      nsgIds: z.array(z.string()).optional(),
    }),
  })
  .meta({ id: 'NetworkingConfig' });
export type NetworkingConfig = z.infer<typeof networkingConfig>;

/** Environment names that belong to the platform (OCI reference, section 3.4, and Mooring's own HOST). */
const reservedNames =
  /^(PORT|HOST|K_SERVICE|K_CONFIGURATION|K_REVISION|KUBERNETES_.*|OCI_RESOURCE_PRINCIPAL_(VERSION|PRIVATE_PEM|RPST)|MOORING_.*)$/;

/** True when an application may not set this environment variable itself. */
export function isReservedEnvironmentName(name: string): boolean {
  return reservedNames.test(name);
}

const environmentName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be a letter or "_" followed by letters, digits and "_"')
  .refine((name) => !isReservedEnvironmentName(name), { message: 'is reserved by the platform' });

export const storageConfig = z.strictObject({
  environmentVariableKey: environmentName.describe('Name of the variable that holds the connection'),
  storageId: ocid('storage'),
});

export const environmentVariable = z
  .strictObject({
    name: environmentName,
    type: z.enum(['PLAINTEXT', 'VAULT']),
    value: z.string().refine((value) => !value.includes('\0'), { message: 'must not hold a NUL character' }),
  })
  .meta({ id: 'EnvironmentVariable' });
export type EnvironmentVariable = z.infer<typeof environmentVariable>;

const environmentVariables = z.array(environmentVariable).superRefine((variables, context) => {
  const seen = new Set<string>();
  variables.forEach(({ name }, index) => {
    if (seen.has(name))
      context.addIssue({ code: 'custom', path: [index, 'name'], message: `"${name}" is given twice` });
    seen.add(name);
  });
});

export const createHostedApplicationDetails = z
  .strictObject({
    displayName,
    compartmentId: ocid('compartment'),
    description: z.string().max(4000).optional(),
    inboundAuthConfig,
    scalingConfig: scalingConfig.optional(),
    environmentVariables: environmentVariables.optional(),
    networkingConfig: networkingConfig.optional(),
    storageConfigs: z.array(storageConfig).max(2).optional(),
    ...tagFields,
  })
  .meta({ id: 'CreateHostedApplicationDetails' });
export type CreateHostedApplicationDetails = z.infer<typeof createHostedApplicationDetails>;

export const updateHostedApplicationDetails = createHostedApplicationDetails
  .omit({ compartmentId: true, networkingConfig: true, storageConfigs: true })
  .partial()
  .meta({ id: 'UpdateHostedApplicationDetails' });
export type UpdateHostedApplicationDetails = z.infer<typeof updateHostedApplicationDetails>;

/** An IAM application says nothing about authentication: its callers sign their requests (OCI reference, section 4.2). */
export const createHostedApplicationIamDetails = createHostedApplicationDetails
  .omit({
    inboundAuthConfig: true,
  })
  .meta({ id: 'CreateHostedApplicationIamDetails' });
export type CreateHostedApplicationIamDetails = z.infer<typeof createHostedApplicationIamDetails>;

export const updateHostedApplicationIamDetails = updateHostedApplicationDetails
  .omit({
    inboundAuthConfig: true,
  })
  .meta({ id: 'UpdateHostedApplicationIamDetails' });
export type UpdateHostedApplicationIamDetails = z.infer<typeof updateHostedApplicationIamDetails>;

export const hostedApplication = z
  .object({
    id: ocid(),
    displayName: z.string(),
    description: z.string().optional(),
    compartmentId: ocid('compartment'),
    timeCreated: timestamp,
    timeUpdated: timestamp,
    lifecycleState: z.enum(applicationStates),
    lifecycleDetails: z.string().optional(),
    scalingConfig: scalingConfig.optional(),
    storageConfigs: z.array(storageConfig).optional(),
    networkingConfig: networkingConfig.optional(),
    environmentVariables: z
      .array(z.object({ name: z.string(), type: z.enum(['PLAINTEXT', 'VAULT']), value: z.string() }))
      .optional(),
    inboundAuthConfig: inboundAuthConfig.optional(),
    freeformTags,
    definedTags,
    systemTags: definedTags,
  })
  .meta({ id: 'HostedApplication' });
export type HostedApplication = z.infer<typeof hostedApplication>;

export const hostedApplicationIam = hostedApplication
  .omit({ inboundAuthConfig: true })
  .meta({ id: 'HostedApplicationIam' });
export type HostedApplicationIam = z.infer<typeof hostedApplicationIam>;

/** In the lists of both kinds. */
export const hostedApplicationSummary = hostedApplication
  .pick({
    id: true,
    displayName: true,
    description: true,
    compartmentId: true,
    timeCreated: true,
    timeUpdated: true,
    lifecycleState: true,
    freeformTags: true,
    definedTags: true,
    systemTags: true,
  })
  .meta({ id: 'HostedApplicationSummary' });
export type HostedApplicationSummary = z.infer<typeof hostedApplicationSummary>;
