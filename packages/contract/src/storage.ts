/** Hosted application storages (OCI reference, section 1.3). */
import { z } from 'zod';
import { applicationStates } from './application.ts';
import { definedTags, displayName, freeformTags, ocid, tagFields, timestamp } from './resource.ts';

export const storageTypes = ['CACHE', 'POSTGRESQL', 'ADB'] as const;
export type StorageType = (typeof storageTypes)[number];

export const storageStates = applicationStates;
export type StorageState = (typeof storageStates)[number];

export const createHostedApplicationStorageDetails = z
  .strictObject({
    displayName,
    compartmentId: ocid('compartment'),
    storageType: z.enum(storageTypes),
    description: z.string().max(4000).optional(),
    ...tagFields,
  })
  .meta({ id: 'CreateHostedApplicationStorageDetails' });
export type CreateHostedApplicationStorageDetails = z.infer<typeof createHostedApplicationStorageDetails>;

export const hostedApplicationStorage = z
  .object({
    id: ocid('storage'),
    displayName: z.string(),
    description: z.string().optional(),
    compartmentId: ocid('compartment'),
    storageType: z.enum(storageTypes),
    timeCreated: timestamp,
    timeUpdated: timestamp,
    lifecycleState: z.enum(storageStates),
    lifecycleDetails: z.string().optional(),
    applicationIds: z.array(ocid()).describe('Applications that use it'),
    freeformTags,
    definedTags,
    systemTags: definedTags,
  })
  .meta({ id: 'HostedApplicationStorage' });
export type HostedApplicationStorage = z.infer<typeof hostedApplicationStorage>;

/** A storage in a list. */
export const hostedApplicationStorageSummary = hostedApplicationStorage
  .omit({
    applicationIds: true,
    lifecycleDetails: true,
  })
  .meta({ id: 'HostedApplicationStorageSummary' });
export type HostedApplicationStorageSummary = z.infer<typeof hostedApplicationStorageSummary>;
