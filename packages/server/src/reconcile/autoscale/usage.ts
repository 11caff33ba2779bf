/** Usage: what the replicas of an application use of their limits, measured now and then. */
import type { Usage } from '../../runtime/runtime.ts';
import type { Metric } from './policy.ts';

/** Limits of one replica. */
export interface Limits {
  /** Processors. */
  readonly cpus: number;
  /** Bytes. */
  readonly memory: number;
}

/** One that can be asked. */
export interface Metered {
  readonly id: string;
  usage(): Promise<Usage | undefined>;
}

interface Reading {
  readonly at: number;
  readonly cpuSeconds: number;
}

/** Milliseconds after which a measurement is too old. */
const validity = 10_000;

export class Meter {
  readonly #now: () => number;
  #readings = new Map<string, Reading>();
  #latest: { readonly at: number; readonly load: number } | undefined;
  #isReading = false;

  /** @param now milliseconds that only go forward */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Percent of the limit of one replica, for all together. Undefined: not known. */
  get load(): number | undefined {
    if (this.#latest === undefined || this.#now() - this.#latest.at > validity) return undefined;
    return this.#latest.load;
  }

  /** Measures, unless it is at it. Never rejects. */
  async measure(metric: Metric, replicas: readonly Metered[], limits: Limits): Promise<void> {
    if (this.#isReading || (metric !== 'CPU' && metric !== 'MEMORY')) return;
    this.#isReading = true;
    try {
      const readings = new Map<string, Reading>();
      const shares = await Promise.all(
        replicas.map(async (replica) => {
          const usage = await replica.usage();
          if (usage === undefined) return undefined;
          const reading = { at: this.#now(), cpuSeconds: usage.cpuSeconds };
          readings.set(replica.id, reading);
          if (metric === 'MEMORY') return usage.memoryBytes / limits.memory;
          return share(this.#readings.get(replica.id), reading, limits);
        }),
      );
      this.#readings = readings;
      const known = shares.filter((one) => one !== undefined);
      if (known.length === 0) return;
      const average = known.reduce((sum, one) => sum + one, 0) / known.length;
      // Those that are not known yet count as the others do.
      this.#latest = { at: this.#now(), load: average * replicas.length * 100 };
    } finally {
      this.#isReading = false;
    }
  }
}

/** Undefined at the first reading. */
function share(before: Reading | undefined, now: Reading, { cpus }: Limits): number | undefined {
  if (before === undefined || now.at <= before.at) return undefined;
  // It falls when a child of the replica ends.
  const used = Math.max(0, now.cpuSeconds - before.cpuSeconds);
  return used / ((now.at - before.at) / 1000) / cpus;
}
