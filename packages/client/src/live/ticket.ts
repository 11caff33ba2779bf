/**
 * What a caller asks of the endpoint beside invoking: a ticket, for a client that cannot send headers, and a new token
 * for a live connection (docs/wire.md, tickets; docs/wire.md, tokens of live connections).
 */
import {
  connectionTokenPath,
  isHostLabel,
  ownConnectionTokenPath,
  ownTicketsPath,
  paths,
  ticketsPath,
} from '@mooring/contract';
import { z } from 'zod';
import { refusalOf, RequestFailed, Unreachable } from '../failure.ts';
import type { Fetch, FetchInit } from '../fetch.ts';

const issued = z.object({ ticket: z.string(), connectionId: z.string(), expiresAt: z.string() });

/** Lets its holder in once, within a minute. */
export type IssuedTicket = z.infer<typeof issued>;

export interface AskOptions {
  readonly token: string;
  /** Default: the global fetch. */
  readonly fetch?: Fetch | undefined;
  readonly signal: AbortSignal;
}

/**
 * Asks for a ticket.
 * @param liveUrl WebSocket URL of the application. Throws RequestFailed, Unreachable, or a TypeError for another URL.
 */
export async function ticketFor(liveUrl: string, options: AskOptions): Promise<IssuedTicket> {
  return issued.parse(JSON.parse(await ask('POST', besideOf(liveUrl).tickets, options)));
}

/** The same URL with the ticket in its query. */
export function withTicket(liveUrl: string, { ticket }: IssuedTicket): string {
  const url = new URL(liveUrl);
  return `${liveUrl}${url.search === '' ? '?' : '&'}mooring-ticket=${ticket}`;
}

/** Lets the connection go on until the token ends. Throws RequestFailed (404: not a connection of this caller) or Unreachable. */
export async function renewToken(liveUrl: string, connectionId: string, options: AskOptions): Promise<void> {
  await ask('PUT', besideOf(liveUrl).token(connectionId), options);
}

/** Milliseconds for an answer. */
const patience = 30_000;

async function ask(method: string, url: string, { token, fetch, signal }: AskOptions): Promise<string> {
  const init: FetchInit = {
    method,
    headers: { authorization: `Bearer ${token}` },
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
  };
  try {
    const answer = await (fetch ?? globalThis.fetch)(url, init);
    const text = await answer.text();
    if (!answer.ok) throw refusalOf(answer, text);
    return text;
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof RequestFailed ? error : new Unreachable(url, error);
  }
}

const live = new RegExp(`^(.*?)(?:${paths.live}|${paths.liveIam})/([^/]+)`);

interface Beside {
  readonly tickets: string;
  readonly token: (connectionId: string) => string;
}

/** URLs of what a caller does beside invoking: of an application below a path, or on a host name of its own. */
function besideOf(liveUrl: string): Beside {
  const { origin, hostname, pathname } = new URL(liveUrl.replace(/^ws/, 'http'));
  if (isHostLabel(hostname.split('.')[0] ?? ''))
    return { tickets: origin + ownTicketsPath, token: (id) => origin + ownConnectionTokenPath(id) };
  const [, prefix, applicationId] = live.exec(pathname) ?? [];
  if (prefix === undefined || applicationId === undefined)
    throw new TypeError(`${liveUrl} is not the WebSocket URL of an application`);
  const base = origin + prefix;
  return {
    tickets: base + ticketsPath(applicationId),
    token: (id) => base + connectionTokenPath(applicationId, id),
  };
}
