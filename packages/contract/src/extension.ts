/** Shapes of `/v1`, the management API that the OCI service does not have. */
import { z } from 'zod';
import { applicationStates } from './application.ts';
import { artifact, deploymentStates } from './deployment.ts';
import { timestamp } from './resource.ts';

/** Roles of whoever manages, weakest first. Each includes those before it. */
export const roles = ['read-only', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

export const grantTypes = [
  'client_credentials',
  'authorization_code',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:device_code',
] as const;

/** OAuth client of `mooring login`: the same at every server, without a secret. */
export const loginClientId = 'mooring-login';

/** A user of the embedded identity domain. */
export const user = z
  .object({
    name: z.string().describe('The `sub` of the tokens'),
    role: z.enum(roles).optional().describe('What the user may do with the management API; absent: nothing'),
    timeCreated: timestamp,
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof user>;

export const createUserDetails = z
  .strictObject({
    name: z.string().min(1).max(255),
    password: z.string().min(12).max(1024).optional().describe('Default: one is made'),
    role: z.enum(roles).optional().describe('Default: none'),
  })
  .meta({ id: 'CreateUserDetails' });
export type CreateUserDetails = z.infer<typeof createUserDetails>;

export const createdUser = user
  .extend({ password: z.string().optional().describe('The one that was made; shown this once') })
  .meta({ id: 'CreatedUser' });
export type CreatedUser = z.infer<typeof createdUser>;

/** An OAuth client of the embedded identity domain, allowed to call one application. */
export const oauthClient = z
  .object({
    clientId: z.string(),
    name: z.string(),
    applicationId: z.string(),
    grantTypes: z.array(z.enum(grantTypes)),
    redirectUris: z.array(z.string()),
    timeCreated: timestamp,
  })
  .meta({ id: 'OAuthClient' });
export type OAuthClient = z.infer<typeof oauthClient>;

export const createOAuthClientDetails = z
  .strictObject({
    name: z.string().min(1).max(255),
    redirectUris: z
      .array(z.url())
      .max(20)
      .default([])
      .describe('Given: the client may use authorization code + PKCE as well'),
  })
  .meta({ id: 'CreateOAuthClientDetails' });
export type CreateOAuthClientDetails = z.input<typeof createOAuthClientDetails>;

/** The only answer that ever holds the secret. */
export const createdOAuthClient = oauthClient
  .extend({
    clientSecret: z.string(),
    tokenUrl: z.string(),
    scope: z.string().describe('What to ask the token endpoint for: audience and scope, joined'),
  })
  .meta({ id: 'CreatedOAuthClient' });
export type CreatedOAuthClient = z.infer<typeof createdOAuthClient>;

export const issuedToken = z
  .object({
    accessToken: z.string(),
    tokenType: z.literal('Bearer'),
    expiresIn: z.int().describe('Seconds'),
  })
  .meta({ id: 'IssuedToken' });
export type IssuedToken = z.infer<typeof issuedToken>;

export const replicaStates = ['STARTING', 'READY', 'UNHEALTHY', 'DRAINING', 'STOPPED', 'FAILED'] as const;
export type ReplicaState = (typeof replicaStates)[number];

export const replica = z
  .object({
    id: z.string(),
    applicationId: z.string(),
    artifactId: z.string(),
    runtime: z.string(),
    state: z.enum(replicaStates),
    reason: z.string().optional().describe('Why it is in this state: exit code, probe answers, last output'),
    pid: z.int().optional(),
    restarts: z.int(),
    connections: z.int(),
    timeStarted: timestamp,
  })
  .meta({ id: 'ReplicaStatus' });
export type ReplicaStatus = z.infer<typeof replica>;

/** An application as `mooring status` shows it. */
export const applicationStatus = z
  .object({
    id: z.string(),
    displayName: z.string(),
    lifecycleState: z.enum(applicationStates),
    lifecycleDetails: z.string().optional(),
    deployment: z
      .object({
        id: z.string(),
        lifecycleState: z.enum(deploymentStates),
        lifecycleDetails: z.string().optional(),
        activeArtifact: artifact,
      })
      .optional(),
    replicas: z.array(replica),
    connections: z.int().describe('Live WebSocket connections'),
    urls: z.object({
      http: z.string(),
      httpPlain: z.string().optional(),
      ws: z.string(),
      wsPlain: z.string().optional(),
    }),
  })
  .meta({ id: 'ApplicationStatus' });
export type ApplicationStatus = z.infer<typeof applicationStatus>;

export const serverStatus = z
  .object({
    version: z.string(),
    timeStarted: timestamp,
    ready: z.boolean(),
    issuer: z.string(),
    urls: z
      .object({
        applications: z.string(),
        applicationsPlain: z.string().optional(),
        appsDomain: z
          .string()
          .optional()
          .describe('Domain below which each application has a host name of its own'),
      })
      .optional()
      .describe('Base URLs of the applications listener'),
    applications: z.array(applicationStatus),
  })
  .meta({ id: 'ServerStatus' });
export type ServerStatus = z.infer<typeof serverStatus>;

/** Why the number of replicas changed; docs/operations.md, scaling. */
export const scalingCauses = ['WAKE', 'IDLE', 'PANIC', 'LOAD', 'LIMITS'] as const;

export const scalingDecision = z
  .object({
    time: timestamp,
    from: z.int().describe('Replicas wanted before'),
    to: z.int().describe('Replicas wanted since'),
    cause: z.enum(scalingCauses),
    reason: z.string().describe('The cause in a sentence, with its numbers'),
    ready: z.int().describe('Replicas that took arrivals'),
    load: z
      .number()
      .optional()
      .describe('Average of the metric over the stableWindow, all replicas together'),
    panicLoad: z.number().optional().describe('The same over the panicWindow'),
  })
  .meta({ id: 'ScalingDecision' });
export type ScalingDecision = z.infer<typeof scalingDecision>;

/** How many replicas of an application are wanted, and why. */
export const scalingStatus = z
  .object({
    metric: z.enum(['CPU', 'MEMORY', 'CONCURRENCY', 'REQUESTS_PER_SECOND']),
    target: z.number().describe('Of the metric, per replica'),
    minReplica: z.int(),
    maxReplica: z.int(),
    wanted: z.int(),
    ready: z.int(),
    load: z
      .number()
      .optional()
      .describe('Average of the metric over the stableWindow, all replicas together'),
    panicLoad: z.number().optional().describe('The same over the panicWindow'),
    panicking: z.boolean().describe('True while the panicWindow decides and no replica is taken away'),
    decisions: z.array(scalingDecision).describe('The last ones of the server that leads, newest first'),
  })
  .meta({ id: 'ScalingStatus' });
export type ScalingStatus = z.infer<typeof scalingStatus>;

/** What resources are grouped in. */
export const compartment = z
  .object({ id: z.string(), name: z.string(), timeCreated: timestamp })
  .meta({ id: 'Compartment' });
export type Compartment = z.infer<typeof compartment>;

export const createCompartmentDetails = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(100)
      .regex(/^[A-Za-z0-9._-]+$/, 'must hold only letters, digits, ".", "_" and "-"'),
  })
  .meta({ id: 'CreateCompartmentDetails' });
export type CreateCompartmentDetails = z.infer<typeof createCompartmentDetails>;

/** One line that a replica wrote. */
export const logLine = z.object({
  replicaId: z.string(),
  stream: z.enum(['stdout', 'stderr', 'platform']),
  timestamp,
  text: z.string(),
});
export type LogLine = z.infer<typeof logLine>;
