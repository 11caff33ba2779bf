/** Versions: which rows there are, and how often each was written. Two readings tell what happened between them. */
import type { Change } from './changes.ts';
import type { Scope } from './scope.ts';

/** By kind and id. A version is another one after each writing; it need not be the next. */
export type Versions = ReadonlyMap<string, { readonly change: Change; readonly version: number }>;

/** Of the rows that readers keep something of in memory. */
export async function readVersions({ db }: Pick<Scope, 'db'>): Promise<Versions> {
  const applications = await db
    .selectFrom('applications')
    .select(['id', 'version'])
    .where('lifecycleState', '!=', 'DELETED')
    .execute();
  const deployments = await db.selectFrom('deployments').select(['id', 'version']).execute();
  const settings = await db.selectFrom('settings').select(['applicationId as id', 'version']).execute();
  // A key is never changed: it is there or not.
  const keys = await db.selectFrom('apiKeys').select('id').execute();
  const replicas = await db.selectFrom('replicas').select(['id', 'version', 'applicationId']).execute();
  const revocations = await db
    .selectFrom('identityRevocations')
    .select(['kind', 'id', 'timeRevoked'])
    .execute();
  const entry = (kind: Change['kind'], { id, version }: { id: string; version: number }, noted = id) =>
    [`${kind} ${id}`, { change: { kind, id: noted }, version }] as const;
  return new Map([
    ...applications.map((row) => entry('application', row)),
    ...deployments.map((row) => entry('deployment', row)),
    ...settings.map((row) => entry('settings', row)),
    ...keys.map(({ id }) => entry('apiKey', { id, version: 1 })),
    ...replicas.map((row) => entry('replica', row, row.applicationId)),
    // Of a user and a client the ids may be the same.
    ...revocations.map(({ kind, id, timeRevoked }) =>
      entry('revocation', { id: `${kind} ${id}`, version: Date.parse(timeRevoked) }, id),
    ),
  ]);
}

/** Rows that were written, came or went. */
export function differences(before: Versions, after: Versions): Change[] {
  const written = [...after].filter(([key, { version }]) => before.get(key)?.version !== version);
  const gone = [...before].filter(([key]) => !after.has(key));
  return [...written, ...gone].map(([, { change }]) => change);
}
