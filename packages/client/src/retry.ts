/**
 * Whether and when a refused request is repeated: only for the codes that the contract calls retryable, a
 * bounded number of times, with a growing and jittered pause.
 */
import { problemKinds } from '@mooring/contract';
import type { RequestFailed } from './failure.ts';

/** A request is sent this often at most, the first time included. */
export const maxAttempts = 5;

const firstPause = 200;
const longestPause = 5_000;
/** A server that asks for a longer pause than this is not waited for. */
const longestRetryAfter = 30;

/** Refusals before anything was done; any other retryable one may have been carried out. */
const nothingDone = new Set(['IncorrectState', 'TooManyRequests', 'ServiceUnavailable']);

export interface Attempt {
  /** 1 for the first one. */
  readonly number: number;
  /** True when carrying it out twice is the same as once. */
  readonly repeatable: boolean;
  /** From 0 up to 1, not included. */
  readonly random: number;
}

/** Milliseconds until the next attempt, or undefined when there is none. */
export function pauseBeforeRetry(failure: RequestFailed, attempt: Attempt): number | undefined {
  if (attempt.number >= maxAttempts || !isRetryable(failure.code)) return undefined;
  if (!attempt.repeatable && !nothingDone.has(failure.code)) return undefined;
  if (failure.retryAfter !== undefined && failure.retryAfter > longestRetryAfter) return undefined;
  const pause = Math.min(firstPause * 2 ** (attempt.number - 1), longestPause);
  return Math.max((failure.retryAfter ?? 0) * 1000, pause * (0.5 + attempt.random / 2));
}

function isRetryable(code: string): boolean {
  const kinds: Readonly<Record<string, { readonly retryable: boolean }>> = problemKinds;
  return Object.hasOwn(kinds, code) && kinds[code]?.retryable === true;
}
