/**
 * Live: one WebSocket call from admission to its end. The stages that follow authentication, in the order of life:
 * a seat, the replica's handshake, ours, the relay.
 */
import type { Socket } from 'node:net';
import { Problem } from '@mooring/contract';
import type { Clock } from '../kit/clock.ts';
import { admit, type AdmitOptions, type Seat } from './admit.ts';
import type { Call } from './authenticate.ts';
import type { Connections } from './connections.ts';
import { dial, type Upstream } from './dial.ts';
import { acceptKey } from './handshake.ts';
import { clientHeaders } from './headers.ts';
import { Relay, type Closing } from './relay.ts';
import { answeredSubprotocol } from './subprotocol.ts';

export interface LiveOptions extends AdmitOptions {
  readonly connections: Connections;
  readonly clock: Clock;
  readonly assertion: string | undefined;
}

/** Resolves when the connection has ended. Throws a Problem while the client has not been answered. */
export async function live(
  call: Call,
  client: { readonly socket: Socket; readonly head: Buffer },
  options: LiveOptions,
): Promise<Closing & { readonly replicaId: string }> {
  using reached = await reach(call, options);
  const { seat, upstream } = reached;
  const { endpoint } = call.route;
  const relay = new Relay({
    client: client.socket,
    clientHead: client.head,
    upstream,
    settings: endpoint.settings,
    expiresAt: call.principal.expiresAt,
    clock: options.clock,
    random: options.random,
  });
  using _served = options.connections.add({
    kind: 'connection',
    applicationId: endpoint.applicationId,
    replicaId: seat.replica.id,
    close: (code, reason) => relay.close(code, reason, { drain: true }),
    destroy: (reason) => relay.destroy(reason),
    tick: (now) => relay.tick(now),
  });
  call.arrival.signal.throwIfAborted();
  upstream.sink(client.socket);
  client.socket.write(switchingProtocols(call, upstream), 'latin1');
  relay.start();
  return { ...(await relay.ended), replicaId: seat.replica.id };
}

/** A seat, and the connection to its replica. */
interface Reached extends Disposable {
  readonly seat: Seat;
  readonly upstream: Upstream;
}

/** A replica that takes no connection at all has just died: another one is tried, once. */
async function reach(call: Call, options: LiveOptions): Promise<Reached> {
  const dialled: { replicaId?: string } = {};
  try {
    return await attempt(call, options, dialled);
  } catch (error) {
    if (!isConnectionRefused(error)) throw error;
    return await attempt(call, { ...options, except: dialled.replicaId }, dialled);
  }
}

async function attempt(call: Call, options: LiveOptions, dialled: { replicaId?: string }): Promise<Reached> {
  using held = new DisposableStack();
  const seat = held.use(await admit(call, options));
  dialled.replicaId = seat.replica.id;
  const { assertion, random } = options;
  const upstream = held.use(await dial(call, { seat, assertion, random }));
  const owned = held.move();
  return { seat, upstream, [Symbol.dispose]: () => owned.dispose() };
}

function isConnectionRefused(error: unknown): boolean {
  if (!(error instanceof Problem)) return false;
  return error.cause instanceof Error && 'code' in error.cause && error.cause.code === 'ECONNREFUSED';
}

function switchingProtocols(call: Call, upstream: Upstream): string {
  const { request, requestId } = call.arrival;
  const headers = ['Upgrade', 'websocket', 'Connection', 'Upgrade'];
  headers.push('Sec-WebSocket-Accept', acceptKey(request.headers['sec-websocket-key'] ?? ''));
  const subprotocol = answeredSubprotocol(request, upstream.subprotocol);
  if (subprotocol !== undefined) headers.push('Sec-WebSocket-Protocol', subprotocol);
  if (upstream.extensions !== undefined) headers.push('Sec-WebSocket-Extensions', upstream.extensions);
  headers.push(...clientHeaders(upstream.rawHeaders, upstream.connectionHeader, requestId));
  let text = 'HTTP/1.1 101 Switching Protocols\r\n';
  for (let index = 0; index + 1 < headers.length; index += 2)
    text += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return `${text}\r\n`;
}
