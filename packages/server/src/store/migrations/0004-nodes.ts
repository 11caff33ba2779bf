/** Tables for several nodes: which one leads, and what runs where. */
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const nodes: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    await schema
      .createTable('leases')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('holder', 'text')
      .addColumn('epoch', 'integer', (column) => column.notNull())
      .addColumn('renewals', 'integer', (column) => column.notNull())
      .execute();
    // Nothing was ever kept in the earlier table of that name.
    await schema.dropTable('replicas').execute();
    await schema
      .createTable('replicas')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('applicationId', 'text', (column) => column.notNull())
      .addColumn('artifactId', 'text', (column) => column.notNull())
      .addColumn('nodeId', 'text', (column) => column.notNull())
      .addColumn('nodeAddress', 'text')
      .addColumn('address', 'text')
      .addColumn('runtime', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('serving', 'text')
      .addColumn('reason', 'text')
      .addColumn('pid', 'integer')
      .addColumn('restarts', 'integer', (column) => column.notNull())
      .addColumn('timeStarted', 'text', (column) => column.notNull())
      .execute();
    await schema
      .createIndex('replicasByApplication')
      .on('replicas')
      .columns(['applicationId', 'id'])
      .execute();
  },
};
