/**
 * Kept: all rows of one kind, in memory, so that no request waits for the database. They are read anew after each notice
 * of a change, also one by another node; a reading that fails is repeated, and the rows before it stay.
 */
import { pauseFor } from '../kit/pause.ts';
import type { Log } from '../observe/log.ts';

export interface ChangeSource {
  watch(listener: (change: { readonly kind: string }) => void): Disposable;
}

export interface KeptOptions<Row> {
  /** Of the notices. */
  readonly kind: string;
  /** For the log: `the API keys`. */
  readonly name: string;
  readonly list: () => Promise<readonly Row[]>;
  readonly changes: ChangeSource;
  readonly log: Log;
}

export interface Kept<Row> extends AsyncDisposable {
  /** As they are now. */
  readonly rows: readonly Row[];
  /** Calls the listener after each reading but the first, until the returned handle is disposed. */
  watch(listener: () => void): Disposable;
}

/** Milliseconds until a failed reading is repeated. */
const retryPause = 500;

/** Resolves when it has every row that was there at the call. Throws when they cannot be read. */
export async function openKept<Row>(options: KeptOptions<Row>): Promise<Kept<Row>> {
  const { kind: wanted, name, list, changes, log } = options;
  const life = new AbortController();
  const listeners = new Set<() => void>();
  let rows: readonly Row[] = [];
  let isStale = false;
  let isFilled = false;
  let reading: Promise<void> | undefined;

  const refresh = async (): Promise<void> => {
    while (isStale && !life.signal.aborted) {
      isStale = false;
      try {
        rows = await list();
        for (const listener of listeners) listener();
      } catch (error) {
        isStale = true;
        log.warn({ err: error }, `${name} could not be read; it is tried again`);
        await pauseFor(retryPause, life.signal);
      }
    }
    reading = undefined;
  };

  const watch = changes.watch(({ kind }) => {
    if (kind !== wanted) return;
    isStale = true;
    // One after the other: the first reading must not come after, and undo, a later one.
    if (isFilled) reading ??= refresh();
  });
  try {
    rows = await list();
    isFilled = true;
    if (isStale) reading ??= refresh();
  } catch (error) {
    watch[Symbol.dispose]();
    throw error;
  }
  return {
    get rows() {
      return rows;
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
