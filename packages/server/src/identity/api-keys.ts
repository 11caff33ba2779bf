/** API keys as signatures are verified with them: by the keyId that a signature names, from the store, never older. */
import { createPublicKey } from 'node:crypto';
import type { KeyRole } from '@mooring/contract';
import type { FindKey } from './verify/request-signature.ts';

/** What the store knows of a registered key. */
export interface KnownKey {
  readonly keyId: string;
  readonly user: string;
  readonly role: KeyRole;
  /** PEM, checked when it was registered. */
  readonly publicKey: string;
}

export interface KeyStore {
  withKeyId(keyId: string): Promise<KnownKey | undefined>;
}

export function createKeyFinder(keys: KeyStore): FindKey<KnownKey> {
  return async (keyId) => {
    const owner = await keys.withKeyId(keyId);
    return owner && { owner, publicKey: createPublicKey(owner.publicKey) };
  };
}
