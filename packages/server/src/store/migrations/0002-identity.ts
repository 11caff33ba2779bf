/** Tables of the embedded identity domain: keys, names, OAuth clients, users, and what oidc-provider remembers. */

import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const identity: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const { schema } = db;
    await schema
      .createTable('identityKeys')
      .addColumn('use', 'text', (column) => column.primaryKey())
      .addColumn('secret', 'text', (column) => column.notNull())
      .addColumn('timeCreated', 'text', (column) => column.notNull())
      .execute();
    await schema
      .createTable('identityIssuers')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('timeCreated', 'text', (column) => column.notNull())
      .execute();
    await createClients(db);
    await schema
      .createTable('identityUsers')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('passwordHash', 'text', (column) => column.notNull())
      .addColumn('timeCreated', 'text', (column) => column.notNull())
      .execute();
    await createGrants(db);
  },
};

async function createClients({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('identityClients')
    .addColumn('clientId', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('applicationId', 'text')
    .addColumn('role', 'text')
    .addColumn('secretHash', 'text', (column) => column.notNull())
    .addColumn('grantTypesJson', 'text', (column) => column.notNull())
    .addColumn('redirectUrisJson', 'text', (column) => column.notNull())
    .addColumn('timeCreated', 'text', (column) => column.notNull())
    .execute();
  await schema
    .createIndex('identityClientsByApplication')
    .on('identityClients')
    .columns(['applicationId', 'timeCreated'])
    .execute();
}

async function createGrants({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('identityGrants')
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('uid', 'text')
    .addColumn('grantId', 'text')
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('timeExpires', 'text', (column) => column.notNull())
    .addColumn('timeConsumed', 'text')
    .addPrimaryKeyConstraint('identityGrantsKey', ['model', 'id'])
    .execute();
  for (const column of ['uid', 'grantId', 'timeExpires'])
    await schema
      .createIndex(`identityGrantsBy${column.replace(/^./, (first) => first.toUpperCase())}`)
      .on('identityGrants')
      .column(column)
      .execute();
}
