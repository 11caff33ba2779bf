/**
 * Tickets: a caller's right to one call, for clients that cannot send a header with it. Good for 60 s and once; only
 * its digest is kept (docs/wire.md, tickets).
 */
import { createHash } from 'node:crypto';
import { Problem } from '@mooring/contract';
import type { Clock, Random } from '../kit/clock.ts';
import type { Principal } from './principal.ts';

/** Seconds for which a ticket is good. */
export const ticketLife = 60;

export interface Ticket {
  /** SHA-256 of what the client holds, in base64url. */
  readonly digest: string;
  readonly applicationId: string;
  /** Of the connection that it will open. */
  readonly connectionId: string;
  readonly caller: Principal;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Where tickets are kept until they are used. */
export interface Tickets {
  add(ticket: Ticket): Promise<void>;
  /** Uses it up. Undefined when there is none. */
  take(digest: string): Promise<Ticket | undefined>;
}

export interface IssuedTicket {
  readonly ticket: string;
  readonly expiresAt: string;
  readonly connectionId: string;
}

export async function issueTicket(
  call: Pick<Ticket, 'applicationId' | 'caller'>,
  { tickets, clock, random }: { tickets: Tickets; clock: Clock; random: Random },
): Promise<IssuedTicket> {
  const ticket = Buffer.from(random(32)).toString('base64url');
  const expiresAt = clock.now() + ticketLife * 1000;
  const connectionId = newConnectionId(random);
  await tickets.add({ ...call, digest: digestOf(ticket), connectionId, expiresAt });
  return { ticket, expiresAt: new Date(expiresAt).toISOString(), connectionId };
}

/** Throws a Problem (NotAuthenticated) for a ticket that is not good, or not for this application. */
export async function redeemTicket(
  ticket: string,
  { applicationId, tickets, clock }: { applicationId: string; tickets: Tickets; clock: Clock },
): Promise<Ticket> {
  const found = await tickets.take(digestOf(ticket));
  if (found?.applicationId === applicationId && isGood(found, clock.now())) return found;
  throw new Problem(
    'NotAuthenticated',
    'The ticket is not good: unknown, used before, older than a minute, or for another application. Ask for a new one.',
  );
}

/** Neither the ticket nor the token that it was asked for with has ended. */
const isGood = ({ expiresAt, caller }: Ticket, now: number): boolean =>
  now < expiresAt && now < (caller.expiresAt ?? Infinity);

/** What names a connection; nobody can guess it. */
export const newConnectionId = (random: Random): string => Buffer.from(random(16)).toString('hex');

const digestOf = (ticket: string): string => createHash('sha256').update(ticket).digest('base64url');
