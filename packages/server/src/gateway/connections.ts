/**
 * Connections: everything that is being served right now, live connections and HTTP requests, by replica. It ticks
 * the relays, drains a replica, and ends what is left when its time is up.
 */
import { closeCodes } from '@mooring/contract';
import type { Principal } from '../identity/principal.ts';
import type { Clock, Random } from '../kit/clock.ts';
import type { Directory } from '../directory/directory.ts';
import { Bag, type Place } from '../kit/bag.ts';
import { Pair } from '../kit/pair.ts';
import type { TrafficReport } from '../observe/volume.ts';
import type { Load } from './load.ts';
import { TrafficBook, type Flow } from './traffic.ts';

/** A live connection, as its caller may name it. */
export interface Named {
  readonly connectionId: string;
  readonly caller: Principal;
  /** The same caller, with another token. */
  renew(caller: Principal): void;
  /** Ends it: the caller may not call any more. */
  withdraw(): void;
}

/** One thing being served. */
export interface Served extends Flow {
  /** Of a live connection only. */
  readonly named?: Named;
  /** Of a request only: whose it is. */
  readonly caller?: Principal;
  /** Asks the client to go and come back. A request has no way to be told: it does nothing. */
  close(code: number, reason: string): void;
  destroy(reason: string): void;
  tick(now: number): void;
}

export interface ConnectionsOptions {
  /** True for a caller whose token or key was revoked after it had been let in. Default: nobody. */
  readonly isWithdrawn?: ((caller: Principal) => boolean) | undefined;
  readonly load: Load;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly random: Random;
}

/** Milliseconds between two ticks of the relays. */
const tickInterval = 1_000;
/** What a draining client is told to wait at most before it comes back, in milliseconds. */
const maxRetryAfter = 1_000;

class Entry implements Disposable {
  readonly served: Served;
  /** It came since the last tick, or its caller did: that one may have been revoked while it was on its way. */
  isFresh = true;
  readonly #book: TrafficBook;
  readonly #place: Place<Entry>;

  constructor(served: Served, { entries, book }: { entries: Bag<Entry>; book: TrafficBook }) {
    this.served = served;
    this.#book = book;
    this.#place = entries.add(this);
  }

  get isOver(): boolean {
    return this.#place.hasLeft;
  }

  [Symbol.dispose](): void {
    if (this.isOver) return;
    this.#place[Symbol.dispose]();
    this.#book.add(this.served);
  }
}

/** How a replica is emptied. Seconds, counted from the beginning of the drain unless it says otherwise. */
export interface DrainPlan {
  /** Until its connections are sent away. */
  readonly after: number;
  /** Over which they are sent away, from then on. */
  readonly spread: number;
  /** Until requests that are still under way are cut. */
  readonly requests: number;
  /** Until connections that are still there are cut, counted from the last close. */
  readonly closes: number;
}

/** A drain under way; milliseconds since the epoch. */
interface Drain {
  /** From then on whoever is still there, or comes, is sent away at once. */
  readonly end: number;
  readonly cutRequests: number;
  readonly cutConnections: number;
}

