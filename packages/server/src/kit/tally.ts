/** Tally: how many there are now, how many there ever were, and for how long. */
import type { Clock } from './clock.ts';

export class Tally {
  readonly #clock: Clock;
  #now = 0;
  #total = 0;
  #busy = 0;
  #since = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get now(): number {
    return this.#now;
  }

  get total(): number {
    return this.#total;
  }

  /** Milliseconds that all of them took together up to now. */
  get busy(): number {
    this.#turn();
    return this.#busy;
  }

  /** One more until the returned handle is disposed. */
  enter(): Disposable {
    this.#turn();
    this.#now += 1;
    this.#total += 1;
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        this.#turn();
        this.#now -= 1;
      },
    };
  }

  #turn(): void {
    const now = this.#clock.now();
    // A clock that is set back takes nothing away.
    this.#busy += this.#now * Math.max(0, now - this.#since);
    this.#since = now;
  }
}
