/**
 * The key ring: every registered API key in memory, so that no signed request waits for the database. It is read
 * anew after each change of a key, also one by another node; a reading that fails is repeated.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import type { ApiKey } from '@mooring/contract';
import { pauseFor } from '../kit/pause.ts';
import type { Log } from '../observe/log.ts';
import type { FindHolder, KeyHolder, Principal } from './principal.ts';

/** Where keys are registered. */
export interface KeySource {
  readonly apiKeys: { list(): Promise<readonly ApiKey[]> };
  readonly changes: { watch(listener: (change: { readonly kind: string }) => void): Disposable };
}

export interface KeyRing extends AsyncDisposable {
  readonly find: FindHolder;
  /** Whether the key behind a caller is registered still. */
  holds(caller: Principal): boolean;
  /** Calls the listener after each change, until the returned handle is disposed. */
  watch(listener: () => void): Disposable;
}

interface Entry {
  readonly publicKey: KeyObject;
  readonly owner: KeyHolder;
  /** As it was parsed. */
  readonly pem: string;
}

/** Milliseconds until a failed reading is repeated. */
const retryPause = 500;

/** Resolves when it holds every key. Throws when they cannot be read. */
export async function openKeyRing(source: KeySource, log: Log): Promise<KeyRing> {
  const life = new AbortController();
  const listeners = new Set<() => void>();
  let entries: ReadonlyMap<string, Entry> = new Map();
  let isStale = false;
  let isFilled = false;
  let reading: Promise<void> | undefined;

  const refresh = async (): Promise<void> => {
    while (isStale && !life.signal.aborted) {
      isStale = false;
      try {
        entries = entriesOf(await source.apiKeys.list(), entries);
        for (const listener of listeners) listener();
      } catch (error) {
        isStale = true;
        log.warn({ err: error }, 'the API keys could not be read; it is tried again');
        await pauseFor(retryPause, life.signal);
      }
    }
    reading = undefined;
  };

  const watch = source.changes.watch(({ kind }) => {
    if (kind !== 'apiKey') return;
    isStale = true;
    if (isFilled) reading ??= refresh();
  });
  try {
    entries = entriesOf(await source.apiKeys.list(), entries);
    isFilled = true;
    if (isStale) reading ??= refresh();
  } catch (error) {
    watch[Symbol.dispose]();
    throw error;
  }
  return {
    find: async (keyId) => entries.get(keyId),
    holds: ({ issuer, subject, clientId }) => entries.has(`${issuer}/${subject}/${clientId}`),
    watch(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    [Symbol.asyncDispose]: async () => {
      watch[Symbol.dispose]();
      life.abort();
      await reading;
    },
  };
}

function entriesOf(keys: readonly ApiKey[], known: ReadonlyMap<string, Entry>): Map<string, Entry> {
  return new Map(keys.map((key) => [key.keyId, entryOf(key, known.get(key.keyId))]));
}

/** Parsing is the costly part: a key that is known already keeps its parsed form. */
function entryOf({ publicKey: pem, role, tenancy, user, fingerprint }: ApiKey, known?: Entry): Entry {
  const publicKey = known?.pem === pem ? known.publicKey : createPublicKey(pem);
  return { publicKey, owner: { role, tenancy, user, fingerprint }, pem };
}
