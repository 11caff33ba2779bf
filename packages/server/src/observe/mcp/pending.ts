/** Pending: requests that wait for their answers. There are only so many; the oldest makes place for a new one. */

export interface PendingOptions<Waiting> {
  readonly limit: number;
  /** The request goes without its answer having been seen. */
  readonly lost: (waiting: Waiting, why: Why) => void;
}

/** `forced`: a newer one needed its place, or its id. */
export type Why = 'forced' | 'expired' | 'ended';

export class Pending<Waiting extends { readonly began: number }> {
  readonly #options: PendingOptions<Waiting>;
  readonly #requests = new Map<string, Waiting>();

  constructor(options: PendingOptions<Waiting>) {
    this.#options = options;
  }

  get size(): number {
    return this.#requests.size;
  }

  add(key: string, waiting: Waiting): void {
    this.#lose(key, 'forced');
    if (this.#requests.size >= this.#options.limit) {
      const [oldest] = this.#requests.keys();
      if (oldest !== undefined) this.#lose(oldest, 'forced');
    }
    this.#requests.set(key, waiting);
  }

  /** Undefined: nobody has asked under that key. */
  take(key: string): Waiting | undefined {
    const waiting = this.#requests.get(key);
    this.#requests.delete(key);
    return waiting;
  }

  /** Gives up those that began before. */
  expire(before: number): void {
    for (const [key, { began }] of this.#requests) {
      if (began >= before) return;
      this.#lose(key, 'expired');
    }
  }

  /** Gives up these of them. */
  end(keys: Iterable<string> = this.#requests.keys()): void {
    for (const key of keys) this.#lose(key, 'ended');
  }

  #lose(key: string, why: Why): void {
    const waiting = this.take(key);
    if (waiting !== undefined) this.#options.lost(waiting, why);
  }
}
