/** The key ring: every registered API key, for the gateways, so that no signed request waits for the database. */
import type { ApiKey } from '@mooring/contract';
import type { Log } from '../observe/log.ts';
import { openKept, type ChangeSource, type Kept } from './kept.ts';

/** Where keys are registered. */
export interface KeySource {
  readonly apiKeys: { list(): Promise<readonly ApiKey[]> };
  readonly changes: ChangeSource;
}

export type KeyRing = Kept<ApiKey>;

/** Resolves when it holds every key. Throws when they cannot be read. */
export function openKeyRing({ apiKeys, changes }: KeySource, log: Log): Promise<KeyRing> {
  return openKept({ kind: 'apiKey', name: 'the API keys', list: () => apiKeys.list(), changes, log });
}
