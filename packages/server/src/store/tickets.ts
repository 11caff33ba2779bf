/** Tickets in the store, by their digests: each is handed out once, on whichever node it is asked for first. */
import { z } from 'zod';
import type { Ticket, Tickets } from '../identity/tickets.ts';
import type { Scope } from './scope.ts';

interface TicketRow {
  digest: string;
  applicationId: string;
  connectionId: string;
  callerJson: string;
  timeExpires: string;
}

export interface TicketTables {
  tickets: TicketRow;
}

export interface StoredTickets extends Tickets {
  /** Removes those that expired before that time. */
  purge(before: string): Promise<number>;
}

const caller = z.object({
  kind: z.enum(['token', 'key', 'anonymous']),
  subject: z.string(),
  clientId: z.string(),
  scope: z.string(),
  issuer: z.string(),
  expiresAt: z.number().optional(),
  revocable: z
    .object({
      subject: z.string(),
      clientId: z.string(),
      issuedAt: z.number().optional(),
      grant: z.string().optional(),
    })
    .optional(),
});

export function tickets(scope: Scope): StoredTickets {
  return {
    add: (ticket) => scope.write((tx) => add(tx, ticket)),
    take: (digest) => scope.write((tx) => take(tx, digest)),
    purge: (before) => purge(scope, before),
  };
}

async function add(scope: Scope, { caller: principal, expiresAt, ...ticket }: Ticket): Promise<void> {
  const callerJson = JSON.stringify(principal);
  const timeExpires = new Date(expiresAt).toISOString();
  await scope.db
    .insertInto('tickets')
    .values({ ...ticket, callerJson, timeExpires })
    .execute();
}

async function take(scope: Scope, digest: string): Promise<Ticket | undefined> {
  const row = await scope.db
    .deleteFrom('tickets')
    .where('digest', '=', digest)
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { applicationId, connectionId, callerJson, timeExpires } = row;
  const { expiresAt: end, revocable, ...rest } = caller.parse(JSON.parse(callerJson));
  return {
    digest,
    applicationId,
    connectionId,
    caller: { ...rest, expiresAt: end, ...(revocable && { revocable }) },
    expiresAt: Date.parse(timeExpires),
  };
}

async function purge(scope: Scope, before: string): Promise<number> {
  const { numDeletedRows } = await scope.db
    .deleteFrom('tickets')
    .where('timeExpires', '<', before)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
