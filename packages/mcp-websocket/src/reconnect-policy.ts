/**
 * Reconnect policy: which end of a connection is followed by another attempt, and when. It is the table of close
 * codes in docs/wire.md as a function, with full jitter in between.
 */
import { closeCodes, type Closing } from './closing.ts';
import { HandshakeError } from './dial.ts';

/** How long an attempt is put off at the most, in milliseconds: it doubles from `first` to `longest`. */
export interface Backoff {
  /** Default 1,000. */
  readonly first: number;
  /** Default 30,000. */
  readonly longest: number;
}

export const defaultBackoff: Backoff = { first: 1_000, longest: 30_000 };

/** Milliseconds: whoever asks for a longer wait, by a close or by `Retry-After`, is asked again after this one. */
export const longestAsked = 300_000;

/** 1005: the peer gave no code; 1006: it went without a close; 1011: it failed; 3000: the token ended. */
const passing = new Set<number>([
  closeCodes.goingAway,
  1005,
  1006,
  1011,
  closeCodes.serviceRestart,
  closeCodes.tryAgainLater,
  3000,
  closeCodes.timeout,
]);

/** False for ends that another connection would meet again, and for those that were meant. */
export function isPassing({ code, by }: Closing): boolean {
  return passing.has(code) && (by === 'peer' || code === closeCodes.timeout);
}

const passingStatus = new Set([408, 409, 425, 429, 500, 502, 503, 504]);

/** True for a handshake that may succeed later: nobody answered, or the refusal says so. */
export function isPassingFailure(error: unknown): boolean {
  if (!(error instanceof HandshakeError)) return false;
  return error.status === undefined || passingStatus.has(error.status);
}

/**
 * Milliseconds until the attempt with this number (0 is the first): anything up to a bound that doubles, but not
 * less than the server asked for, as far as that is no longer than `longestAsked`.
 * @param random from 0 to 1
 */
export function delayOf(
  attempt: number,
  { backoff, random, asked = 0 }: { backoff: Backoff; random: number; asked?: number | undefined },
): number {
  const bound = Math.min(backoff.longest, backoff.first * 2 ** Math.min(attempt, 20));
  return Math.round(Math.min(asked, longestAsked) + bound * random);
}
