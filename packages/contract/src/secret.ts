/** Secrets: what an environment variable of type VAULT names (`/v1/secrets`). No answer ever holds a value. */
import { z } from 'zod';
import { ocid, timestamp } from './resource.ts';

/** Characters of a value, at most; the service allows as much. */
export const maxSecretLength = 25_600;

export const secretName = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/, 'must hold only letters, digits, ".", "_" and "-"');

const value = z
  .string()
  .min(1)
  .max(maxSecretLength)
  .refine((text) => !text.includes('\0'), { message: 'must not hold a NUL character' })
  .describe('Kept encrypted; no answer gives it back');

export const secret = z
  .object({
    id: ocid('secret'),
    name: z.string(),
    compartmentId: ocid('compartment'),
    version: z.int().describe('Goes up with every value that is set'),
    timeCreated: timestamp,
    timeUpdated: timestamp,
  })
  .meta({ id: 'Secret' });
export type Secret = z.infer<typeof secret>;

export const createSecretDetails = z
  .strictObject({
    name: secretName.describe('Unique in its compartment'),
    compartmentId: ocid('compartment').optional().describe('Default: the root compartment'),
    value,
  })
  .meta({ id: 'CreateSecretDetails' });
export type CreateSecretDetails = z.infer<typeof createSecretDetails>;

export const updateSecretDetails = z.strictObject({ value }).meta({ id: 'UpdateSecretDetails' });
export type UpdateSecretDetails = z.infer<typeof updateSecretDetails>;
