/**
 * Revocations: whose tokens are refused before they expire, in memory, so that no request waits for the database. Read anew
 * after each change, also one by another node; a reading that fails is repeated. Only tokens of the embedded domain.
 */
import { hash } from 'node:crypto';
import { pauseFor } from '../kit/pause.ts';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../observe/log.ts';
import { RevocationTable } from './revocation-table.ts';
import type { IdentityStore, Revocation, RevocationKind } from './store-port.ts';

/** From now on every token of it that was issued before is refused. */
export type Revoke = (kind: RevocationKind, id: string) => Promise<void>;

/** @param lifetime seconds for which an access token is valid */
export function revoker(
  { revocations }: Pick<IdentityStore, 'revocations'>,
  { clock, lifetime }: { readonly clock: Clock; readonly lifetime: number },
): Revoke {
  return (kind, id) => {
    const now = clock.now();
    const timeExpires = new Date(now + lifetime * 1000).toISOString();
    return revocations.put({ kind, id, timeRevoked: new Date(now).toISOString(), timeExpires });
  };
}

export interface RevocationSource {
  readonly identity: { readonly revocations: { list(): Promise<readonly Revocation[]> } };
  readonly changes: { watch(listener: (change: { readonly kind: string }) => void): Disposable };
}

/** Of a token, what a revocation can be about. */
export interface Revocable {
  readonly subject: string;
  readonly clientId: string;
  /** Milliseconds since the epoch. Absent: unknown, as if it were old. */
  readonly issuedAt?: number | undefined;
  /** See grantClaim. */
  readonly grant?: string | undefined;
}

export interface Revocations extends AsyncDisposable {
  readonly isRevoked: (token: Revocable) => boolean;
  /** As they are now. */
  readonly all: readonly Revocation[];
  /** Calls the listener after each change, until the returned handle is disposed. */
  watch(listener: () => void): Disposable;
}

/** Claim of a user's access token that says, without revealing it, on which consent it rests. */
export const grantClaim = 'mooring_grant';

export const revocableGrant = (grantId: string): string => hash('sha256', grantId, 'base64url').slice(0, 22);

/** Milliseconds until a failed reading is repeated. */
const retryPause = 500;

/** Resolves when it knows every revocation. Throws when they cannot be read. */
export async function openRevocations(source: RevocationSource, log: Log): Promise<Revocations> {
  const life = new AbortController();
  const listeners = new Set<() => void>();
  const table = new RevocationTable();
  let known: readonly Revocation[] = [];
  let isStale = false;
  let reading: Promise<void> | undefined;

  const read = async (): Promise<void> => {
    known = await source.identity.revocations.list();
    table.replace(known);
    for (const listener of listeners) listener();
  };
  const refresh = async (): Promise<void> => {
    while (isStale && !life.signal.aborted) {
      isStale = false;
      await read().catch(async (error: unknown) => {
        isStale = true;
        log.warn({ err: error }, 'the revocations could not be read; it is tried again');
        await pauseFor(retryPause, life.signal);
      });
    }
    reading = undefined;
  };

  const watch = source.changes.watch(({ kind }) => {
    if (kind !== 'revocation') return;
    isStale = true;
    reading ??= refresh();
  });
  try {
    await read();
  } catch (error) {
    watch[Symbol.dispose]();
    throw error;
  }
  return {
    isRevoked: (token) => table.isRevoked(token),
    get all() {
      return known;
    },
    watch(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    [Symbol.asyncDispose]: async () => {
      watch[Symbol.dispose]();
      life.abort();
      await reading;
    },
  };
}
