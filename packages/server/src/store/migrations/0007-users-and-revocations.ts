/** Users get a role, what oidc-provider remembers names its user, and what was revoked is kept until it has expired. */
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { sql } from 'kysely';

export const usersAndRevocations: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const { schema } = db;
    await schema.alterTable('identityUsers').addColumn('role', 'text').execute();
    await sql`update "identityUsers" set "role" = 'admin' where "name" = 'admin'`.execute(db);
    await schema.alterTable('identityGrants').addColumn('account', 'text').execute();
    await schema.createIndex('identityGrantsByAccount').on('identityGrants').column('account').execute();
    await schema
      .createTable('identityRevocations')
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('timeRevoked', 'text', (column) => column.notNull())
      .addColumn('timeExpires', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('identityRevocationsKey', ['kind', 'id'])
      .execute();
  },
};
