/** The embedded identity domain in the store; the port is identity/store-port.ts. */
import type { Role } from '@mooring/contract';
import type { ClientRecord, GrantRecord, IdentityStore, KeyUse, Revocation } from '../identity/store-port.ts';
import { timeOf, toJson, type Scope } from './scope.ts';

interface ClientRow {
  clientId: string;
  name: string;
  applicationId: string | null;
  role: Role | null;
  secretHash: string;
  grantTypesJson: string;
  redirectUrisJson: string;
  timeCreated: string;
}

interface GrantRow {
  model: string;
  id: string;
  uid: string | null;
  grantId: string | null;
  account: string | null;
  payload: string;
  timeExpires: string;
  timeConsumed: string | null;
}

/** The tables of migrations 0002 and 0007. */
export interface IdentityTables {
  identityKeys: { use: KeyUse; secret: string; timeCreated: string };
  identityIssuers: { name: string; timeCreated: string };
  identityClients: ClientRow;
  identityUsers: { name: string; passwordHash: string; timeCreated: string; role: Role | null };
  identityGrants: GrantRow;
  identityRevocations: Revocation;
}

export function identity(scope: Scope): IdentityStore {
  return {
    keys: keys(scope),
    issuers: issuers(scope),
    clients: clients(scope),
    users: users(scope),
    grants: grants(scope),
    revocations: revocations(scope),
  };
}

function keys(scope: Scope): IdentityStore['keys'] {
  return {
    async list() {
      const rows = await scope.db.selectFrom('identityKeys').selectAll().execute();
      return rows.map(({ use, secret }) => ({ use, secret }));
    },
    async add({ use, secret }) {
      await scope.db
        .insertInto('identityKeys')
        .values({ use, secret, timeCreated: timeOf(scope) })
        .onConflict((conflict) => conflict.column('use').doNothing())
        .execute();
    },
  };
}

function issuers(scope: Scope): IdentityStore['issuers'] {
  return {
    async list() {
      const rows = await scope.db
        .selectFrom('identityIssuers')
        .select('name')
        .orderBy('timeCreated')
        .execute();
      return rows.map(({ name }) => name);
    },
    async remember(name) {
      await scope.db
        .insertInto('identityIssuers')
        .values({ name, timeCreated: timeOf(scope) })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute();
    },
  };
}

function clients(scope: Scope): IdentityStore['clients'] {
  return {
    async get(clientId) {
      const row = await scope.db
        .selectFrom('identityClients')
        .selectAll()
        .where('clientId', '=', clientId)
        .executeTakeFirst();
      return row && clientOf(row);
    },
    async list({ applicationId } = {}) {
      const all = scope.db
        .selectFrom('identityClients')
        .selectAll()
        .orderBy('timeCreated')
        .orderBy('clientId');
      const wanted =
        applicationId === undefined
          ? all.where('applicationId', 'is not', null)
          : all.where('applicationId', '=', applicationId);
      return (await wanted.execute()).map(clientOf);
    },
    put: (client) => scope.write((tx) => putClient(tx, client)),
    delete: (clientId) => scope.write((tx) => deleteClient(tx, clientId)),
  };
}

async function putClient(scope: Scope, client: ClientRecord): Promise<void> {
  const { clientId, ...rest } = rowOf(client);
  await scope.db
    .insertInto('identityClients')
    .values({ clientId, ...rest })
    .onConflict((conflict) => conflict.column('clientId').doUpdateSet(rest))
    .execute();
  scope.note({ kind: 'client', id: clientId });
}

async function deleteClient(scope: Scope, clientId: string): Promise<boolean> {
  const { numDeletedRows } = await scope.db
    .deleteFrom('identityClients')
    .where('clientId', '=', clientId)
    .executeTakeFirst();
  if (numDeletedRows === 0n) return false;
  scope.note({ kind: 'client', id: clientId });
  return true;
}

/** No client outlives its application, also when a crash kept its deletion from coming so far. */
export async function deleteClientsOf(scope: Scope, applicationId: string): Promise<void> {
  for (const { clientId } of await clients(scope).list({ applicationId }))
    await deleteClient(scope, clientId);
}

function rowOf({ grantTypes, redirectUris, ...client }: ClientRecord): ClientRow {
  return {
    ...client,
    applicationId: client.applicationId ?? null,
    role: client.role ?? null,
    grantTypesJson: toJson(grantTypes),
    redirectUrisJson: toJson(redirectUris),
  };
}

