/**
 * Pulse: notices that this process was stopped for a while (SIGSTOP, a suspended machine, a blocked loop). What it
 * believes may be out of date then, and it is the first to ask, before it does anything with its belief.
 */

export interface PulseOptions {
  /** Milliseconds without a beat from which on belief is not to be trusted. Default 4000. */
  readonly limit?: number;
  /** Milliseconds that only go forward, and go on while the process is stopped. */
  readonly now?: () => number;
  /** Called when belief is trusted again. */
  readonly steadied?: () => void;
}

export class Pulse implements Disposable {
  readonly #options: Required<PulseOptions>;
  readonly #timer: NodeJS.Timeout;
  #last: number;
  #gaps = 0;
  #isSteady = true;

  constructor({ limit = 4000, now = () => performance.now(), steadied = () => {} }: PulseOptions = {}) {
    this.#options = { limit, now, steadied };
    this.#last = now();
    this.#timer = setInterval(() => this.#beat(), limit / 4).unref();
  }

  /** How often it was stopped up to now. */
  get gaps(): number {
    this.#beat();
    return this.#gaps;
  }

  /** False from the end of a gap until belief was confirmed. */
  get isSteady(): boolean {
    this.#beat();
    return this.#isSteady;
  }

  /** Belief was confirmed by what was asked when there had been so many gaps. */
  confirm(gaps: number): void {
    if (this.gaps !== gaps || this.#isSteady) return;
    this.#isSteady = true;
    this.#options.steadied();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    const now = this.#options.now();
    if (now - this.#last > this.#options.limit) {
      this.#gaps += 1;
      this.#isSteady = false;
    }
    this.#last = now;
  }
}