export class Connections implements Disposable {
  readonly #options: ConnectionsOptions;
  readonly #entries = new Bag<Entry>();
  /** By replica. */
  readonly #drains = new Map<string, Drain>();
  readonly #book = new TrafficBook();
  readonly #watch: Disposable;
  readonly #timer: NodeJS.Timeout;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#watch = options.directory.watch((id, endpoint) => this.#book.follow(id, endpoint));
    this.#timer = setInterval(() => this.tick(), tickInterval).unref();
  }

  /** Counts it until the returned handle is disposed. */
  add(served: Served): Disposable {
    const entry = new Entry(served, { entries: this.#entries, book: this.#book });
    const { replicaId, applicationId } = served;
    if (served.kind === 'request') return entry;
    return new Pair(entry, this.#options.load.hold(replicaId, applicationId));
  }

  /** The live connection of that name. */
  find(connectionId: string): (Named & Pick<Served, 'applicationId'>) | undefined {
    for (const entry of this.#entries) {
      const { named, applicationId } = entry.served;
      if (named?.connectionId !== connectionId) continue;
      const renew = (caller: Principal): void => {
        named.renew(caller);
        entry.isFresh = true;
      };
      return { connectionId, applicationId, caller: named.caller, renew, withdraw: () => named.withdraw() };
    }
    return undefined;
  }

  /** What has gone through, and what is being served now. */
  traffic(): TrafficReport {
    return this.#book.report([...this.#entries].map(({ served }) => served));
  }

  /** Ends what is served to callers whose access has been withdrawn; called after each change of who may call. */
  withdraw(): void {
    for (const { served } of this.#entries) this.#withdraw(served);
  }

  tick(): void {
    const now = this.#options.clock.now();
    for (const entry of this.#entries) {
      const { served, isFresh } = entry;
      entry.isFresh = false;
      if (isFresh) this.#withdraw(served);
      served.tick(now);
      const drain = this.#drains.get(served.replicaId);
      if (drain === undefined) continue;
      // What came after a drain had begun, by a choice or a handshake that was under way, has its turn at the end.
      if (now >= drain.end) this.#sendAway(served);
      const cut = served.kind === 'request' ? drain.cutRequests : drain.cutConnections;
      if (now >= cut) served.destroy('the drain took too long');
    }
  }

  /**
   * Empties a replica that takes no arrivals any more: its connections are sent away with 1012, its requests may
   * finish. Resolves when nothing is left, which may be at once. Asked again, whatever comes first of the two holds.
   */
  async drain(replicaId: string, plan: DrainPlan): Promise<void> {
    const { load, clock } = this.#options;
    this.#drains.set(replicaId, earliest(scheduleOf(plan, clock.now()), this.#drains.get(replicaId)));
    const timers: NodeJS.Timeout[] = [];
    const begin = (): void => {
      const there = this.#of(replicaId);
      for (const [index, entry] of there.entries()) {
        const delay = ((index + this.#fraction()) / there.length) * plan.spread * 1000;
        timers.push(setTimeout(() => !entry.isOver && this.#sendAway(entry.served), delay));
      }
    };
    if (plan.after === 0) begin();
    else timers.push(setTimeout(begin, plan.after * 1000));
    await load.idle(replicaId);
    timers.forEach((timer) => clearTimeout(timer));
    this.#drains.delete(replicaId);
  }

  /** Drains all replicas within `grace` seconds; then nothing is left. */
  async drainAll({ grace }: { grace: number }): Promise<void> {
    const timer = setTimeout(() => this.#end('the server is stopping'), grace * 1000);
    const replicas = new Set([...this.#entries].map(({ served }) => served.replicaId));
    const plan = { after: 0, spread: grace / 4, requests: Infinity, closes: Infinity };
    await Promise.all([...replicas].map((replicaId) => this.drain(replicaId, plan)));
    clearTimeout(timer);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#watch[Symbol.dispose]();
    this.#end('the server has stopped');
  }

  #withdraw(served: Served): void {
    const caller = served.named?.caller ?? served.caller;
    if (caller === undefined || !this.#options.isWithdrawn?.(caller)) return;
    if (served.named) served.named.withdraw();
    else served.destroy('access was withdrawn');
  }

  #of(replicaId: string): Entry[] {
    return [...this.#entries].filter(({ served }) => served.replicaId === replicaId);
  }

  #sendAway(served: Served): void {
    const retryAfterMs = Math.round(this.#fraction() * maxRetryAfter);
    served.close(closeCodes.serviceRestart, JSON.stringify({ retryAfterMs }));
  }

  #end(reason: string): void {
    for (const { served } of this.#entries) served.destroy(reason);
  }

  #fraction(): number {
    return (this.#options.random(1)[0] ?? 0) / 256;
  }
}

function scheduleOf({ after, spread, requests, closes }: DrainPlan, now: number): Drain {
  const end = now + (after + spread) * 1000;
  return { end, cutRequests: now + requests * 1000, cutConnections: end + closes * 1000 };
}

function earliest(one: Drain, other: Drain | undefined): Drain {
  if (other === undefined) return one;
  return {
    end: Math.min(one.end, other.end),
    cutRequests: Math.min(one.cutRequests, other.cutRequests),
    cutConnections: Math.min(one.cutConnections, other.cutConnections),
  };
}
