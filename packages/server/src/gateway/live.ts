/**
 * Live: one WebSocket call from admission to its end. The stages that follow authentication, in the order of life:
 * a seat, the replica's handshake, ours, the relay.
 */
import type { Socket } from 'node:net';
import { Problem } from '@mooring/contract';
import { newConnectionId } from '../identity/tickets.ts';
import type { Budget } from '../kit/budget.ts';
import type { Clock } from '../kit/clock.ts';
import { Held } from '../kit/held.ts';
import type { Seat } from './admit.ts';
import { withAffinity } from './affinity.ts';
import type { Call } from './authenticate.ts';
import { confineCookies } from './confine.ts';
import type { Connections } from './connections.ts';
import { Connection } from './connection.ts';
import { dial, type Dialled } from './dial.ts';
import { acceptKey } from './handshake.ts';
import { clientHeaders } from './headers.ts';
import { tapConnection, type Tap } from './mcp/connection.ts';
import type { Pending } from './pending.ts';
import { Relay } from './relay.ts';
import type { Seal } from './seal.ts';
import { seated, type SeatedOptions } from './seated.ts';
import { answeredSubprotocol } from './subprotocol.ts';

export interface LiveOptions extends SeatedOptions {
  readonly connections: Connections;
  readonly pending: Pending;
  readonly clock: Clock;
  /** Lines of the head that say who calls. */
  readonly identity: string;
  readonly seal: Seal;
  /** Bytes of messages that may be held to be read. */
  readonly gathered: Budget;
}

/** A connection that is open, and what it gives back when it has ended, by disposal. */
export interface Opened extends Disposable {
  readonly connection: Connection;
}

/** The client of a connection, and what it sent behind its handshake. */
export interface Client {
  readonly socket: Socket;
  readonly head: Buffer;
}

/** Resolves when the client has been answered and the relay moves bytes. Throws a Problem while it has not been. */
export async function live(call: Call, client: Client, options: LiveOptions): Promise<Opened> {
  const reached = await reach(call, options);
  const held = new Held(reached);
  try {
    call.arrival.signal.throwIfAborted();
    const tap = tapConnection(call, options);
    if (tap !== undefined) held.add(tap);
    const relay = relayBetween(client, reached, { call, tap, options });
    const { connections, random, watched } = options;
    const connectionId = call.connectionId ?? newConnectionId(random);
    const { applicationId } = call.route.endpoint;
    const { seat } = reached;
    const connection = new Connection({ connectionId, applicationId, caller: call.principal, seat, relay });
    const served = connections.add(connection);
    held.add(served);
    client.socket.write(switchingProtocols(call, { reached, connectionId, options }), 'latin1');
    watched.answered(101);
    const stage = watched.stage('relay');
    relay.start();
    return new Open(connection, seat, ...(tap ? [tap] : []), served, stage);
  } catch (error) {
    held[Symbol.dispose]();
    throw error;
  }
}

interface Between {
  readonly call: Call;
  readonly tap: Tap | undefined;
  readonly options: LiveOptions;
}

function relayBetween(
  { socket, head }: Client,
  { upstream, answer }: Reached,
  { call, tap, options: { clock, random } }: Between,
): Relay {
  return new Relay({
    client: socket,
    clientHead: head,
    upstream,
    deflate: answer.extensions !== undefined,
    settings: call.route.endpoint.settings,
    expiresAt: call.principal.expiresAt,
    clock,
    random,
    tap,
  });
}

class Open extends Held implements Opened {
  readonly connection: Connection;

  /** @param things in the order in which they were got */
  constructor(connection: Connection, ...things: Disposable[]) {
    super(...things);
    this.connection = connection;
  }
}

/** A seat, and the connection to its replica. */
class Reached implements Dialled, Disposable {
  readonly seat: Seat;
  readonly answer: Dialled['answer'];
  readonly upstream: Dialled['upstream'];

  constructor(seat: Seat, { answer, upstream }: Dialled) {
    this.seat = seat;
    this.answer = answer;
    this.upstream = upstream;
  }

  [Symbol.dispose](): void {
    this.upstream[Symbol.dispose]();
    this.seat[Symbol.dispose]();
  }
}

/** A replica that takes no connection at all has just died: another one is tried, once. */
async function reach(call: Call, options: LiveOptions): Promise<Reached> {
  const pending = options.pending.enter(call);
  const tried: { replicaId?: string } = {};
  try {
    return await attempt(call, options, tried);
  } catch (error) {
    if (!isConnectionRefused(error)) throw error;
    return await attempt(call, { ...options, except: tried.replicaId }, tried);
  } finally {
    pending[Symbol.dispose]();
  }
}

async function attempt(call: Call, options: LiveOptions, tried: { replicaId?: string }): Promise<Reached> {
  const seat = await seated(call, options);
  tried.replicaId = seat.replica.id;
  try {
    return new Reached(seat, await reachUpstream(call, seat, options));
  } catch (error) {
    seat[Symbol.dispose]();
    throw error;
  }
}

/** What the application answers, be it a refusal, shows that its replica can be reached. */
async function reachUpstream(call: Call, seat: Seat, options: LiveOptions): Promise<Dialled> {
  const { identity, random, ejections, preference, watched } = options;
  const { applicationId, settings } = call.route.endpoint;
  const stage = watched.stage('dial');
  const { traceparent } = watched;
  try {
    const dialled = await dial(call, { seat, identity, random, preference, traceparent });
    ejections.succeeded({ seat });
    return dialled;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.cause === undefined && error.code !== 'GatewayTimeout') ejections.succeeded({ seat });
    else ejections.failed({ applicationId, seat, settings });
    throw error;
  } finally {
    stage[Symbol.dispose]();
  }
}

function isConnectionRefused(error: unknown): boolean {
  if (!(error instanceof Problem)) return false;
  return error.cause instanceof Error && 'code' in error.cause && error.cause.code === 'ECONNREFUSED';
}

interface Answering {
  readonly reached: Reached;
  readonly connectionId: string;
  readonly options: Pick<LiveOptions, 'preference' | 'seal'>;
}

function switchingProtocols(call: Call, { reached, connectionId, options }: Answering): string {
  const { seat, answer } = reached;
  const { preference, seal } = options;
  const { request, requestId } = call.arrival;
  const headers = ['Upgrade', 'websocket', 'Connection', 'Upgrade'];
  headers.push('Sec-WebSocket-Accept', acceptKey(request.headers['sec-websocket-key'] ?? ''));
  const subprotocol = answeredSubprotocol(request, answer.subprotocol);
  if (subprotocol !== undefined) headers.push('Sec-WebSocket-Protocol', subprotocol);
  if (answer.extensions !== undefined) headers.push('Sec-WebSocket-Extensions', answer.extensions);
  headers.push('Mooring-Connection-Id', connectionId);
  const passed = clientHeaders(answer.rawHeaders, answer.connection, requestId);
  const confined = confineCookies(passed, call.route.prefix);
  headers.push(...withAffinity(confined, { call, replicaId: seat.replica.id, preference, seal }));
  let text = 'HTTP/1.1 101 Switching Protocols\r\n';
  for (let index = 0; index + 1 < headers.length; index += 2)
    text += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return `${text}\r\n`;
}
