/** What an engine's error means, in words for the owner of an application. */
import { StartFailure } from '../runtime.ts';
import type { Place } from './find.ts';

/** Status of the engine's answer. Undefined: there was none. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

/** What the engine itself says. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const json: unknown = 'json' in error ? error.json : undefined;
  if (typeof json === 'object' && json !== null && 'message' in json) return String(json.message);
  return error.message.replace(/^\(HTTP code \d+\) .*? - /, '').trim();
}

/** True when the engine did not answer at all. */
export function isAway(error: unknown): boolean {
  return statusOf(error) === undefined && !(error instanceof TypeError);
}

export interface Absence {
  readonly place: Place | undefined;
  readonly cause: unknown;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Resolves when it answers again. */
  readonly passed: Promise<void>;
}

export function engineAway({ place, cause, since, passed }: Absence): StartFailure {
  const where = place === undefined ? '' : ` at ${place.url} (${place.by})`;
  return new StartFailure(
    `The container engine${where} does not answer (since ${new Date(since).toISOString()}): ${messageOf(cause)}. Start it; replicas start when it is back.`,
    { cause, passed },
  );
}
