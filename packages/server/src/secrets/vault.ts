/**
 * The vault: opens and seals the values of secrets with the key of this installation. All secrets of a store are
 * sealed with one key; a server with another one does not start on them and does not add to them.
 */
import type { KeyObject } from 'node:crypto';
import { Problem } from '@mooring/contract';
import type { Random } from '../kit/clock.ts';
import type { Secrets } from '../store/secrets.ts';
import { seal, unseal } from './cipher.ts';
import { makeKey, parseKey, readKey } from './key.ts';

export interface Vault {
  /**
   * Seals a value for the secret of that id. `secrets`: of the transaction that writes it. Throws Conflict when the
   * secrets that are there were sealed with another key.
   */
  readonly sealer: (secrets: Secrets) => Promise<(value: string, id: string) => string>;
  /** Seals another value for whatever has that name, for which alone it opens. */
  readonly lock: (value: string, name: string) => string;
  /** Opens it. Throws WrongKey. */
  readonly unlock: (sealed: string, name: string) => string;
  /** The value of a secret; undefined when there is no such secret. Throws WrongKey. */
  readonly open: (id: string) => Promise<string | undefined>;
}

export interface VaultOptions {
  readonly secrets: Secrets;
  /** Where the key is kept when none is given. */
  readonly file: string;
  /** The key in base64. Default: the one in the file, made when it is not there. */
  readonly given?: string | undefined;
  readonly random: Random;
}

/** Secrets were sealed with another key than this server has. */
export class WrongKey extends Error {
  constructor() {
    super('it was encrypted with another secrets key than the one of this server');
    this.name = 'WrongKey';
  }
}

/** Throws an Error that says what to do when the key is missing, malformed, or not the one of the secrets. */
export async function openVault({ secrets, file, given, random }: VaultOptions): Promise<Vault> {
  const key = await keyFor({ secrets, file, given, random });
  const place = given === undefined ? file : 'MOORING_SECRETS_KEY';
  if (!(await opensSome(secrets, key)))
    throw new Error(
      `The key in ${place} is not the one with which the secrets of this store were encrypted. ` +
        `Put the right one there: it is in the backup, or in secrets.key of the server that made the first secret.`,
    );
  return {
    async sealer(inside) {
      if (!(await opensSome(inside, key)))
        throw new Problem(
          'Conflict',
          'This server has another secrets key than the one with which the secrets are encrypted. Use the server ' +
            'that made them, or give this one the same key and start it again.',
        );
      return (value, id) => seal(value, { key, id, random });
    },
    lock: (value, name) => seal(value, { key, id: name, random }),
    unlock(sealed, name) {
      const value = unseal(sealed, { key, id: name });
      if (value === undefined) throw new WrongKey();
      return value;
    },
    async open(id) {
      const found = await secrets.sealed(id);
      if (!found) return undefined;
      const value = unseal(found.sealed, { key, id });
      if (value === undefined) throw new WrongKey();
      return value;
    },
  };
}

async function keyFor({ secrets, file, given, random }: VaultOptions): Promise<KeyObject> {
  if (given !== undefined) {
    const key = parseKey(given);
    if (key) return key;
    throw new TypeError('openVault: the key that is given must be 32 bytes in base64');
  }
  const kept = await readKey(file);
  if (kept) return kept;
  if (await secrets.sample())
    throw new Error(
      `The store holds secrets, and the key with which they were encrypted is not here. Put it back as ${file}, ` +
        'or give it in MOORING_SECRETS_KEY: it is in the backup, or in secrets.key of the server that made the ' +
        'first secret.',
    );
  return makeKey(file, random);
}

/** True when the key opens what there is, or there is nothing yet. */
async function opensSome(secrets: Secrets, key: KeyObject): Promise<boolean> {
  const sample = await secrets.sample();
  return !sample || unseal(sample.sealed, { key, id: sample.id }) !== undefined;
}
