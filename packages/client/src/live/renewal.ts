/** Renewal: a live connection gets another token before the one that it was opened with ends. */
import type { Delay } from '../delay.ts';
import { RequestFailed } from '../failure.ts';
import type { TokenSource } from '../token-source.ts';

export interface RenewalOptions {
  /** The token that the connection has now. */
  readonly token: string;
  readonly source: TokenSource;
  /** Hands another token to the server. */
  readonly renew: (token: string, signal: AbortSignal) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly delay: Delay;
  /** Told of attempts that failed. */
  readonly failed: (error: Error) => void;
  /** Ends it: the connection is over. */
  readonly signal: AbortSignal;
}

/** A token is replaced this long before it ends, or a quarter of its time, whichever is shorter. Milliseconds. */
const margin = 20_000;
/** Milliseconds between two tokens, at the least and, as far as timers go, at the most. */
const shortest = 1_000;
const longest = 2 ** 31 - 1;
/** Milliseconds until another attempt after one that failed. */
const pause = 5_000;

/**
 * Resolves when the connection is over, or there is nothing to be done: the token never ends or does not say when,
 * or the server will not have another one.
 */
export async function keepRenewed(options: RenewalOptions): Promise<void> {
  const { now, delay, signal } = options;
  let { token } = options;
  let wait = waitFor(token, now());
  while (wait !== undefined) {
    if (
      !(await delay(wait, signal).then(
        () => true,
        () => false,
      ))
    )
      return;
    const { kind, next } = await attempt(options, token);
    if (kind === 'over') return;
    wait = kind === 'again' ? pause : waitFor(next, now());
    token = next;
  }
}

interface Attempt {
  readonly kind: 'renewed' | 'again' | 'over';
  /** The token that the connection has afterwards. */
  readonly next: string;
}

async function attempt({ source, renew, signal, failed }: RenewalOptions, token: string): Promise<Attempt> {
  try {
    const next = await source({ signal });
    // The source may keep its token a little longer than this end would.
    if (next === token) return { kind: 'again', next };
    await renew(next, signal);
    return { kind: 'renewed', next };
  } catch (error) {
    if (signal.aborted) return { kind: 'over', next: token };
    failed(error instanceof Error ? error : new Error(String(error)));
    return { kind: isFinal(error) ? 'over' : 'again', next: token };
  }
}

/** Another token of this caller would be refused like this one. A 404 may only say that a node was slow. */
const isFinal = (error: unknown): boolean =>
  error instanceof RequestFailed && [400, 401, 403].includes(error.status);

/** Milliseconds until the token is to be replaced. */
function waitFor(token: string, now: number): number | undefined {
  const end = endOf(token);
  if (end === undefined) return undefined;
  const left = end - now;
  return Math.min(Math.max(left - Math.min(margin, left / 4), shortest), longest);
}

/** When a JWT ends, in milliseconds since the epoch. Nothing is checked: that is for whoever accepts it. */
function endOf(token: string): number | undefined {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const claims: unknown = JSON.parse(atob(payload));
    if (typeof claims !== 'object' || claims === null || !('exp' in claims)) return undefined;
    return Number.isFinite(claims.exp) ? Number(claims.exp) * 1000 : undefined;
  } catch {
    return undefined;
  }
}
