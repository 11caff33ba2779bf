/** Work requests: how a caller follows what takes time (OCI reference, section 1.5). */
import { z } from 'zod';
import { ocid, timestamp } from './resource.ts';

export const workRequestStates = [
  'ACCEPTED',
  'IN_PROGRESS',
  'WAITING',
  'FAILED',
  'SUCCEEDED',
  'CANCELING',
  'CANCELED',
] as const;
export type WorkRequestState = (typeof workRequestStates)[number];

export const operationTypes = [
  'CREATE_APPLICATION_DEPLOYMENT',
  'UPDATE_APPLICATION_DEPLOYMENT',
  'DELETE_APPLICATION_DEPLOYMENT',
  'MOVE_APPLICATION_DEPLOYMENT',
  'CREATE_HOSTED_DEPLOYMENT',
  'UPDATE_HOSTED_DEPLOYMENT',
  'MOVE_HOSTED_DEPLOYMENT',
  'DELETE_HOSTED_DEPLOYMENT',
  'CREATE_APPLICATION_STORAGE',
  'UPDATE_APPLICATION_STORAGE',
  'MOVE_APPLICATION_STORAGE',
  'DELETE_APPLICATION_STORAGE',
] as const;
export type OperationType = (typeof operationTypes)[number];

export const workRequestResource = z.object({
  entityType: z.enum(['HOSTED_APPLICATION', 'HOSTED_DEPLOYMENT', 'HOSTED_APPLICATION_STORAGE']),
  actionType: z.enum(['CREATED', 'UPDATED', 'DELETED', 'IN_PROGRESS', 'RELATED', 'FAILED']),
  identifier: z.string(),
  entityUri: z.string().optional(),
});
export type WorkRequestResource = z.infer<typeof workRequestResource>;

export const workRequest = z
  .object({
    operationType: z.enum(operationTypes),
    status: z.enum(workRequestStates),
    id: ocid('workRequest'),
    compartmentId: ocid('compartment'),
    resources: z.array(workRequestResource),
    percentComplete: z.number().min(0).max(100),
    timeAccepted: timestamp,
    timeStarted: timestamp.optional(),
    timeFinished: timestamp.optional(),
  })
  .meta({ id: 'WorkRequest' });
export type WorkRequest = z.infer<typeof workRequest>;

export const workRequestError = z
  .object({ code: z.string(), message: z.string(), timestamp })
  .meta({ id: 'WorkRequestError' });
export type WorkRequestError = z.infer<typeof workRequestError>;

export const workRequestLogEntry = z
  .object({ message: z.string(), timestamp })
  .meta({ id: 'WorkRequestLogEntry' });
export type WorkRequestLogEntry = z.infer<typeof workRequestLogEntry>;
