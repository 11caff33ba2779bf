/** A pause that a signal ends early. */
import { setTimeout as wait } from 'node:timers/promises';

/** True after the whole pause, false when the signal came first. @param milliseconds how long */
export async function pauseFor(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return await wait(milliseconds, true, { signal }).catch(() => false);
}
