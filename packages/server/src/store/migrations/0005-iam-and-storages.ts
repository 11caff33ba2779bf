/** Applications of two kinds, which are listed apart, and the table of storages. */
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const iamAndStorages: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await addKind(db);
    await createStorages(db);
  },
};

/** Until now every application was of the first kind. */
async function addKind({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .alterTable('applications')
    .addColumn('kind', 'text', (column) => column.notNull().defaultTo('application'))
    .execute();
  for (const column of ['timeCreated', 'displayName', 'lifecycleState']) {
    const name = column.replace(/^./, (first) => first.toUpperCase());
    await schema.dropIndex(`applicationsByCompartmentId${name}Id`).execute();
    await schema
      .createIndex(`applicationsByKind${name}`)
      .on('applications')
      .columns(['compartmentId', 'kind', column, 'id'])
      .execute();
  }
}

async function createStorages({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('storages')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('displayName', 'text', (column) => column.notNull())
    .addColumn('description', 'text')
    .addColumn('compartmentId', 'text', (column) => column.notNull())
    .addColumn('storageType', 'text', (column) => column.notNull())
    .addColumn('timeCreated', 'text', (column) => column.notNull())
    .addColumn('timeUpdated', 'text', (column) => column.notNull())
    .addColumn('lifecycleState', 'text', (column) => column.notNull())
    .addColumn('lifecycleDetails', 'text')
    .addColumn('freeformTagsJson', 'text', (column) => column.notNull())
    .addColumn('definedTagsJson', 'text', (column) => column.notNull())
    .execute();
  for (const column of ['timeCreated', 'displayName', 'lifecycleState'])
    await schema
      .createIndex(`storagesBy${column.replace(/^./, (first) => first.toUpperCase())}`)
      .on('storages')
      .columns(['compartmentId', column, 'id'])
      .execute();
}
