/**
 * Knocks: arrivals that wait at other nodes for an application that has no replica, or too few. A follower tells while
 * they wait; the node that leads takes a notice for true for a few seconds.
 */
import { noDemand, type Demand, type DemandPort } from '../directory/demand.ts';
import { pauseFor } from '../kit/pause.ts';
import type { Log } from '../observe/log.ts';
import type { Store } from '../store/index.ts';

/** Milliseconds between two notices, and for which one is believed. */
const every = 1000;
const validity = 3000;

export interface BellOptions {
  readonly store: Pick<Store, 'announce'>;
  /** What is asked here. */
  readonly demand: DemandPort;
  readonly log: Log;
}

/** Tells the node that leads of everybody who waits here, until it is disposed of. */
export class Bell implements Disposable {
  readonly #options: BellOptions;
  readonly #life = new AbortController();
  readonly #ringing = new Set<string>();
  readonly #watch: Disposable;

  constructor(options: BellOptions) {
    this.#options = options;
    this.#watch = options.demand.watch((applicationId) => {
      if (!this.#ringing.has(applicationId)) void this.#ring(applicationId);
    });
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
    this.#life.abort();
  }

  async #ring(id: string): Promise<void> {
    const { store, demand, log } = this.#options;
    this.#ringing.add(id);
    do {
      const count = demand.of(id).waiting;
      if (count === 0) break;
      await store.announce({ kind: 'demand', id, count }).catch((error: unknown) => {
        log.warn(
          { err: error, applicationId: id },
          'the node that leads could not be told of who waits here',
        );
      });
    } while (await pauseFor(every, this.#life.signal));
    this.#ringing.delete(id);
  }
}

interface Waiting {
  count: number;
  busy: number;
  /** Milliseconds up to which `busy` counts. */
  since: number;
  until: number;
}

/** What the notices of other nodes say, until it is disposed of. Of several nodes the latest one counts. */
export class Knocks implements DemandPort, Disposable {
  readonly #waiting = new Map<string, Waiting>();
  readonly #listeners = new Set<(applicationId: string) => void>();
  readonly #now: () => number;
  readonly #watch: Disposable;

  /** @param now milliseconds that only go forward */
  constructor(store: Pick<Store, 'changes'>, now: () => number) {
    this.#now = now;
    this.#watch = store.changes.watch(({ kind, id, count = 1 }) => {
      if (kind === 'demand') this.#hear(id, count);
    });
  }

  of(applicationId: string): Demand {
    const waiting = this.#waiting.get(applicationId);
    if (waiting === undefined) return noDemand;
    this.#count(waiting);
    const isCurrent = this.#now() < waiting.until;
    return { ...noDemand, waiting: isCurrent ? waiting.count : 0, busy: waiting.busy };
  }

  watch(listener: (applicationId: string) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
  }

  #hear(applicationId: string, count: number): void {
    const now = this.#now();
    const waiting = this.#waiting.get(applicationId) ?? { count: 0, busy: 0, since: now, until: now };
    this.#count(waiting);
    this.#waiting.set(applicationId, Object.assign(waiting, { count, since: now, until: now + validity }));
    for (const listener of this.#listeners) listener(applicationId);
  }

  #count(waiting: Waiting): void {
    const to = Math.min(this.#now(), waiting.until);
    waiting.busy += waiting.count * Math.max(0, to - waiting.since);
    waiting.since = Math.max(waiting.since, to);
  }
}
