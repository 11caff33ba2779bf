/**
 * Sign-in attempts: after a few failures a name has to wait, and so has everybody when failures abound, which
 * also bounds the work that wrong passwords cause.
 */
import type { Clock } from '../../kit/clock.ts';
import { Lru } from '../../kit/lru.ts';

/** Milliseconds after which failures are forgotten. */
const period = 60_000;
/** Failures within the period: for one name, and for all together. */
const mostPerName = 5;
const mostTogether = 60;

interface Count {
  readonly since: number;
  readonly failures: number;
}

export class Attempts {
  readonly #clock: Clock;
  readonly #names = new Lru<string, Count>(10_000);
  #all: Count = { since: 0, failures: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Seconds to wait before the next attempt for that name; 0: go ahead. */
  wait(name: string): number {
    const counts = [
      [this.#current(this.#names.get(name)), mostPerName],
      [this.#current(this.#all), mostTogether],
    ] as const;
    const full = counts.filter(([{ failures }, most]) => failures >= most);
    const until = Math.max(0, ...full.map(([{ since }]) => since + period));
    return until === 0 ? 0 : Math.max(1, Math.ceil((until - this.#clock.now()) / 1000));
  }

  /** Counts an attempt as a failure before its outcome is known, so that many at a time are counted too. */
  begin(name: string): void {
    this.#names.set(name, this.#add(this.#names.get(name), 1));
    this.#all = this.#add(this.#all, 1);
  }

  succeeded(name: string): void {
    this.#names.delete(name);
    this.#all = this.#add(this.#all, -1);
  }

  #current(count: Count | undefined): Count {
    const now = this.#clock.now();
    return count && now < count.since + period ? count : { since: now, failures: 0 };
  }

  #add(count: Count | undefined, change: 1 | -1): Count {
    const { since, failures } = this.#current(count);
    return { since, failures: Math.max(0, failures + change) };
  }
}
