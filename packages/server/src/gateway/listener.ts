/**
 * Listener: a port on which applications are invoked, plain or TLS, there over HTTP/2 as well. It owns the HTTP
 * server that hands requests and wishes to upgrade to whoever answers them (the gateway).
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { listen, type Listener, type ListenOptions } from '../kit/listen.ts';
import { translate, type InboundRequest, type InboundResponse } from './inbound.ts';
import { answerBrokenRequest } from './refuse.ts';

export interface ApplicationHandlers {
  readonly request: (request: InboundRequest, response: InboundResponse) => void;
  readonly upgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
}

export type ApplicationListenOptions = Pick<ListenOptions, 'host' | 'port' | 'shared' | 'tls' | 'takes'>;

/** Resolves once it listens. Rejects with what the system said (EADDRINUSE, EACCES, …). */
export function listenForApplications(
  options: ApplicationListenOptions,
  { request, upgrade }: ApplicationHandlers,
): Promise<Listener> {
  return listen({
    ...options,
    onRequest: request,
    onHttp2Request: (asked, answer) => {
      translate(asked);
      request(asked, answer);
    },
    onUpgrade: upgrade,
    onBroken: answerBrokenRequest,
  });
}
