/** Hosted deployments and their artifacts (OCI reference, sections 1.4 and 6; process artifacts are Mooring's extension). */
import { z } from 'zod';
import { definedTags, freeformTags, ocid, tagFields, timestamp } from './resource.ts';

export const deploymentStates = [
  'CREATING',
  'NEEDS_ATTENTION',
  'ACTIVE',
  'INACTIVE',
  'UPDATING',
  'DELETING',
  'DELETED',
  'FAILED',
] as const;
export type DeploymentState = (typeof deploymentStates)[number];

export const artifactStates = ['ACTIVE', 'INACTIVE', 'UPDATING', 'FAILED'] as const;
export type ArtifactState = (typeof artifactStates)[number];

const scan = { isVulnerabilityScanRequired: z.boolean().optional() };

const dockerFields = {
  artifactType: z.literal('SIMPLE_DOCKER_ARTIFACT'),
  containerUri: z.string().min(1).describe('Registry and repository, without the tag'),
  tag: z.string().min(1).optional(),
  ...scan,
};

const processFields = {
  artifactType: z.literal('LOCAL_PROCESS_ARTIFACT'),
  command: z.array(z.string().min(1)).min(1).describe('Program and arguments; no shell reads them'),
  workingDirectory: z.string().startsWith('/').describe('Absolute path in which the command runs'),
  ...scan,
};

const stdioFields = {
  artifactType: z.literal('MCP_STDIO_ARTIFACT'),
  command: z
    .array(z.string().min(1))
    .min(1)
    .describe(
      'Program and arguments of an MCP server that speaks on its standard streams; no shell reads them',
    ),
  workingDirectory: z.string().startsWith('/').describe('Absolute path in which the command runs'),
  ...scan,
};

/** What a version of an application is made of: a container image, a command on this machine, or an MCP server on it. */
export const createArtifactDetails = z
  .discriminatedUnion('artifactType', [
    z.strictObject(dockerFields),
    z.strictObject(processFields),
    z.strictObject(stdioFields),
  ])
  .meta({ id: 'CreateArtifactDetails' });
export type CreateArtifactDetails = z.infer<typeof createArtifactDetails>;

/** True for what runs as a process of this machine, with the rights of the server. */
export const isProcessArtifact = ({ artifactType }: Pick<CreateArtifactDetails, 'artifactType'>): boolean =>
  artifactType === 'LOCAL_PROCESS_ARTIFACT' || artifactType === 'MCP_STDIO_ARTIFACT';

const artifactRecord = {
  id: z.string().regex(/^\d+$/),
  timeCreated: timestamp,
  hostedDeploymentId: ocid('deployment'),
  status: z.enum(artifactStates),
};

export const artifact = z
  .discriminatedUnion('artifactType', [
    z.object({ ...dockerFields, ...artifactRecord }),
    z.object({ ...processFields, ...artifactRecord }),
    z.object({ ...stdioFields, ...artifactRecord }),
  ])
  .meta({ id: 'Artifact' });
export type Artifact = z.infer<typeof artifact>;

/** An artifact named in a request: by its id, or by what it is made of. */
export const artifactReference = z.union([
  z.looseObject({ id: z.string().regex(/^\d+$/, 'must be the number of an artifact') }),
  createArtifactDetails,
]);
export type ArtifactReference = z.infer<typeof artifactReference>;

export const createHostedDeploymentDetails = z
  .strictObject({
    activeArtifact: createArtifactDetails,
    hostedApplicationId: ocid(),
    compartmentId: ocid('compartment'),
    displayName: z.string().max(255).optional(),
    ...tagFields,
  })
  .meta({ id: 'CreateHostedDeploymentDetails' });
export type CreateHostedDeploymentDetails = z.infer<typeof createHostedDeploymentDetails>;

export const updateHostedDeploymentDetails = z
  .strictObject({
    activeArtifact: artifactReference.optional(),
    ...tagFields,
  })
  .meta({ id: 'UpdateHostedDeploymentDetails' });
export type UpdateHostedDeploymentDetails = z.infer<typeof updateHostedDeploymentDetails>;

export const addArtifactDetails = z
  .strictObject({ artifact: createArtifactDetails, ...tagFields })
  .meta({ id: 'AddArtifactDetails' });
export type AddArtifactDetails = z.infer<typeof addArtifactDetails>;

export const hostedDeployment = z
  .object({
    id: ocid('deployment'),
    displayName: z.string().optional(),
    compartmentId: ocid('compartment'),
    hostedApplicationId: ocid(),
    timeCreated: timestamp,
    timeUpdated: timestamp,
    lifecycleState: z.enum(deploymentStates),
    lifecycleDetails: z.string().optional(),
    activeArtifact: artifact,
    artifacts: z.array(artifact),
    freeformTags,
    definedTags,
    systemTags: definedTags,
  })
  .meta({ id: 'HostedDeployment' });
export type HostedDeployment = z.infer<typeof hostedDeployment>;

/** A deployment in a list. */
export const hostedDeploymentSummary = hostedDeployment
  .omit({ displayName: true, compartmentId: true })
  .meta({ id: 'HostedDeploymentSummary' });
export type HostedDeploymentSummary = z.infer<typeof hostedDeploymentSummary>;

/** Artifacts that one deployment may hold, the active one included (OCI reference, section 9.2). */
export const maxArtifacts = 20;
