/**
 * Beat: how workers know that what the main thread tells them is not out of date. It writes down when it last was
 * sure; whoever finds nothing recent sends nobody to a replica.
 */

/** Milliseconds between two beats, and after which one is too old. */
const every = 500;
const limit = 4000;

export const beatMemory = (): SharedArrayBuffer => new SharedArrayBuffer(8);

/** Milliseconds of the system, the same in all threads, which go on while the process is stopped. */
const now = (): bigint => process.hrtime.bigint() / 1_000_000n;

export class Beat implements Disposable {
  readonly #at: BigInt64Array;
  readonly #isSteady: () => boolean;
  readonly #timer: NodeJS.Timeout;

  constructor(memory: SharedArrayBuffer, isSteady: () => boolean) {
    this.#at = new BigInt64Array(memory);
    this.#isSteady = isSteady;
    this.#timer = setInterval(() => this.tell(), every).unref();
    this.tell();
  }

  tell(): void {
    if (this.#isSteady()) Atomics.store(this.#at, 0, now());
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** Reads it in another thread. */
export function isBeating(memory: SharedArrayBuffer): boolean {
  return now() - Atomics.load(new BigInt64Array(memory), 0) < limit;
}
