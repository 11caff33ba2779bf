/**
 * Pending: how many WebSocket handshakes of an application, and of each of its callers, may be under way, waiting for a
 * replica or for its answer. One more is refused with 429. Counts are of this server, all its gateways together.
 */
import { Problem } from '@mooring/contract';
import { Pair } from '../kit/pair.ts';
import type { Call } from './authenticate.ts';
import { callerOf, limitOf } from './limits.ts';
import type { Tables } from './tables.ts';

export class Pending {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** Counts a handshake until the returned handle is disposed. Throws a Problem (TooManyRequests). */
  enter(call: Call): Disposable {
    const { applicationId, settings } = call.route.endpoint;
    const { maxPendingPerCaller, maxPending } = settings;
    const { callers } = this.#tables;
    const own = callers.enter(`pending ${callerOf(call)}`, limitOf(maxPendingPerCaller));
    if (own === undefined)
      throw tooMany(`${maxPendingPerCaller} handshakes of yours are under way, which is the limit.`);
    const all = callers.enter(`pending ${applicationId}`, limitOf(maxPending));
    if (all !== undefined) return new Pair(own, all);
    own[Symbol.dispose]();
    throw tooMany('The application has as many handshakes under way as it may have.');
  }
}

const tooMany = (why: string): Problem =>
  new Problem('TooManyRequests', `${why} Try again shortly.`, { retryAfter: 1 });
