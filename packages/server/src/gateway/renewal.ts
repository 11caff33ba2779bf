/**
 * Renewal: another token for a live connection, at whichever node it is handed in (docs/wire.md, tokens of live
 * connections).
 */
import { hash } from 'node:crypto';
import type { Revocable } from '../identity/revocations.ts';
import type { Call } from './authenticate.ts';
import type { Connections } from './connections.ts';

/** What a token that was checked says, as far as it goes from node to node. */
export interface Renewal {
  readonly applicationId: string;
  readonly connectionId: string;
  /** Digest of whose token it is: issuer and subject. */
  readonly caller: string;
  /** When the token ends, in milliseconds since the epoch. Undefined: never. */
  readonly expiresAt?: number | undefined;
  readonly revocable?: Revocable | undefined;
}

/** Asks the other nodes. False: none of them has such a connection of this caller. */
export type RenewElsewhere = (renewal: Renewal) => Promise<boolean>;

export function renewalOf({ route, principal }: Call): Renewal {
  const { expiresAt, revocable } = principal;
  return {
    applicationId: route.endpoint.applicationId,
    connectionId: route.connectionId ?? '',
    caller: digestOf(principal),
    expiresAt,
    revocable,
  };
}

/** Undefined: the connection is not here. False: it is somebody else's, or another application's. */
export function renewHere(renewal: Renewal, connections: Connections): boolean | undefined {
  const connection = connections.find(renewal.connectionId);
  if (connection === undefined) return undefined;
  const { applicationId, caller } = connection;
  if (applicationId !== renewal.applicationId || digestOf(caller) !== renewal.caller) return false;
  const { kind, subject, clientId, scope, issuer } = caller;
  const { expiresAt, revocable } = renewal;
  connection.renew({ kind, subject, clientId, scope, issuer, expiresAt, ...(revocable && { revocable }) });
  return true;
}

const digestOf = ({ issuer, subject }: Call['principal']): string =>
  hash('sha256', JSON.stringify([issuer, subject]), 'base64url');
