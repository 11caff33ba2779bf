/** The table of credentials for registries. Their passwords are in it encrypted only. */
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const registries: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    await schema
      .createTable('registries')
      .addColumn('host', 'text', (column) => column.primaryKey())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('username', 'text', (column) => column.notNull())
      .addColumn('sealed', 'text', (column) => column.notNull())
      .addColumn('timeCreated', 'text', (column) => column.notNull())
      .addColumn('timeUpdated', 'text', (column) => column.notNull())
      .execute();
  },
};
