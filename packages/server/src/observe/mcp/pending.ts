/** Pending: requests that wait for their answers. There are only so many; the oldest makes place for a new one. */

export interface PendingOptions<Waiting> {
  readonly limit: number;
  /** The request goes without its answer having been seen. `forced`: a newer one needed its place, or its id. */
  readonly lost: (waiting: Waiting, why: 'forced' | 'expired' | 'ended') => void;
}

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

  /** Takes all of them away, oldest first. */
  *drain(): Iterable<[key: string, waiting: Waiting]> {
    for (const entry of this.#requests) {
      this.#requests.delete(entry[0]);
      yield entry;
    }
  }

  /** Gives up all of them. */
  clear(): void {
    for (const [, waiting] of this.drain()) this.#options.lost(waiting, 'ended');
  }

  #lose(key: string, why: 'forced' | 'expired'): void {
    const waiting = this.take(key);
    if (waiting !== undefined) this.#options.lost(waiting, why);
  }
}
