/**
 * Caller: what a caller does beside invoking, authenticated as for invoking: a ticket for a client that cannot send
 * headers, and a new token for a live connection (docs/wire.md, tickets; docs/wire.md, tokens of live connections).
 */
import { Problem } from '@mooring/contract';
import { issueTicket, type IssuedTicket, type Tickets } from '../identity/tickets.ts';
import type { Clock, Random } from '../kit/clock.ts';
import type { Call } from './authenticate.ts';
import type { Connections } from './connections.ts';
import { hasBody } from './headers.ts';
import { renewalOf, renewHere, type RenewElsewhere } from './renewal.ts';

export interface CallerOptions {
  readonly connections: Connections;
  readonly tickets: Tickets;
  /** Needed where there are several nodes. */
  readonly renewElsewhere?: RenewElsewhere | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

/** An answer: JSON, or nothing. */
export interface CallerAnswer {
  readonly status: 201 | 204;
  readonly body?: IssuedTicket;
}

/** Throws a Problem: MethodNotAllowed, InvalidParameter (a body), NotAuthorizedOrNotFound (no such connection of this caller). */
export async function answerCaller(call: Call, options: CallerOptions): Promise<CallerAnswer> {
  const { arrival, route, principal } = call;
  refuseMethod(arrival.request.method, route.form === 'tickets' ? 'POST' : 'PUT');
  if (hasBody(arrival.request))
    throw new Problem('InvalidParameter', 'This request takes no body. Send it without one.');
  const { applicationId } = route.endpoint;
  if (route.form === 'tickets')
    return { status: 201, body: await issueTicket({ applicationId, caller: principal }, options) };
  await renew(call, options);
  return { status: 204 };
}

/** Whoever names the connection of somebody else is told the same as for one that is not there. */
async function renew(call: Call, { connections, renewElsewhere }: CallerOptions): Promise<void> {
  const renewal = renewalOf(call);
  const isRenewed = renewHere(renewal, connections) ?? (await renewElsewhere?.(renewal)) ?? false;
  if (isRenewed) return;
  throw new Problem(
    'NotAuthorizedOrNotFound',
    'You have no live connection of this name at the application.',
  );
}

function refuseMethod(method: string | undefined, allowed: string): void {
  if (method === allowed) return;
  throw new Problem('MethodNotAllowed', `Only ${allowed} is answered here.`, { headers: { allow: allowed } });
}
