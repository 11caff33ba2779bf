/** Purge: removes what nobody can ask for any more from the store, at the start and then every so often. */
import { pauseFor } from '../kit/pause.ts';
import type { Log } from '../observe/log.ts';
import type { Store } from '../store/store.ts';

export interface PurgeOptions {
  readonly store: Pick<Store, 'purge'>;
  readonly log: Log;
  /** Milliseconds between two purges. */
  readonly every: number;
  readonly signal: AbortSignal;
}

/** Goes on until the signal. Never rejects. */
export async function purge({ store, log, every, signal }: PurgeOptions): Promise<void> {
  do {
    try {
      const rows = await store.purge();
      if (rows > 0) log.info({ rows }, 'purged');
    } catch (error) {
      log.error({ err: error }, 'the purge failed; it is tried again');
    }
  } while (await pauseFor(every, signal));
}
