/** Registries of images: the credentials with which this server pulls from them (`/v1/registries`). */
import { z } from 'zod';
import { timestamp } from './resource.ts';

/** The name of Docker Hub among registries. */
export const dockerHub = 'docker.io';

export const registryHost = z
  .string()
  .max(255)
  .regex(
    /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/,
    'must be a host in lower case, with its port if it is not 443',
  )
  .describe('Host of the registry, as it stands before the name of an image; docker.io for Docker Hub');

export const registry = z
  .object({
    host: z.string(),
    username: z.string(),
    version: z.int().describe('Goes up with every login'),
    timeCreated: timestamp,
    timeUpdated: timestamp,
  })
  .meta({ id: 'Registry' });
export type Registry = z.infer<typeof registry>;

/** The answer to a login. */
export const loggedInRegistry = registry
  .extend({
    verified: z.boolean().describe('False: no container engine answers, so nobody could ask the registry'),
  })
  .meta({ id: 'LoggedInRegistry' });
export type LoggedInRegistry = z.infer<typeof loggedInRegistry>;

export const loginToRegistryDetails = z
  .strictObject({
    username: z.string().min(1).max(255),
    password: z
      .string()
      .min(1)
      .max(25_600)
      .describe('Password or access token. Kept encrypted; no answer gives it back'),
  })
  .meta({ id: 'LoginToRegistryDetails' });
export type LoginToRegistryDetails = z.infer<typeof loginToRegistryDetails>;
