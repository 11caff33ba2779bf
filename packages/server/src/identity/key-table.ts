/** The key table: registered API keys in memory, parsed, by the keyId that a signature names. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import type { ApiKey } from '@mooring/contract';
import type { FindHolder, KeyHolder, Principal } from './principal.ts';

interface Entry {
  readonly publicKey: KeyObject;
  readonly owner: KeyHolder;
  /** As it was parsed. */
  readonly pem: string;
}

export class KeyTable {
  #entries: ReadonlyMap<string, Entry> = new Map();

  readonly find: FindHolder = async (keyId) => this.#entries.get(keyId);

  /** Whether the key behind a caller is registered still. */
  holds({ issuer, subject, clientId }: Principal): boolean {
    return this.#entries.has(`${issuer}/${subject}/${clientId}`);
  }

  /** From now on these and no others. */
  replace(keys: readonly ApiKey[]): void {
    this.#entries = new Map(keys.map((key) => [key.keyId, entryOf(key, this.#entries.get(key.keyId))]));
  }
}

/** Parsing is the costly part: a key that is known already keeps its parsed form. */
function entryOf({ publicKey: pem, role, tenancy, user, fingerprint }: ApiKey, known?: Entry): Entry {
  const publicKey = known?.pem === pem ? known.publicKey : createPublicKey(pem);
  return { publicKey, owner: { role, tenancy, user, fingerprint }, pem };
}
