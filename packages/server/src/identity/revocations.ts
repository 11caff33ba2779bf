/**
 * Revocations: whose tokens are refused before they expire, in memory, so that no request waits for the database. Only
 * tokens of the embedded domain.
 */
import { hash } from 'node:crypto';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../observe/log.ts';
import { openKept, type ChangeSource, type Kept } from './kept.ts';
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
  readonly changes: ChangeSource;
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

export interface Revocations extends Kept<Revocation> {
  readonly isRevoked: (token: Revocable) => boolean;
}

/** Claim of a user's access token that says, without revealing it, on which consent it rests. */
export const grantClaim = 'mooring_grant';

export const revocableGrant = (grantId: string): string => hash('sha256', grantId, 'base64url').slice(0, 22);

/** Resolves when it knows every revocation. Throws when they cannot be read. */
export async function openRevocations(
  { identity, changes }: RevocationSource,
  log: Log,
): Promise<Revocations> {
  const list = () => identity.revocations.list();
  const kept = await openKept({ kind: 'revocation', name: 'the revocations', list, changes, log });
  const table = new RevocationTable();
  table.replace(kept.rows);
  // Before anybody else hears of it.
  const watch = kept.watch(() => table.replace(kept.rows));
  return {
    isRevoked: (token) => table.isRevoked(token),
    get rows() {
      return kept.rows;
    },
    watch: (listener) => kept.watch(listener),
    [Symbol.asyncDispose]: async () => {
      await kept[Symbol.asyncDispose]();
      watch[Symbol.dispose]();
    },
  };
}
