/**
 * Seconds: how long things took, by application, as a histogram of Prometheus. Each request observes two, so that they
 * are counted in an array; prom-client would look all labels up again each time.
 */
import type { Family } from './arrivals.ts';

interface Observed {
  /** By bucket, the last one above all bounds. */
  readonly counts: number[];
  sum: number;
}

export interface SecondsOptions {
  readonly name: string;
  readonly help: string;
  /** Upper bounds of the buckets, ascending. */
  readonly bounds: readonly number[];
}

export class Seconds {
  readonly #options: SecondsOptions;
  readonly #observed = new Map<string, Observed>();

  constructor(options: SecondsOptions) {
    this.#options = options;
  }

  observe(application: string, seconds: number): void {
    const { bounds } = this.#options;
    let observed = this.#observed.get(application);
    if (observed === undefined) {
      observed = { counts: [0, ...bounds.map(() => 0)], sum: 0 };
      this.#observed.set(application, observed);
    }
    let bucket = 0;
    while (bucket < bounds.length && seconds > (bounds[bucket] ?? 0)) bucket += 1;
    observed.counts[bucket] = (observed.counts[bucket] ?? 0) + 1;
    observed.sum += seconds;
  }

  /** The application is gone. */
  forget(application: string): void {
    this.#observed.delete(application);
  }

  /** As prom-client gives and adds up histograms. */
  family(): Family {
    const { name, help } = this.#options;
    const values = [...this.#observed].flatMap(([application, observed]) =>
      this.#values(application, observed),
    );
    return { name, help, type: 'histogram', aggregator: 'sum', values };
  }

  #values(application: string, { counts, sum }: Observed): Value[] {
    const { name, bounds } = this.#options;
    let count = 0;
    const buckets = counts.map((own, index) => {
      count += own;
      const labels = { le: bounds[index] ?? '+Inf', application };
      return { labels, value: count, metricName: `${name}_bucket` };
    });
    return [
      ...buckets,
      { labels: { application }, value: sum, metricName: `${name}_sum` },
      { labels: { application }, value: count, metricName: `${name}_count` },
    ];
  }
}

type Value = Family['values'][number] & { readonly metricName: string };
