/** The audit log: who changed what through the management API (`/v1/audit`). */
import { auditEntry, paths, type AuditEntry } from '@mooring/contract';
import { z } from 'zod';
import { call, type Api, type CallOptions } from './call.ts';

export interface AuditFilter {
  /** Most entries to give back. Default 50. */
  readonly limit?: number | undefined;
  /** Entries of that time and later; ISO 8601. */
  readonly since?: string | undefined;
  readonly resourceId?: string | undefined;
  readonly subject?: string | undefined;
}

export interface Audit {
  /** Newest first. */
  list(filter?: AuditFilter, options?: CallOptions): Promise<AuditEntry[]>;
}

const pageSize = 1000;
const shape = z.object({ items: z.array(auditEntry) });

export function audit(api: Api): Audit {
  return { list: (filter = {}, options = {}) => list(api, filter, options) };
}

async function list(api: Api, filter: AuditFilter, { signal }: CallOptions): Promise<AuditEntry[]> {
  const { limit = 50, ...filters } = filter;
  const entries: AuditEntry[] = [];
  let page: string | undefined;
  do {
    const query = { ...filters, page, limit: Math.min(limit - entries.length, pageSize) };
    const answer = await call(api, { method: 'GET', path: `${paths.extension}/audit`, query, signal }, shape);
    entries.push(...answer.body.items);
    page = answer.nextPage;
  } while (page !== undefined && entries.length < limit);
  return entries;
}
