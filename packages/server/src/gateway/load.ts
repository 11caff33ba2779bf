/**
 * Load: what each replica is serving and what each application is asked for, in all gateways of a server, and who
 * waits for that to change.
 */
import type { Demand, DemandPort } from '../directory/demand.ts';
import { systemClock } from '../kit/clock.ts';
import { Pair } from '../kit/pair.ts';
import { ownTables, type Tables } from './tables.ts';

type Listener = (applicationId: string) => void;

/** Tells the gateway of that row that those who wait there may have a turn. */
export type Nudge = (row: number, applicationId: string) => void;

export interface LoadOptions {
  /** Default: those of a gateway that is alone. */
  readonly tables?: Tables;
  /** Needed where there are several gateways. */
  readonly nudge?: Nudge | undefined;
}

export class Load implements DemandPort {
  readonly #tables: Tables;
  readonly #nudge: Nudge | undefined;
  /** What this gateway has at replicas. */
  readonly #own = new Map<string, number>();
  readonly #idle = new Map<string, Set<() => void>>();
  readonly #knocks = new Set<Listener>();
  readonly #releases = new Set<Listener>();

  constructor({ tables = ownTables(systemClock), nudge }: LoadOptions = {}) {
    this.#tables = tables;
    this.#nudge = nudge;
  }

  /** Requests and connections at a replica. */
  at(replicaId: string): number {
    return this.#tables.replicas.at(replicaId);
  }

  of(applicationId: string): Demand {
    const { applications } = this.#tables;
    const inFlight = applications.read(keys.inFlight(applicationId));
    const waiting = applications.read(keys.waiting(applicationId));
    const { total: arrivals } = applications.read(keys.arrivals(applicationId));
    return { inFlight: inFlight.now, waiting: waiting.now, arrivals, busy: inFlight.busy + waiting.busy };
  }

  /** Live connections of an application, or of one replica. */
  connections(id: string): number {
    const { applications, replicas } = this.#tables;
    return applications.at(keys.connections(id)) || replicas.at(keys.connections(id));
  }

  /** Counts an arrival, before it takes a replica or waits. */
  arrive(applicationId: string): void {
    this.#tables.applications.pass(keys.arrivals(applicationId));
  }

  /** One more at the replica until the returned handle is disposed. Undefined: it has `limit`. Default: no limit. */
  take(replicaId: string, applicationId: string, limit?: number): Disposable | undefined {
    const at = this.#tables.replicas.enter(replicaId, limit);
    if (at === undefined) return undefined;
    const inFlight = this.#tables.applications.enter(keys.inFlight(applicationId)) ?? nothing;
    this.#own.set(replicaId, (this.#own.get(replicaId) ?? 0) + 1);
    return new Taken(this, { replicaId, applicationId, at, inFlight });
  }

  /** One less at the replica: for the handle of `take`. */
  release({ replicaId, applicationId, at, inFlight }: Taking): void {
    inFlight[Symbol.dispose]();
    at[Symbol.dispose]();
    this.#release(replicaId);
    for (const listener of this.#releases) listener(applicationId);
  }

  /** Counts a live connection until the returned handle is disposed. */
  hold(replicaId: string, applicationId: string): Disposable {
    const { applications, replicas } = this.#tables;
    return new Pair(
      applications.enter(keys.connections(applicationId)) ?? nothing,
      replicas.enter(keys.connections(replicaId)) ?? nothing,
    );
  }

  /** One more that waits until the returned handle is disposed. */
  wait(applicationId: string): Disposable {
    const waits = this.#tables.applications.enter(keys.waiting(applicationId));
    this.knock(applicationId);
    return waits ?? nothing;
  }

  /** Tells those who watch that somebody has begun to wait. */
  knock(applicationId: string): void {
    for (const listener of this.#knocks) listener(applicationId);
  }

  /** Says since when whoever is next here has waited; undefined: nobody does. Milliseconds of the system. */
  next(applicationId: string, since: number | undefined): void {
    this.#tables.applications.mark(keys.waiting(applicationId), since ?? 0);
  }

  /** Since when whoever is next, at any gateway, has waited. Undefined: nobody does. */
  first(applicationId: string): number | undefined {
    return this.#tables.applications.least(keys.waiting(applicationId))?.value;
  }

  /** Lets the gateway at which somebody is next try. */
  passOn(applicationId: string): void {
    const first = this.#tables.applications.least(keys.waiting(applicationId));
    if (first !== undefined) this.#nudge?.(first.row, applicationId);
  }

  watch(listener: Listener): Disposable {
    this.#knocks.add(listener);
    return { [Symbol.dispose]: () => void this.#knocks.delete(listener) };
  }

  /** Calls the listener whenever a replica of an application has one less here, until the returned handle is disposed. */
  watchReleases(listener: Listener): Disposable {
    this.#releases.add(listener);
    return { [Symbol.dispose]: () => void this.#releases.delete(listener) };
  }

  /** The application is gone: its counts are not asked for any more. */
  forget(applicationId: string): void {
    for (const keyOf of Object.values(keys)) this.#tables.applications.forget(keyOf(applicationId));
  }

  /** Resolves when the replica serves nothing that came through this gateway. */
  async idle(replicaId: string): Promise<void> {
    if (!this.#own.has(replicaId)) return;
    await new Promise<void>((resolve) => {
      const waiters = this.#idle.get(replicaId) ?? new Set();
      this.#idle.set(replicaId, waiters.add(resolve));
    });
  }

  #release(replicaId: string): void {
    const left = (this.#own.get(replicaId) ?? 0) - 1;
    if (left > 0) {
      this.#own.set(replicaId, left);
      return;
    }
    this.#own.delete(replicaId);
    for (const resolve of this.#idle.get(replicaId) ?? []) resolve();
    this.#idle.delete(replicaId);
  }
}

const nothing: Disposable = { [Symbol.dispose]: () => {} };

/** What one has that is at a replica. */
interface Taking {
  readonly replicaId: string;
  readonly applicationId: string;
  readonly at: Disposable;
  readonly inFlight: Disposable;
}

class Taken implements Disposable {
  readonly #load: Load;
  #taking: Taking | undefined;

  constructor(load: Load, taking: Taking) {
    this.#load = load;
    this.#taking = taking;
  }

  [Symbol.dispose](): void {
    const taking = this.#taking;
    this.#taking = undefined;
    if (taking !== undefined) this.#load.release(taking);
  }
}

/** Under which names an application is counted. */
const keys = {
  inFlight: (id: string) => `${id} in flight`,
  waiting: (id: string) => `${id} waiting`,
  arrivals: (id: string) => `${id} arrivals`,
  connections: (id: string) => `${id} connections`,
  places: (id: string) => `${id} places`,
};

/** Of the connections that an application may have. */
export const placesOf = keys.places;
