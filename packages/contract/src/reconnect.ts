/**
 * Reconnecting: what a client does when a connection has ended, or could not be opened. It is the table of close codes
 * in docs/wire.md as functions.
 */
import { closeCodes } from './close.ts';

/**
 * What follows an end: `never` another connection, one after a growing pause (`backOff`), one after the pause that
 * the reason asks for (`asAsked`), one without a pause (`atOnce`), or one when there is something to say (`onDemand`).
 */
export type Return = 'never' | 'backOff' | 'asAsked' | 'atOnce' | 'onDemand';

const returns: Readonly<Record<number, Return>> = {
  [closeCodes.goingAway]: 'backOff',
  1006: 'backOff',
  [closeCodes.messageTooBig]: 'atOnce',
  [closeCodes.internalError]: 'backOff',
  [closeCodes.serviceRestart]: 'asAsked',
  [closeCodes.tryAgainLater]: 'backOff',
  [closeCodes.unauthorized]: 'atOnce',
  [closeCodes.timeout]: 'onDemand',
};

/** Codes of applications, and those that docs/wire.md does not list, are meant: nobody comes back after them. */
export const returnAfter = (code: number): Return => returns[code] ?? 'never';

const passing = new Set([408, 425, 429, 500, 502, 503, 504]);

/** True for the status of a refusal that another attempt may not meet. */
export const isPassingStatus = (status: number): boolean => passing.has(status);

/** Milliseconds: whoever asks for a longer wait, by a close or by `Retry-After`, is asked again after this one. */
export const longestAsked = 300_000;

/**
 * The wait that the reason of a 1012 asks for, in milliseconds, `longestAsked` at most: `{"retryAfterMs":n}`.
 * Undefined: it asks for none, or for one that is not a number from 0.
 */
export function retryAfterMsOf(reason: string): number | undefined {
  try {
    const parsed: unknown = JSON.parse(reason);
    if (typeof parsed !== 'object' || parsed === null || !('retryAfterMs' in parsed)) return undefined;
    const { retryAfterMs } = parsed;
    if (typeof retryAfterMs !== 'number' || !Number.isFinite(retryAfterMs) || retryAfterMs < 0)
      return undefined;
    return Math.min(retryAfterMs, longestAsked);
  } catch {
    return undefined;
  }
}

/** Milliseconds: the bound of the first pause, and of the longest. */
export const firstBackOff = 1_000;
export const longestBackOff = 30_000;

/**
 * Full jitter: anything up to a bound that doubles with every attempt in a row.
 * @param attempt 0 for the first one
 * @param random from 0 up to 1, not included
 * @returns milliseconds
 */
export function backOff(attempt: number, random: number): number {
  return Math.round(Math.min(longestBackOff, firstBackOff * 2 ** Math.min(attempt, 20)) * random);
}
