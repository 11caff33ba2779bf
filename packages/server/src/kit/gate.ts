/** A gate that lets a limited number through at a time, in the order of arrival. */

export class Gate {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(seats: number) {
    this.#free = seats;
  }

  /** Resolves with a seat, to be given back by disposing of it; rejects with the signal's reason. */
  async enter(signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await this.#wait(signal);
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (held) this.#release();
        held = false;
      },
    };
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => {
      this.#waiting.delete(resolve);
      reject(signal.reason);
    };
    this.#waiting.add(resolve);
    signal.addEventListener('abort', leave, { once: true });
    // A seat that is handed over and left in the same moment stays with whoever got it: resolve comes first.
    await promise.finally(() => signal.removeEventListener('abort', leave));
  }

  #release(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free++;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
