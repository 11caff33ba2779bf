/**
 * The keys of one foreign issuer: fetched by one caller at a time, kept, fetched again when a key is missing
 * or the set has grown old, and kept when the issuer is away. Nothing that a token holds can make it fetch
 * more often than the pause allows.
 */
import { Problem } from '@mooring/contract';
import type { Clock } from '../../kit/clock.ts';
import type { Log } from '../../observe/log.ts';
import type { Issuer } from './discover.ts';
import { createKeySet, type FindKeys } from './key-set.ts';
import { until } from './until.ts';

/** One state of an issuer's keys. A new object whenever they were fetched anew. */
export interface Keys {
  /** Values of `iss` that go with these keys, without a trailing slash. */
  readonly names: readonly string[];
  readonly find: FindKeys;
}

/** Times in milliseconds. */
export interface KeyTimes {
  /** Between two fetches for the sake of an unknown key, and after a failed one. Default 30 s. */
  readonly pause: number;
  /** After a failed fetch while there are no keys at all. Default 5 s. */
  readonly pauseWithoutKeys: number;
  /** Keys older than this are fetched anew while the old ones serve. Default 10 min. */
  readonly fresh: number;
  /** For keys older than this a caller waits for the new ones; it gets the old ones if that fails. Default 1 h. */
  readonly stale: number;
}

export const keyTimes: KeyTimes = {
  pause: 30_000,
  pauseWithoutKeys: 5_000,
  fresh: 600_000,
  stale: 3_600_000,
};

export interface KeysOptions {
  /** Base URL of the issuer; for the log. */
  readonly domainUrl: string;
  readonly load: () => Promise<Issuer>;
  readonly clock: Clock;
  readonly log: Log;
  readonly times: KeyTimes;
}

export class IssuerKeys {
  readonly #options: KeysOptions;
  #keys: Keys | undefined;
  #fetchedAt = 0;
  /** Earliest times of the next fetch, and of the next one for the sake of an unknown key. */
  #fetchFrom = 0;
  #renewFrom = 0;
  #flight: Promise<void> | undefined;

  constructor(options: KeysOptions) {
    this.#options = options;
  }

  /** The keys while they need not be waited for. */
  get kept(): Keys | undefined {
    const age = this.#now() - this.#fetchedAt;
    if (!this.#keys || age > this.#options.times.stale) return undefined;
    if (age > this.#options.times.fresh) void this.#refresh();
    return this.#keys;
  }

  /** The keys, fetched when there are none. Throws a Problem ServiceUnavailable when they cannot be had. */
  async current({ signal }: { signal: AbortSignal }): Promise<Keys> {
    const { kept } = this;
    if (kept) return kept;
    await until(this.#refresh(), signal);
    return this.#keys ?? this.#refuse();
  }

  /** The keys after another look at the issuer, or the same object when it is too early for one or it is away. */
  async renewed({ signal }: { signal: AbortSignal }): Promise<Keys> {
    if (!this.#flight && this.#now() >= this.#renewFrom) {
      this.#renewFrom = this.#now() + this.#options.times.pause;
      void this.#refresh();
    }
    if (this.#flight) await until(this.#flight, signal);
    return this.#keys ?? this.#refuse();
  }

  /** Never rejects. */
  #refresh(): Promise<void> {
    if (this.#flight) return this.#flight;
    if (this.#now() < this.#fetchFrom) return Promise.resolve();
    this.#flight = this.#fetch().finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }

  async #fetch(): Promise<void> {
    const { domainUrl, load, log, times } = this.#options;
    try {
      const { names, jwks } = await load();
      this.#keys = { names, find: createKeySet(jwks) };
      this.#fetchedAt = this.#now();
      log.debug({ issuer: domainUrl, keys: jwks.keys.length }, 'fetched the keys of an issuer');
    } catch (error) {
      this.#fetchFrom = this.#now() + (this.#keys ? times.pause : times.pauseWithoutKeys);
      const kept = this.#keys ? 'the last good ones stay in use' : 'its tokens cannot be verified';
      log.warn({ issuer: domainUrl, err: error }, `the keys of an issuer cannot be had; ${kept}`);
    }
  }

  #refuse(): never {
    throw new Problem(
      'ServiceUnavailable',
      'The identity domain of this application cannot be reached, so no token can be verified. Try again later.',
      { retryAfter: Math.max(1, Math.ceil((this.#fetchFrom - this.#now()) / 1000)) },
    );
  }

  #now(): number {
    return this.#options.clock.now();
  }
}
