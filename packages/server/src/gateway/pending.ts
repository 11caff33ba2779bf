/**
 * Pending: how many WebSocket handshakes of an application, and of each of its callers, may be under way, waiting for a
 * replica or for its answer. One more is refused with 429. Counts are of this gateway.
 */
import { Problem } from '@mooring/contract';
import type { Call } from './authenticate.ts';
import { callerOf } from './limits.ts';

export class Pending {
  /** Of those of whom there are any. */
  readonly #counts = new Map<string, number>();

  /** Counts a handshake until the returned handle is disposed. Throws a Problem (TooManyRequests). */
  enter(call: Call): Disposable {
    const { applicationId, settings } = call.route.endpoint;
    const caller = callerOf(call);
    if (this.#isFull(caller, settings.maxPendingPerCaller))
      throw tooMany(`${settings.maxPendingPerCaller} handshakes of yours are under way, which is the limit.`);
    if (this.#isFull(applicationId, settings.maxPending))
      throw tooMany('The application has as many handshakes under way as it may have.');
    const keys = [caller, applicationId];
    for (const key of keys) this.#add(key, 1);
    return {
      [Symbol.dispose]: () => {
        for (const key of keys) this.#add(key, -1);
      },
    };
  }

  #isFull(key: string, limit: number): boolean {
    return limit > 0 && (this.#counts.get(key) ?? 0) >= limit;
  }

  #add(key: string, change: number): void {
    const count = (this.#counts.get(key) ?? 0) + change;
    if (count === 0) this.#counts.delete(key);
    else this.#counts.set(key, count);
  }
}

const tooMany = (why: string): Problem =>
  new Problem('TooManyRequests', `${why} Try again shortly.`, { retryAfter: 1 });
