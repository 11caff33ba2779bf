/**
 * Tally: how often things happened, by application and, where there are several, by code, as a counter of Prometheus.
 * Each request counts in one, so that it is counted in a map; prom-client would look all labels up again each time.
 */
import type { Family } from './arrivals.ts';

export interface TallyOptions {
  readonly name: string;
  readonly help: string;
}

export class Tally {
  readonly #options: TallyOptions;
  /** By application, then by code; under '' what has none. */
  readonly #counts = new Map<string, Map<string, number>>();

  constructor(options: TallyOptions) {
    this.#options = options;
  }

  /** @param code Default: they are all alike. */
  add(application: string, code = ''): void {
    let counts = this.#counts.get(application);
    if (counts === undefined) {
      counts = new Map();
      this.#counts.set(application, counts);
    }
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }

  /** The application is gone. */
  forget(application: string): void {
    this.#counts.delete(application);
  }

  /** As prom-client gives and adds up counters. */
  family(): Family {
    const values = [...this.#counts].flatMap(([application, counts]) =>
      [...counts].map(([code, value]) => ({
        value,
        labels: code === '' ? { application } : { application, code },
      })),
    );
    return { ...this.#options, type: 'counter', aggregator: 'sum', values };
  }
}
