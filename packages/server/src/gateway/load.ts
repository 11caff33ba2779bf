/**
 * Load: what each replica is serving and what each application is asked for, in all gateways of a server, and who
 * waits for that to change.
 */
import type { Demand, DemandPort } from '../directory/demand.ts';
import { systemClock } from '../kit/clock.ts';
import { Lru } from '../kit/lru.ts';
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
    const inFlight = applications.read(keysOf(applicationId).inFlight);
    const waiting = applications.read(keysOf(applicationId).waiting);
    const { total: arrivals } = applications.read(keysOf(applicationId).arrivals);
    return { inFlight: inFlight.now, waiting: waiting.now, arrivals, busy: inFlight.busy + waiting.busy };
  }

  /** Live connections of an application, or of one replica. */
  connections(id: string): number {
    const { applications, replicas } = this.#tables;
    return applications.at(keysOf(id).connections) || replicas.at(keysOf(id).connections);
  }

  /** Counts an arrival, before it takes a replica or waits. */
  arrive(applicationId: string): void {
    this.#tables.applications.pass(keysOf(applicationId).arrivals);
  }

  /** One more at the replica until the returned handle is disposed. Undefined: it has `limit`. Default: no limit. */
  take(replicaId: string, applicationId: string, limit?: number): Disposable | undefined {
    const at = this.#tables.replicas.enter(replicaId, limit);
    if (at === undefined) return undefined;
    const inFlight = this.#tables.applications.enter(keysOf(applicationId).inFlight) ?? nothing;
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
      applications.enter(keysOf(applicationId).connections) ?? nothing,
      replicas.enter(keysOf(replicaId).connections) ?? nothing,
    );
  }

  /** One more that waits until the returned handle is disposed. */
  wait(applicationId: string): Disposable {
    const waits = this.#tables.applications.enter(keysOf(applicationId).waiting);
    this.knock(applicationId);
    return waits ?? nothing;
  }

  /** Tells those who watch that somebody has begun to wait. */
  knock(applicationId: string): void {
    for (const listener of this.#knocks) listener(applicationId);
  }

  /** Says since when whoever is next here has waited; undefined: nobody does. Milliseconds of the system. */
  next(applicationId: string, since: number | undefined): void {
    this.#tables.applications.mark(keysOf(applicationId).waiting, since ?? 0);
  }

  /** Since when whoever is next, at any gateway, has waited. Undefined: nobody does. */
  first(applicationId: string): number | undefined {
    return this.#tables.applications.least(keysOf(applicationId).waiting)?.value;
  }

  /** Lets the gateway at which somebody is next try. */
  passOn(applicationId: string): void {
    const first = this.#tables.applications.least(keysOf(applicationId).waiting);
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
    for (const key of Object.values(keysOf(applicationId))) this.#tables.applications.forget(key);
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
interface Keys {
  readonly inFlight: string;
  readonly waiting: string;
  readonly arrivals: string;
  readonly connections: string;
  readonly places: string;
}

/** Kept: every request needs some of them. */
const known = new Lru<string, Keys>(4096);

function keysOf(id: string): Keys {
  const kept = known.get(id);
  if (kept !== undefined) return kept;
  const made = {
    inFlight: `${id} in flight`,
    waiting: `${id} waiting`,
    arrivals: `${id} arrivals`,
    connections: `${id} connections`,
    places: `${id} places`,
  };
  known.set(id, made);
  return made;
}

/** Of the connections that an application may have. */
export const placesOf = (applicationId: string): string => keysOf(applicationId).places;
