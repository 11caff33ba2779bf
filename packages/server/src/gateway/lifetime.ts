/** Lifetime: what the clock says of an open connection: its token has ended, nobody talks, somebody does not read. */
import { closeCodes, type ApplicationSettings } from '@mooring/contract';
import type { Leg } from './leg.ts';

export interface LifetimeOptions {
  readonly client: Leg;
  readonly replica: Leg;
  readonly settings: Pick<ApplicationSettings, 'idleTimeout' | 'tokenGrace' | 'tokenExpiry' | 'slowReader'>;
  /** When the connection was opened, in milliseconds since the epoch. */
  readonly since: number;
  readonly expiresAt: number | undefined;
}

/** Why a connection is to be closed. */
export interface Due {
  readonly code: number;
  readonly reason: string;
}

export class Lifetime {
  /** When the caller's token ends, in milliseconds since the epoch. Undefined: never. */
  expiresAt: number | undefined;
  readonly #options: LifetimeOptions;
  #lastMessages = 0;
  #wasInside = false;
  #lastActivity: number;

  constructor(options: LifetimeOptions) {
    this.#options = options;
    this.#lastActivity = options.since;
    this.expiresAt = options.expiresAt;
  }

  /** Undefined: it may go on. Looked at about once a second. */
  due(now: number): Due | undefined {
    const { client, replica, settings } = this.#options;
    if (this.#isExpired(now)) return { code: closeCodes.unauthorized, reason: 'the token has expired' };
    if (this.#isIdle(now))
      return { code: closeCodes.timeout, reason: `no message for ${settings.idleTimeout} s` };
    const slow = this.#isSlow(client, now) ? client : this.#isSlow(replica, now) ? replica : undefined;
    return (
      slow && {
        code: closeCodes.tryAgainLater,
        reason: `the ${slow.side} reads too slowly: nothing could be sent to it for ${settings.slowReader} s`,
      }
    );
  }

  #isExpired(now: number): boolean {
    const { tokenExpiry, tokenGrace } = this.#options.settings;
    if (this.expiresAt === undefined || tokenExpiry === 'ignore') return false;
    return now >= this.expiresAt + tokenGrace * 1000;
  }

  #isIdle(now: number): boolean {
    const { client, replica, settings } = this.#options;
    const messages = client.scanner.messages + replica.scanner.messages;
    const isInside = !client.scanner.atBoundary || !replica.scanner.atBoundary;
    // One that is under way has as long as a pause may be.
    if (messages !== this.#lastMessages || (isInside && !this.#wasInside)) this.#lastActivity = now;
    this.#lastMessages = messages;
    this.#wasInside = isInside;
    return now - this.#lastActivity >= settings.idleTimeout * 1000;
  }

  #isSlow({ stalledSince }: Leg, now: number): boolean {
    return stalledSince !== undefined && now - stalledSince >= this.#options.settings.slowReader * 1000;
  }
}
