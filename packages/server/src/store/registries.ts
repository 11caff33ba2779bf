/** Credentials for registries in the store. It keeps sealed passwords only, and never opens one: see secrets/. */
import { timeOf, type Scope } from './scope.ts';

export interface RegistryRecord {
  readonly host: string;
  /** Goes up with every login. */
  readonly version: number;
  readonly username: string;
  readonly timeCreated: string;
  readonly timeUpdated: string;
}

/** As it is kept: nobody without the key can read the password, and it opens for that host only. */
export interface SealedCredential {
  readonly host: string;
  readonly username: string;
  readonly sealed: string;
}

interface RegistryRow extends RegistryRecord, SealedCredential {
  readonly host: string;
  readonly username: string;
}

export interface RegistryTables {
  registries: RegistryRow;
}

export interface Registries {
  /** In the place of what was there for the host. */
  set(credential: SealedCredential): Promise<RegistryRecord>;
  /** By host. */
  list(): Promise<RegistryRecord[]>;
  sealed(host: string): Promise<SealedCredential | undefined>;
  /** False when there was none. */
  delete(host: string): Promise<boolean>;
}

const shown = ['host', 'version', 'username', 'timeCreated', 'timeUpdated'] as const;

export function registries(scope: Scope): Registries {
  return {
    set: (credential) => scope.write((tx) => set(tx, credential)),
    list: () => list(scope),
    sealed: (host) => sealed(scope, host),
    delete: (host) => scope.write((tx) => remove(tx, host)),
  };
}

async function set(scope: Scope, { host, username, sealed }: SealedCredential): Promise<RegistryRecord> {
  const now = timeOf(scope);
  const row = await scope.db
    .insertInto('registries')
    .values({ host, version: 1, username, sealed, timeCreated: now, timeUpdated: now })
    .onConflict((conflict) =>
      conflict.column('host').doUpdateSet((eb) => ({
        username,
        sealed,
        timeUpdated: now,
        version: eb('registries.version', '+', 1),
      })),
    )
    .returning(shown)
    .executeTakeFirstOrThrow();
  return { ...row };
}

async function list(scope: Scope): Promise<RegistryRecord[]> {
  const rows = await scope.db.selectFrom('registries').select(shown).orderBy('host').execute();
  return rows.map((row) => ({ ...row }));
}

async function sealed(scope: Scope, host: string): Promise<SealedCredential | undefined> {
  const row = await scope.db
    .selectFrom('registries')
    .select(['host', 'username', 'sealed'])
    .where('host', '=', host)
    .executeTakeFirst();
  return row && { ...row };
}

async function remove(scope: Scope, host: string): Promise<boolean> {
  const { numDeletedRows } = await scope.db
    .deleteFrom('registries')
    .where('host', '=', host)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
