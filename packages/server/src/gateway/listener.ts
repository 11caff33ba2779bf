/**
 * Listener: a port on which applications are invoked, plain or TLS. It owns the HTTP server that hands requests and
 * wishes to upgrade to whoever answers them (the gateway).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { listen, type Listener, type ListenOptions } from '../kit/listen.ts';
import { answerBrokenRequest } from './refuse.ts';

export interface ApplicationHandlers {
  readonly request: (request: IncomingMessage, response: ServerResponse) => void;
  readonly upgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
}

export type ApplicationListenOptions = Pick<ListenOptions, 'host' | 'port' | 'tls'>;

/** Resolves once it listens. Rejects with what the system said (EADDRINUSE, EACCES, …). */
export function listenForApplications(
  options: ApplicationListenOptions,
  { request, upgrade }: ApplicationHandlers,
): Promise<Listener> {
  return listen({ ...options, onRequest: request, onUpgrade: upgrade, onBroken: answerBrokenRequest });
}
