/** Load: what each replica is serving and what each application is asked for, and who waits for that to change. */
import { noDemand, type Demand, type DemandPort } from '../directory/demand.ts';
import { systemClock, type Clock } from '../kit/clock.ts';
import { Tally } from '../kit/tally.ts';

interface Asked {
  readonly inFlight: Tally;
  readonly waiting: Tally;
  arrivals: number;
}

export class Load implements DemandPort {
  readonly #clock: Clock;
  readonly #counts = new Map<string, number>();
  readonly #idle = new Map<string, Set<() => void>>();
  readonly #asked = new Map<string, Asked>();
  readonly #knocks = new Set<(applicationId: string) => void>();
  readonly #releases = new Set<(applicationId: string) => void>();

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Requests and connections at a replica. */
  at(replicaId: string): number {
    return this.#counts.get(replicaId) ?? 0;
  }

  of(applicationId: string): Demand {
    const asked = this.#asked.get(applicationId);
    if (asked === undefined) return noDemand;
    const { inFlight, waiting, arrivals } = asked;
    return {
      inFlight: inFlight.now,
      waiting: waiting.now,
      arrivals,
      busy: inFlight.busy + waiting.busy,
    };
  }

  /** Counts an arrival, before it takes a replica or waits. */
  arrive(applicationId: string): void {
    this.#of(applicationId).arrivals += 1;
  }

  /** One more at the replica until the returned handle is disposed. */
  take(replicaId: string, applicationId: string): Disposable {
    const seat = this.#of(applicationId).inFlight.enter();
    this.#counts.set(replicaId, this.at(replicaId) + 1);
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        seat[Symbol.dispose]();
        this.#release(replicaId);
        for (const listener of this.#releases) listener(applicationId);
      },
    };
  }

  /** One more that waits until the returned handle is disposed. */
  wait(applicationId: string): Disposable {
    const waits = this.#of(applicationId).waiting.enter();
    for (const listener of this.#knocks) listener(applicationId);
    return waits;
  }

  watch(listener: (applicationId: string) => void): Disposable {
    this.#knocks.add(listener);
    return { [Symbol.dispose]: () => void this.#knocks.delete(listener) };
  }

  /** Calls the listener whenever a replica of an application has one less, until the returned handle is disposed. */
  watchReleases(listener: (applicationId: string) => void): Disposable {
    this.#releases.add(listener);
    return { [Symbol.dispose]: () => void this.#releases.delete(listener) };
  }

  /** The application is gone: its counts are not asked for any more. */
  forget(applicationId: string): void {
    this.#asked.delete(applicationId);
  }

  /** Resolves when the replica serves nothing. */
  async idle(replicaId: string): Promise<void> {
    if (this.at(replicaId) === 0) return;
    await new Promise<void>((resolve) => {
      const waiters = this.#idle.get(replicaId) ?? new Set();
      this.#idle.set(replicaId, waiters.add(resolve));
    });
  }

  #of(applicationId: string): Asked {
    const known = this.#asked.get(applicationId);
    if (known !== undefined) return known;
    const asked = { inFlight: new Tally(this.#clock), waiting: new Tally(this.#clock), arrivals: 0 };
    this.#asked.set(applicationId, asked);
    return asked;
  }

  #release(replicaId: string): void {
    const left = this.at(replicaId) - 1;
    if (left > 0) {
      this.#counts.set(replicaId, left);
      return;
    }
    this.#counts.delete(replicaId);
    for (const resolve of this.#idle.get(replicaId) ?? []) resolve();
    this.#idle.delete(replicaId);
  }
}