function clientOf({ grantTypesJson, redirectUrisJson, ...row }: ClientRow): ClientRecord {
  return {
    ...row,
    applicationId: row.applicationId ?? undefined,
    role: row.role ?? undefined,
    grantTypes: JSON.parse(grantTypesJson),
    redirectUris: JSON.parse(redirectUrisJson),
  };
}

function users(scope: Scope): IdentityStore['users'] {
  return {
    async get(name) {
      const row = await scope.db
        .selectFrom('identityUsers')
        .selectAll()
        .where('name', '=', name)
        .executeTakeFirst();
      return row && { name: row.name, passwordHash: row.passwordHash, role: row.role ?? undefined };
    },
    async add(user) {
      const { numInsertedOrUpdatedRows } = await scope.db
        .insertInto('identityUsers')
        .values({ ...user, role: user.role ?? null, timeCreated: timeOf(scope) })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    },
    async put({ name, passwordHash, role = null }) {
      await scope.db
        .insertInto('identityUsers')
        .values({ name, passwordHash, role, timeCreated: timeOf(scope) })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ passwordHash, role }))
        .execute();
    },
    async list() {
      const rows = await scope.db
        .selectFrom('identityUsers')
        .select(['name', 'role', 'timeCreated'])
        .orderBy('name')
        .execute();
      return rows.map(({ role, ...row }) => ({ ...row, role: role ?? undefined }));
    },
    delete: (name) => scope.write((tx) => deleteUser(tx, name)),
  };
}

async function deleteUser({ db }: Scope, name: string): Promise<boolean> {
  await db.deleteFrom('identityGrants').where('account', '=', name).execute();
  const { numDeletedRows } = await db.deleteFrom('identityUsers').where('name', '=', name).executeTakeFirst();
  return numDeletedRows > 0n;
}

function revocations(scope: Scope): IdentityStore['revocations'] {
  return {
    async list() {
      const rows = await scope.db.selectFrom('identityRevocations').selectAll().execute();
      return rows.map((row) => ({ ...row }));
    },
    put: (revocation) =>
      scope.write(async (tx) => {
        const { kind, id, ...times } = revocation;
        await tx.db
          .insertInto('identityRevocations')
          .values({ kind, id, ...times })
          .onConflict((conflict) =>
            conflict
              .columns(['kind', 'id'])
              .doUpdateSet(times)
              // A node whose clock is behind must not take back what another one has revoked.
              .where('identityRevocations.timeRevoked', '<', times.timeRevoked),
          )
          .execute();
        tx.note({ kind: 'revocation', id });
      }),
  };
}

function grants(scope: Scope): IdentityStore['grants'] {
  const { db } = scope;
  return {
    async get(model, id) {
      const row = await grantRows(scope, model).where('id', '=', id).executeTakeFirst();
      return row && grantOf(row);
    },
    async getByUid(model, uid) {
      const row = await grantRows(scope, model).where('uid', '=', uid).executeTakeFirst();
      return row && grantOf(row);
    },
    async put(grant) {
      const row: GrantRow = {
        ...grant,
        uid: grant.uid ?? null,
        grantId: grant.grantId ?? null,
        account: grant.account ?? null,
        timeConsumed: null,
      };
      const { uid, grantId, account, payload, timeExpires } = row;
      await db
        .insertInto('identityGrants')
        .values(row)
        .onConflict((conflict) =>
          conflict.columns(['model', 'id']).doUpdateSet({ uid, grantId, account, payload, timeExpires }),
        )
        .execute();
    },
    async consume(model, id) {
      const { numUpdatedRows } = await db
        .updateTable('identityGrants')
        .set({ timeConsumed: timeOf(scope) })
        .where('model', '=', model)
        .where('id', '=', id)
        .where('timeConsumed', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async delete(model, id) {
      await db.deleteFrom('identityGrants').where('model', '=', model).where('id', '=', id).execute();
    },
    async deleteByGrant(model, grantId) {
      await db
        .deleteFrom('identityGrants')
        .where('model', '=', model)
        .where('grantId', '=', grantId)
        .execute();
    },
    async purge(before) {
      await db.deleteFrom('identityGrants').where('timeExpires', '<', before).execute();
      await db.deleteFrom('identityRevocations').where('timeExpires', '<', before).execute();
    },
  };
}

const grantRows = ({ db }: Scope, model: string) =>
  db.selectFrom('identityGrants').selectAll().where('model', '=', model);

const grantOf = (row: GrantRow): GrantRecord => ({
  ...row,
  uid: row.uid ?? undefined,
  grantId: row.grantId ?? undefined,
  account: row.account ?? undefined,
  timeConsumed: row.timeConsumed ?? undefined,
});
