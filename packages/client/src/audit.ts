/** The audit log: who changed what through the management API (`/v1/audit`). */
import type { AuditEntry } from '@mooring/contract';
import type { Api, CallOptions } from './api.ts';
import { pages } from './pages.ts';

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

export function audit(api: Api): Audit {
  return { list: (filter = {}, options = {}) => list(api, filter, options) };
}

async function list(api: Api, filter: AuditFilter, { signal }: CallOptions): Promise<AuditEntry[]> {
  const { limit: most = 50, since, resourceId, subject } = filter;
  const entries: AuditEntry[] = [];
  const read = (page: string | undefined) => {
    const limit = Math.min(most - entries.length, pageSize);
    return api.GET('/v1/audit', { params: { query: { since, resourceId, subject, page, limit } }, signal });
  };
  for await (const items of pages(read)) {
    entries.push(...items);
    if (entries.length >= most) break;
  }
  return entries;
}
