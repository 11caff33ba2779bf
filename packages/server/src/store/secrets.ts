/** Secrets in the store. It keeps sealed values only, and never opens one: see secrets/. */
import { given } from './page.ts';
import { newOcid, timeOf, type Scope } from './scope.ts';

export interface SecretRecord {
  readonly id: string;
  /** Goes up with every value that is set; etags derive from it. */
  readonly version: number;
  readonly name: string;
  readonly compartmentId: string;
  readonly timeCreated: string;
  readonly timeUpdated: string;
}

/** A value as it is kept: nobody without the key can read it, and it opens for the secret of that id only. */
export interface SealedSecret {
  readonly id: string;
  readonly sealed: string;
}

interface SecretRow extends SecretRecord, SealedSecret {
  readonly id: string;
}

export interface SecretTables {
  secrets: SecretRow;
}

export interface NewSecret {
  readonly name: string;
  readonly compartmentId: string;
  /** Told the id of the new secret. */
  readonly seal: (id: string) => string;
}

export interface SecretFilter {
  readonly compartmentId?: string | undefined;
  readonly name?: string | undefined;
}

export interface Secrets {
  /** Undefined, and nothing written, when the compartment has a secret of that name. */
  create(secret: NewSecret): Promise<SecretRecord | undefined>;
  get(id: string): Promise<SecretRecord | undefined>;
  /** By name; with filters only those that fit. */
  list(filter?: SecretFilter): Promise<SecretRecord[]>;
  /** Sets another value. Undefined when there is no such secret. */
  replace(secret: SealedSecret): Promise<SecretRecord | undefined>;
  sealed(id: string): Promise<SealedSecret | undefined>;
  /** Any one of them; undefined when there is none. */
  sample(): Promise<SealedSecret | undefined>;
  /** False when there was none. */
  delete(id: string): Promise<boolean>;
}

const shown = ['id', 'version', 'name', 'compartmentId', 'timeCreated', 'timeUpdated'] as const;

export function secrets(scope: Scope): Secrets {
  return {
    create: (secret) => scope.write((tx) => create(tx, secret)),
    get: (id) => get(scope, id),
    list: (filter = {}) => list(scope, filter),
    replace: (secret) => scope.write((tx) => replace(tx, secret)),
    sealed: (id) => sealed(scope, id),
    sample: () => sealed(scope),
    delete: (id) => scope.write((tx) => remove(tx, id)),
  };
}

async function create(
  scope: Scope,
  { name, compartmentId, seal }: NewSecret,
): Promise<SecretRecord | undefined> {
  const [taken] = await list(scope, { name, compartmentId });
  if (taken) return undefined;
  const id = newOcid(scope, 'secret');
  const now = timeOf(scope);
  const record = { id, version: 1, name, compartmentId, timeCreated: now, timeUpdated: now };
  await scope.db
    .insertInto('secrets')
    .values({ ...record, sealed: seal(id) })
    .execute();
  scope.note({ kind: 'secret', id });
  return record;
}

async function get(scope: Scope, id: string): Promise<SecretRecord | undefined> {
  const row = await scope.db.selectFrom('secrets').select(shown).where('id', '=', id).executeTakeFirst();
  return row && { ...row };
}

async function list(scope: Scope, filter: SecretFilter): Promise<SecretRecord[]> {
  const rows = await scope.db
    .selectFrom('secrets')
    .select(shown)
    .where((eb) => eb.and(given(filter)))
    .orderBy('name')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ ...row }));
}

/** Without an id: any one. */
async function sealed(scope: Scope, id?: string): Promise<SealedSecret | undefined> {
  const row = await scope.db
    .selectFrom('secrets')
    .select(['id', 'sealed'])
    .where((eb) => eb.and(given({ id })))
    .limit(1)
    .executeTakeFirst();
  return row && { ...row };
}

async function replace(scope: Scope, { id, sealed }: SealedSecret): Promise<SecretRecord | undefined> {
  const row = await scope.db
    .updateTable('secrets')
    .set((eb) => ({ sealed, version: eb('version', '+', 1), timeUpdated: timeOf(scope) }))
    .where('id', '=', id)
    .returning(shown)
    .executeTakeFirst();
  if (!row) return undefined;
  scope.note({ kind: 'secret', id });
  return { ...row };
}

async function remove(scope: Scope, id: string): Promise<boolean> {
  const { numDeletedRows } = await scope.db.deleteFrom('secrets').where('id', '=', id).executeTakeFirst();
  if (numDeletedRows === 0n) return false;
  scope.note({ kind: 'secret', id });
  return true;
}
