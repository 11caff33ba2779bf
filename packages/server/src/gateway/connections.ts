/**
 * Connections: everything that is being served right now, live connections and HTTP requests, by replica. It ticks
 * the relays, drains a replica, and ends what is left when its time is up.
 */
import { closeCodes } from '@mooring/contract';
import type { Clock, Random } from '../kit/clock.ts';
import type { Load } from './load.ts';

/** One thing being served. */
export interface Served {
  readonly kind: 'connection' | 'request';
  readonly applicationId: string;
  readonly replicaId: string;
  /** Asks the client to go and come back. A request has no way to be told: it does nothing. */
  close(code: number, reason: string): void;
  destroy(reason: string): void;
  tick(now: number): void;
}

export interface ConnectionsOptions {
  readonly load: Load;
  readonly clock: Clock;
  readonly random: Random;
}

/** Milliseconds between two ticks of the relays. */
const tickInterval = 1_000;
/** What a draining client is told to wait at most before it comes back, in milliseconds. */
const maxRetryAfter = 1_000;
/** How long after the last close of a drain what is left is ended, in milliseconds. */
const drainLimit = 5_000;

export class Connections implements Disposable {
  readonly #options: ConnectionsOptions;
  readonly #served = new Set<Served>();
  /** When the spread of a replica's drain ends, in milliseconds since the epoch. */
  readonly #drains = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.tick(), tickInterval).unref();
  }

  /** Counts it until the returned handle is disposed. */
  add(served: Served): Disposable {
    this.#served.add(served);
    return { [Symbol.dispose]: () => void this.#served.delete(served) };
  }

  /** Live connections of an application, or of one replica. */
  count(id: string): number {
    let count = 0;
    for (const { kind, applicationId, replicaId } of this.#served) {
      if (kind === 'connection' && (applicationId === id || replicaId === id)) count += 1;
    }
    return count;
  }

  tick(): void {
    const now = this.#options.clock.now();
    for (const served of this.#served) {
      served.tick(now);
      const end = this.#drains.get(served.replicaId);
      // What came after a drain had begun, by a choice or a handshake that was under way, has its turn at the end.
      if (end !== undefined && now >= end) this.#sendAway(served);
      if (end !== undefined && now >= end + drainLimit) served.destroy('the drain took too long');
    }
  }

  /**
   * Sends every connection of a replica away with 1012, spread over `spread` seconds; requests may finish. What is
   * left 5 s after that is ended. Resolves when nothing is left.
   */
  async drain(replicaId: string, { spread }: { spread: number }): Promise<void> {
    const milliseconds = spread * 1000;
    const end = this.#options.clock.now() + milliseconds;
    this.#drains.set(replicaId, Math.min(end, this.#drains.get(replicaId) ?? end));
    const timers = this.#of(replicaId).map((served, index, all) => {
      const delay = ((index + this.#fraction()) / all.length) * milliseconds;
      return setTimeout(() => this.#sendAway(served), delay);
    });
    await this.#options.load.idle(replicaId);
    timers.forEach((timer) => clearTimeout(timer));
    this.#drains.delete(replicaId);
  }

  /** Drains all replicas within `grace` seconds; then nothing is left. */
  async drainAll({ grace }: { grace: number }): Promise<void> {
    const timer = setTimeout(() => this.#end('the server is stopping'), grace * 1000);
    const replicas = new Set([...this.#served].map((served) => served.replicaId));
    await Promise.all([...replicas].map((replicaId) => this.drain(replicaId, { spread: grace / 4 })));
    clearTimeout(timer);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#end('the server has stopped');
  }

  #of(replicaId: string): Served[] {
    return [...this.#served].filter((served) => served.replicaId === replicaId);
  }

  #sendAway(served: Served): void {
    const retryAfterMs = Math.round(this.#fraction() * maxRetryAfter);
    served.close(closeCodes.serviceRestart, JSON.stringify({ retryAfterMs }));
  }

  #end(reason: string): void {
    for (const served of this.#served) served.destroy(reason);
  }

  #fraction(): number {
    return (this.#options.random(1)[0] ?? 0) / 256;
  }
}
