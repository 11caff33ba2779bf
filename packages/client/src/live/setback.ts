/** Setback: why there is no connection, and when another attempt is made (docs/wire.md, close codes). */
import { backOff, isPassingStatus, longestAsked, retryAfterMsOf, returnAfter } from '@mooring/contract';
import { RequestFailed, TimedOut, Unreachable } from '../failure.ts';
import type { Closing } from './connection.ts';

export interface Setback {
  /** How the last connection ended; for an attempt that failed 1006 and why. */
  readonly closing: Closing;
  /** Milliseconds; Infinity: until something is to be sent. Undefined: there is no other attempt. */
  readonly delay: number | undefined;
}

export interface Trouble {
  /** Attempts in a row that have been made. */
  readonly attempt: number;
  /** From 0 up to 1, not included. */
  readonly random: number;
}

/** A connection was there and has ended. */
export function setbackOfClosing(closing: Closing, { attempt, random }: Trouble): Setback {
  const kind = returnAfter(closing.code);
  if (kind === 'never') return { closing, delay: undefined };
  if (kind === 'onDemand') return { closing, delay: Infinity };
  const asked = retryAfterMsOf(closing.reason);
  const jittered = backOff(attempt, random);
  // What the server asks for is enough the first time; one that goes on asking is backed off from, too.
  if (attempt > 0 || kind === 'backOff') return { closing, delay: jittered + (asked ?? 0) };
  return { closing, delay: kind === 'atOnce' ? 0 : (asked ?? jittered) };
}

/** An attempt has failed: another one is made where nobody answered, or the refusal says that it may pass. */
export function setbackOfFailure(error: unknown, { attempt, random }: Trouble): Setback {
  const closing = { code: 1006, reason: messageOf(error) };
  if (!isPassing(error)) return { closing, delay: undefined };
  const seconds = error instanceof RequestFailed ? error.retryAfter : undefined;
  return { closing, delay: backOff(attempt, random) + Math.min((seconds ?? 0) * 1000, longestAsked) };
}

const isPassing = (error: unknown): boolean =>
  error instanceof Unreachable ||
  error instanceof TimedOut ||
  (error instanceof RequestFailed && isPassingStatus(error.status));

/** The words of whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
