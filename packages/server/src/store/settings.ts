/** Per-application settings in the store: only what was set is kept, reading lays it over the defaults. */
import { applicationSettings, type ApplicationSettings } from '@mooring/contract';
import { StaleRow, toJson, type Scope } from './scope.ts';

export interface SettingsRecord {
  readonly applicationId: string;
  /** 0 while nothing was ever set. */
  readonly version: number;
  readonly settings: ApplicationSettings;
}

export interface Settings {
  get(applicationId: string): Promise<SettingsRecord>;
  /** Sets what the patch names; the others stay. */
  merge(applicationId: string, patch: Partial<ApplicationSettings>): Promise<SettingsRecord>;
}

export function settings(scope: Scope): Settings {
  return {
    get: async (applicationId) => recordOf(applicationId, await stored(scope, applicationId)),
    merge: (applicationId, patch) => scope.write((tx) => merge(tx, applicationId, patch)),
  };
}

interface Stored {
  readonly version: number;
  readonly value: Partial<ApplicationSettings>;
}

async function stored(scope: Scope, applicationId: string): Promise<Stored> {
  const row = await scope.db
    .selectFrom('settings')
    .selectAll()
    .where('applicationId', '=', applicationId)
    .executeTakeFirst();
  return row ? { version: row.version, value: JSON.parse(row.valueJson) } : { version: 0, value: {} };
}

async function merge(
  scope: Scope,
  applicationId: string,
  patch: Partial<ApplicationSettings>,
): Promise<SettingsRecord> {
  const current = await stored(scope, applicationId);
  const value: Partial<ApplicationSettings> = { ...current.value, ...patch };
  const next = { version: current.version + 1, value };
  const row = { applicationId, version: next.version, valueJson: toJson(value) };
  if (current.version === 0) await scope.db.insertInto('settings').values(row).execute();
  else {
    const { numUpdatedRows } = await scope.db
      .updateTable('settings')
      .set(row)
      .where('applicationId', '=', applicationId)
      .where('version', '=', current.version)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw new StaleRow('settings of', applicationId);
  }
  scope.note({ kind: 'settings', id: applicationId });
  return recordOf(applicationId, next);
}

const recordOf = (applicationId: string, { version, value }: Stored): SettingsRecord => ({
  applicationId,
  version,
  settings: applicationSettings.parse(value),
});
