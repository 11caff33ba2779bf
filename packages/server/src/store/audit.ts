/** The audit log in the store. Entries are added and, when they are old, purged; none is ever changed. */
import { auditDays, type AuditEntry } from '@mooring/contract';
import { given, readPage, type Page, type PageQuery } from './page.ts';
import { newOcid, timeOf, toJson, type Scope } from './scope.ts';

export type NewAuditEntry = Omit<AuditEntry, 'id' | 'timestamp'>;

interface AuditRow {
  id: string;
  timestamp: string;
  subject: string;
  issuer: string | null;
  clientId: string | null;
  keyId: string | null;
  address: string;
  opcRequestId: string;
  operation: string;
  resourceId: string | null;
  outcome: AuditEntry['outcome'];
  code: string | null;
  beforeJson: string | null;
  afterJson: string | null;
}

export interface AuditTables {
  auditEntries: AuditRow;
}

export interface AuditQuery extends PageQuery<'timestamp'> {
  /** ISO 8601 in UTC with milliseconds; entries of that time and later. */
  readonly since?: string | undefined;
  readonly resourceId?: string | undefined;
  readonly subject?: string | undefined;
}

export interface Audit {
  /** Belongs into the transaction of the change. */
  add(entry: NewAuditEntry): Promise<AuditEntry>;
  page(query: AuditQuery): Promise<Page<AuditEntry>>;
  /** Removes entries older than 90 days. */
  purge(): Promise<number>;
}

/** How long an entry is kept, in milliseconds. */
export const auditLife = auditDays * 24 * 60 * 60 * 1000;

export function audit(scope: Scope): Audit {
  return {
    add: (entry) => scope.write((tx) => add(tx, entry)),
    page: (query) => page(scope, query),
    purge: () => scope.write(purge),
  };
}

async function add(scope: Scope, entry: NewAuditEntry): Promise<AuditEntry> {
  const row: AuditRow = {
    id: newOcid(scope, 'auditEntry'),
    timestamp: timeOf(scope),
    subject: entry.subject,
    issuer: entry.issuer ?? null,
    clientId: entry.clientId ?? null,
    keyId: entry.keyId ?? null,
    address: entry.address,
    opcRequestId: entry.opcRequestId,
    operation: entry.operation,
    resourceId: entry.resourceId ?? null,
    outcome: entry.outcome,
    code: entry.code ?? null,
    beforeJson: entry.before ? toJson(entry.before) : null,
    afterJson: entry.after ? toJson(entry.after) : null,
  };
  await scope.db.insertInto('auditEntries').values(row).execute();
  return recordOf(row);
}

async function page(scope: Scope, query: AuditQuery): Promise<Page<AuditEntry>> {
  const { since = '', resourceId, subject } = query;
  const rows = scope.db
    .selectFrom('auditEntries')
    .selectAll()
    .where((eb) => eb.and(given({ resourceId, subject })))
    .where('timestamp', '>=', since);
  const { items, next } = await readPage(rows, query, 'id');
  return { items: items.map(recordOf), next };
}

async function purge(scope: Scope): Promise<number> {
  const before = new Date(scope.clock.now() - auditLife).toISOString();
  const { numDeletedRows } = await scope.db
    .deleteFrom('auditEntries')
    .where('timestamp', '<', before)
    .executeTakeFirst();
  return Number(numDeletedRows);
}

function recordOf({
  issuer,
  clientId,
  keyId,
  resourceId,
  code,
  beforeJson,
  afterJson,
  ...row
}: AuditRow): AuditEntry {
  return {
    ...row,
    ...(issuer !== null && { issuer }),
    ...(clientId !== null && { clientId }),
    ...(keyId !== null && { keyId }),
    ...(resourceId !== null && { resourceId }),
    ...(code !== null && { code }),
    ...(beforeJson !== null && { before: JSON.parse(beforeJson) }),
    ...(afterJson !== null && { after: JSON.parse(afterJson) }),
  };
}
