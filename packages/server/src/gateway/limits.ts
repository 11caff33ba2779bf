/**
 * Limits: how many live connections an application and each of its callers may hold, and how fast a caller may open
 * them. A refusal is a 429 that says when to come back. Counts are of this server, all its gateways together.
 */
import { Problem } from '@mooring/contract';
import type { Principal } from '../identity/principal.ts';
import { Pair } from '../kit/pair.ts';
import type { Call } from './authenticate.ts';
import { placesOf } from './load.ts';
import type { Tables } from './tables.ts';

export class Limits {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** Counts a connection until the returned handle is disposed. Throws a Problem (TooManyRequests). */
  enter(call: Call): Disposable {
    const { applicationId, settings } = call.route.endpoint;
    const { handshakeRate: rate, maxConnectionsPerCaller, maxConnections } = settings;
    const { callers, applications } = this.#tables;
    const caller = callerOf(call);
    if (rate > 0 && !callers.spend(caller, rate))
      throw tooMany(`You may open ${rate} connections a second. Try again shortly.`);
    const own = callers.enter(caller, limitOf(maxConnectionsPerCaller));
    if (own === undefined)
      throw tooMany(
        `You hold ${callers.at(caller)} connections, which is the limit. Close some, or try again shortly.`,
      );
    const all = applications.enter(placesOf(applicationId), limitOf(maxConnections));
    if (all !== undefined) return new Pair(own, all);
    own[Symbol.dispose]();
    throw tooMany('The application has as many connections as it may have. Try again shortly.');
  }
}

/** 0 is no limit. */
export const limitOf = (limit: number): number => (limit === 0 ? Infinity : limit);

/** Of each caller the name at the application that it called last. */
const names = new WeakMap<Principal, { readonly applicationId: string; readonly name: string }>();

/** Whoever is nobody is told by the address. */
export function callerOf({ route, principal, arrival }: Call): string {
  const { applicationId } = route.endpoint;
  if (principal.kind === 'anonymous') return JSON.stringify([applicationId, arrival.peer.address]);
  const last = names.get(principal);
  if (last?.applicationId === applicationId) return last.name;
  const name = JSON.stringify([applicationId, principal.issuer, principal.subject, principal.clientId]);
  names.set(principal, { applicationId, name });
  return name;
}

const tooMany = (why: string): Problem => new Problem('TooManyRequests', why, { retryAfter: 1 });
