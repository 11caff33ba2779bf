/** The audit log: who changed what through the management API (`/v1/audit`). */
import { z } from 'zod';
import { timestamp } from './resource.ts';

/** Days for which an entry is kept. */
export const auditDays = 90;

/**
 * SUCCEEDED: the change was made, or accepted with a work request. REFUSED: the caller may not, or asked for what
 * cannot be done; nothing changed. FAILED: the server failed.
 */
export const auditOutcomes = ['SUCCEEDED', 'REFUSED', 'FAILED'] as const;

/** Fields of a resource that were changed. */
const fields = z.record(z.string(), z.unknown());

export const auditEntry = z
  .object({
    id: z.string(),
    timestamp,
    subject: z.string().describe('Who: `sub` of the token, or the user of the API key'),
    issuer: z.string().optional().describe('Of the token, when another issuer than this server made it'),
    clientId: z.string().optional().describe('OAuth client of the token'),
    keyId: z.string().optional().describe('API key that signed the request'),
    address: z.string().describe('From where: the IP address of the client'),
    opcRequestId: z.string(),
    operation: z.string().describe('What: method and path, as in the description of this API'),
    resourceId: z.string().optional().describe('What it was done to'),
    outcome: z.enum(auditOutcomes),
    code: z.string().optional().describe('Of the refusal'),
    before: fields.optional().describe('What the changed fields held; absent for what did not exist'),
    after: fields.optional().describe('What they hold now; absent for what does not exist any more'),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof auditEntry>;
