/** The table of secrets. Their values are in it encrypted only. */
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const secrets: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    await schema
      .createTable('secrets')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('compartmentId', 'text', (column) => column.notNull())
      .addColumn('timeCreated', 'text', (column) => column.notNull())
      .addColumn('timeUpdated', 'text', (column) => column.notNull())
      .addColumn('sealed', 'text', (column) => column.notNull())
      .addUniqueConstraint('secretsByName', ['compartmentId', 'name'])
      .execute();
  },
};
