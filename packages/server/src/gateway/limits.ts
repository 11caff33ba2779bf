/**
 * Limits: how many live connections an application and each of its callers may hold, and how fast a caller may open
 * them. A refusal is a 429 that says when to come back. Counts are of this server.
 */
import { Problem, type ApplicationSettings } from '@mooring/contract';
import type { Clock } from '../kit/clock.ts';
import type { Call } from './authenticate.ts';

/** What one caller, or one application, holds and has left. */
interface Account {
  connections: number;
  /** Handshakes that may still come at once. */
  credit: number;
  /** When the credit was reckoned, in milliseconds since the epoch. */
  since: number;
}

/** Accounts looked at, for being over, whenever one is opened. */
const sweep = 4;

export class Limits {
  readonly #clock: Clock;
  readonly #accounts = new Map<string, Account>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a connection until the returned handle is disposed. Throws a Problem (TooManyRequests). */
  enter(call: Call): Disposable {
    const { applicationId, settings } = call.route.endpoint;
    const caller = this.#account(callerOf(call));
    const application = this.#account(applicationId);
    this.#spend(caller, settings.handshakeRate);
    if (isFull(caller, settings.maxConnectionsPerCaller))
      throw tooMany(`You hold ${caller.connections} connections, which is the limit.`);
    if (isFull(application, settings.maxConnections))
      throw tooMany('The application has as many connections as it may have.');
    for (const account of [caller, application]) account.connections += 1;
    return {
      [Symbol.dispose]: () => {
        for (const account of [caller, application]) account.connections -= 1;
      },
    };
  }

  #account(key: string): Account {
    this.#forgetSome();
    const account = this.#accounts.get(key) ?? { connections: 0, credit: Infinity, since: this.#clock.now() };
    // Back to the end: who has been quiet for long comes first.
    this.#accounts.delete(key);
    this.#accounts.set(key, account);
    return account;
  }

  /** An account whose connections have ended, and whose credit is whole again, is like one that was never opened. */
  #forgetSome(): void {
    const before = this.#clock.now() - 1000;
    let left = sweep;
    for (const [key, { connections, since }] of this.#accounts) {
      if (left-- === 0) return;
      if (connections === 0 && since < before) this.#accounts.delete(key);
    }
  }

  /** The credit is one second's handshakes at most. */
  #spend(account: Account, rate: ApplicationSettings['handshakeRate']): void {
    const now = this.#clock.now();
    const earned = rate === 0 ? Infinity : ((now - account.since) / 1000) * rate;
    account.credit = Math.min(rate === 0 ? Infinity : rate, account.credit + earned);
    account.since = now;
    if (account.credit < 1) throw tooMany(`You may open ${rate} connections a second.`);
    account.credit -= 1;
  }
}

const isFull = ({ connections }: Account, limit: number): boolean => limit > 0 && connections >= limit;

/** Whoever is nobody is told by the address. */
export function callerOf({ route, principal, arrival }: Call): string {
  const { applicationId } = route.endpoint;
  if (principal.kind === 'anonymous') return JSON.stringify([applicationId, arrival.peer.address]);
  return JSON.stringify([applicationId, principal.issuer, principal.subject, principal.clientId]);
}

const tooMany = (why: string): Problem =>
  new Problem('TooManyRequests', `${why} Close some, or try again shortly.`, { retryAfter: 1 });
