/** Key/value facts about the installation, such as what was made at its first start. */
import type { Scope } from './scope.ts';

export interface Meta {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
  /** What is kept under the key; when there is nothing, what `make` returns is kept first. */
  ensure(key: string, make: () => string): Promise<string>;
}

export function meta(scope: Scope): Meta {
  return {
    get: (key) => get(scope, key),
    set: (key, value) => scope.write((tx) => set(tx, key, value)),
    ensure: (key, make) => scope.write((tx) => ensure(tx, key, make)),
  };
}

async function get(scope: Scope, key: string): Promise<string | undefined> {
  const row = await scope.db.selectFrom('meta').select('value').where('key', '=', key).executeTakeFirst();
  return row?.value;
}

async function set(scope: Scope, key: string, value: string): Promise<void> {
  await scope.db
    .insertInto('meta')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}

async function ensure(scope: Scope, key: string, make: () => string): Promise<string> {
  const kept = await get(scope, key);
  if (kept !== undefined) return kept;
  const value = make();
  await set(scope, key, value);
  return value;
}
