/** Tables of the API keys that sign requests, and of the audit log. */
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const keysAndAudit: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createApiKeys(db);
    await createAuditEntries(db);
  },
};

async function createApiKeys({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('apiKeys')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('keyId', 'text', (column) => column.notNull().unique())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('tenancy', 'text', (column) => column.notNull())
    .addColumn('user', 'text', (column) => column.notNull())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('publicKey', 'text', (column) => column.notNull())
    .addColumn('timeCreated', 'text', (column) => column.notNull())
    .execute();
}

async function createAuditEntries({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('auditEntries')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('timestamp', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('issuer', 'text')
    .addColumn('clientId', 'text')
    .addColumn('keyId', 'text')
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('opcRequestId', 'text', (column) => column.notNull())
    .addColumn('operation', 'text', (column) => column.notNull())
    .addColumn('resourceId', 'text')
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('code', 'text')
    .addColumn('beforeJson', 'text')
    .addColumn('afterJson', 'text')
    .execute();
  for (const [name, columns] of Object.entries({
    auditEntriesByTimestamp: ['timestamp', 'id'],
    auditEntriesByResourceId: ['resourceId', 'timestamp', 'id'],
    auditEntriesBySubject: ['subject', 'timestamp', 'id'],
  }))
    await schema.createIndex(name).on('auditEntries').columns(columns).execute();
}
