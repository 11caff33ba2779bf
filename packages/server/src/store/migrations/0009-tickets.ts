/** The table of tickets: digests only, so that whoever reads the database holds none. */
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const tickets: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    await schema
      .createTable('tickets')
      .addColumn('digest', 'text', (column) => column.primaryKey())
      .addColumn('applicationId', 'text', (column) => column.notNull())
      .addColumn('connectionId', 'text', (column) => column.notNull())
      .addColumn('callerJson', 'text', (column) => column.notNull())
      .addColumn('timeExpires', 'text', (column) => column.notNull())
      .execute();
  },
};
