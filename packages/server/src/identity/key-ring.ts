/**
 * The key ring: every registered API key, for the gateways, so that no signed request waits for the database. It is
 * read anew after each change of a key, also one by another node; a reading that fails is repeated.
 */
import type { ApiKey } from '@mooring/contract';
import { pauseFor } from '../kit/pause.ts';
import type { Log } from '../observe/log.ts';

/** Where keys are registered. */
export interface KeySource {
  readonly apiKeys: { list(): Promise<readonly ApiKey[]> };
  readonly changes: { watch(listener: (change: { readonly kind: string }) => void): Disposable };
}

export interface KeyRing extends AsyncDisposable {
  /** As they are now. */
  readonly keys: readonly ApiKey[];
  /** Calls the listener after each change, until the returned handle is disposed. */
  watch(listener: () => void): Disposable;
}

/** Milliseconds until a failed reading is repeated. */
const retryPause = 500;

/** Resolves when it holds every key. Throws when they cannot be read. */
export async function openKeyRing(source: KeySource, log: Log): Promise<KeyRing> {
  const life = new AbortController();
  const listeners = new Set<() => void>();
  let keys: readonly ApiKey[] = [];
  let isStale = false;
  let isFilled = false;
  let reading: Promise<void> | undefined;

  const refresh = async (): Promise<void> => {
    while (isStale && !life.signal.aborted) {
      isStale = false;
      try {
        keys = await source.apiKeys.list();
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
    keys = await source.apiKeys.list();
    isFilled = true;
    if (isStale) reading ??= refresh();
  } catch (error) {
    watch[Symbol.dispose]();
    throw error;
  }
  return {
    get keys() {
      return keys;
    },
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
