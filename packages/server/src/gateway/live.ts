/**
 * Live: one WebSocket call from admission to its end. The stages that follow authentication, in the order of life:
 * a seat, the replica's handshake, ours, the relay.
 */
import type { Socket } from 'node:net';
import { closeCodes, Problem } from '@mooring/contract';
import { newConnectionId } from '../identity/tickets.ts';
import type { Budget } from '../kit/budget.ts';
import type { Clock } from '../kit/clock.ts';
import type { Seat } from './admit.ts';
import { withAffinity } from './affinity.ts';
import type { Call } from './authenticate.ts';
import { confineCookies } from './confine.ts';
import type { Connections } from './connections.ts';
import { dial, type Upstream } from './dial.ts';
import type { Closing } from './ending.ts';
import { acceptKey } from './handshake.ts';
import { clientHeaders } from './headers.ts';
import { tapConnection } from './mcp/connection.ts';
import type { Pending } from './pending.ts';
import { Relay } from './relay.ts';
import type { Seal } from './seal.ts';
import { seated, type SeatedOptions } from './seated.ts';
import { answeredSubprotocol } from './subprotocol.ts';

export interface LiveOptions extends SeatedOptions {
  readonly connections: Connections;
  readonly pending: Pending;
  readonly clock: Clock;
  readonly assertion: string | undefined;
  readonly seal: Seal;
  /** Bytes of messages that may be held to be read. */
  readonly gathered: Budget;
}

/** Resolves when the connection has ended. Throws a Problem while the client has not been answered. */
export async function live(
  call: Call,
  client: { readonly socket: Socket; readonly head: Buffer },
  options: LiveOptions,
): Promise<Closing & Pick<Seat, 'held'> & { readonly replicaId: string }> {
  using reached = await reach(call, options);
  const { seat, upstream } = reached;
  const { endpoint } = call.route;
  let caller = call.principal;
  const connectionId = call.connectionId ?? newConnectionId(options.random);
  using tap = tapConnection(call, options);
  const relay = new Relay({
    client: client.socket,
    clientHead: client.head,
    upstream,
    settings: endpoint.settings,
    expiresAt: call.principal.expiresAt,
    clock: options.clock,
    random: options.random,
    tap,
  });
  using _served = options.connections.add({
    kind: 'connection',
    applicationId: endpoint.applicationId,
    replicaId: seat.replica.id,
    close: (code, reason) => relay.close(code, reason, { drain: true }),
    destroy: (reason) => relay.destroy(reason),
    tick: (now) => relay.tick(now),
    named: {
      connectionId,
      get caller() {
        return caller;
      },
      renew: (next) => {
        caller = next;
        relay.renew(next.expiresAt);
      },
      withdraw: () => relay.close(closeCodes.forbidden, 'access was withdrawn'),
    },
    volume: () => relay.volume,
  });
  call.arrival.signal.throwIfAborted();
  client.socket.write(switchingProtocols(call, reached, { ...options, connectionId }), 'latin1');
  options.watched.answered(101);
  using _stage = options.watched.stage('relay');
  relay.start();
  const { replica, held } = seat;
  return { ...(await relay.ended), replicaId: replica.id, held };
}

/** A seat, and the connection to its replica. */
interface Reached extends Disposable {
  readonly seat: Seat;
  readonly upstream: Upstream;
}

/** A replica that takes no connection at all has just died: another one is tried, once. */
async function reach(call: Call, options: LiveOptions): Promise<Reached> {
  using _pending = options.pending.enter(call);
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
  const seat = held.use(await seated(call, options));
  dialled.replicaId = seat.replica.id;
  const upstream = held.use(await reachUpstream(call, seat, options));
  const owned = held.move();
  return { seat, upstream, [Symbol.dispose]: () => owned.dispose() };
}

/** What the application answers, be it a refusal, shows that its replica can be reached. */
async function reachUpstream(call: Call, seat: Seat, options: LiveOptions): Promise<Upstream> {
  const { assertion, random, ejections, preference, watched } = options;
  const { applicationId, settings } = call.route.endpoint;
  using _stage = watched.stage('dial');
  const { traceparent } = watched;
  try {
    const upstream = await dial(call, { seat, assertion, random, preference, traceparent });
    ejections.succeeded({ seat });
    return upstream;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.cause === undefined && error.code !== 'GatewayTimeout') ejections.succeeded({ seat });
    else ejections.failed({ applicationId, seat, settings });
    throw error;
  }
}

function isConnectionRefused(error: unknown): boolean {
  if (!(error instanceof Problem)) return false;
  return error.cause instanceof Error && 'code' in error.cause && error.cause.code === 'ECONNREFUSED';
}

function switchingProtocols(
  call: Call,
  { seat, upstream }: Reached,
  { preference, seal, connectionId }: LiveOptions & { readonly connectionId: string },
): string {
  const { request, requestId } = call.arrival;
  const headers = ['Upgrade', 'websocket', 'Connection', 'Upgrade'];
  headers.push('Sec-WebSocket-Accept', acceptKey(request.headers['sec-websocket-key'] ?? ''));
  const subprotocol = answeredSubprotocol(request, upstream.subprotocol);
  if (subprotocol !== undefined) headers.push('Sec-WebSocket-Protocol', subprotocol);
  if (upstream.extensions !== undefined) headers.push('Sec-WebSocket-Extensions', upstream.extensions);
  headers.push('Mooring-Connection-Id', connectionId);
  const passed = clientHeaders(upstream.rawHeaders, upstream.connectionHeader, requestId);
  const confined = confineCookies(passed, call.route.prefix);
  headers.push(...withAffinity(confined, { call, replicaId: seat.replica.id, preference, seal }));
  let text = 'HTTP/1.1 101 Switching Protocols\r\n';
  for (let index = 0; index + 1 < headers.length; index += 2)
    text += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return `${text}\r\n`;
}
