/** API keys: whoever holds the private half signs requests with it (OCI reference, section 4.2; `/v1/apiKeys`). */
import { z } from 'zod';
import { roles } from './extension.ts';
import { timestamp } from './resource.ts';

/**
 * What the requests of a key may do. A role for managing; `operator` and `admin` may invoke IAM applications, too.
 * `invoke` may do that alone (OCI's permission GENERATIVE_AI_HOSTED_DEPLOYMENT_INVOKE).
 */
export const keyRoles = ['invoke', ...roles] as const;
export type KeyRole = (typeof keyRoles)[number];

/** Part of a keyId, mostly an OCID: visible ASCII, without what would end it. */
const keyIdPart = z
  .string()
  .max(255)
  .regex(/^[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]+$/, 'must be visible ASCII without spaces, quotes and slashes');

export const apiKey = z
  .object({
    id: z.string(),
    name: z.string(),
    role: z.enum(keyRoles),
    tenancy: z.string(),
    user: z.string(),
    fingerprint: z.string().describe('MD5 of the public key in DER, as pairs of hexadecimal digits'),
    keyId: z.string().describe('What a signature names: <tenancy>/<user>/<fingerprint>'),
    publicKey: z.string().describe('PEM'),
    timeCreated: timestamp,
  })
  .meta({ id: 'ApiKey' });
export type ApiKey = z.infer<typeof apiKey>;

export const createApiKeyDetails = z
  .strictObject({
    publicKey: z.string().min(1).max(16_384).describe('PEM of an RSA public key of at least 2,048 bits'),
    name: z.string().min(1).max(255).describe('What the key is called in lists'),
    role: z.enum(keyRoles),
    user: keyIdPart.optional().describe('Default: the OCID of a new user'),
    tenancy: keyIdPart.optional().describe("Default: this server's tenancy, which is its root compartment"),
  })
  .meta({ id: 'CreateApiKeyDetails' });
export type CreateApiKeyDetails = z.input<typeof createApiKeyDetails>;
