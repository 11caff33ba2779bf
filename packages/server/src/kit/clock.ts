/** Time and randomness as values, so that tests can pass their own. */
import { randomBytes, randomFillSync } from 'node:crypto';

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

export type Random = (bytes: number) => Uint8Array;

const pool = Buffer.alloc(4096);
let used = pool.length;

/** Random bytes of the system's generator, drawn in bulk: a handful at a time is what most callers want. */
export const systemRandom: Random = (bytes) => {
  if (bytes > pool.length / 4) return randomBytes(bytes);
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const taken = Buffer.from(pool.subarray(used, used + bytes));
  pool.fill(0, used, used + bytes);
  used += bytes;
  return taken;
};
