/** API keys in the store: public halves only. */
import type { ApiKey, KeyRole } from '@mooring/contract';
import { newOcid, timeOf, type Scope } from './scope.ts';

export type NewApiKey = Omit<ApiKey, 'id' | 'keyId' | 'timeCreated' | 'user'> & {
  /** Default: the OCID of a new user. */
  readonly user?: string | undefined;
};

interface ApiKeyRow {
  id: string;
  keyId: string;
  name: string;
  role: KeyRole;
  tenancy: string;
  user: string;
  fingerprint: string;
  publicKey: string;
  timeCreated: string;
}

export interface ApiKeyTables {
  apiKeys: ApiKeyRow;
}

export interface ApiKeys {
  /** Undefined, and nothing written, when that user has that key already. */
  create(key: NewApiKey): Promise<ApiKey | undefined>;
  get(id: string): Promise<ApiKey | undefined>;
  /** By what a signature names: `<tenancy>/<user>/<fingerprint>`. */
  withKeyId(keyId: string): Promise<ApiKey | undefined>;
  /** Oldest first. */
  list(): Promise<ApiKey[]>;
  /** False when there was none. */
  delete(id: string): Promise<boolean>;
}

export function apiKeys(scope: Scope): ApiKeys {
  return {
    create: (key) => scope.write((tx) => create(tx, key)),
    get: (id) => find(scope, 'id', id),
    withKeyId: (keyId) => find(scope, 'keyId', keyId),
    list: () => list(scope),
    delete: (id) => scope.write((tx) => remove(tx, id)),
  };
}

async function create(scope: Scope, key: NewApiKey): Promise<ApiKey | undefined> {
  const user = key.user ?? newOcid(scope, 'user');
  const keyId = `${key.tenancy}/${user}/${key.fingerprint}`;
  if (await find(scope, 'keyId', keyId)) return undefined;
  const row: ApiKeyRow = {
    id: newOcid(scope, 'apiKey'),
    keyId,
    name: key.name,
    role: key.role,
    tenancy: key.tenancy,
    user,
    fingerprint: key.fingerprint,
    publicKey: key.publicKey,
    timeCreated: timeOf(scope),
  };
  await scope.db.insertInto('apiKeys').values(row).execute();
  scope.note({ kind: 'apiKey', id: row.id });
  return row;
}

async function find(scope: Scope, column: 'id' | 'keyId', value: string): Promise<ApiKey | undefined> {
  const row = await scope.db.selectFrom('apiKeys').selectAll().where(column, '=', value).executeTakeFirst();
  return row && { ...row };
}

async function list(scope: Scope): Promise<ApiKey[]> {
  const rows = await scope.db
    .selectFrom('apiKeys')
    .selectAll()
    .orderBy('timeCreated')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ ...row }));
}

async function remove(scope: Scope, id: string): Promise<boolean> {
  const { numDeletedRows } = await scope.db.deleteFrom('apiKeys').where('id', '=', id).executeTakeFirst();
  if (numDeletedRows === 0n) return false;
  scope.note({ kind: 'apiKey', id });
  return true;
}
