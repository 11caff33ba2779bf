/**
 * Proxy, the last stage of an HTTP call: the request goes to the replica and its answer comes back, both streamed,
 * with trailers and `Expect: 100-continue`. The client leaving ends the replica's work; a replica that fails before
 * the first byte of its answer becomes 502 or 504, afterwards the client sees a cut answer.
 */
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import { Problem } from '@mooring/contract';
import type { Budget } from '../kit/budget.ts';
import { noVolume } from '../observe/volume.ts';
import type { Seat } from './admit.ts';
import { withAffinity, type AnsweredBy } from './affinity.ts';
import type { Call } from './authenticate.ts';
import { untilAnswerable } from './body-check.ts';
import { confine } from './confine.ts';
import type { Connections } from './connections.ts';
import { clientHeaders, hasBody, passedTrailers, replicaHeaders, type RawHeaders } from './headers.ts';
import { begin, cut, discardBody, finish, goOn, over, pour, type InboundResponse } from './inbound.ts';
import { tapExchange, withoutCompression } from './mcp/exchange.ts';
import type { Seal } from './seal.ts';
import { seated, type SeatedOptions } from './seated.ts';
import { refuseLargeBody, sendBody } from './send-body.ts';

export interface ProxyOptions extends SeatedOptions {
  readonly agent: http.Agent;
  readonly connections: Connections;
  readonly assertion: string | undefined;
  readonly seal: Seal;
  /** Bytes of messages that may be held to be read. */
  readonly gathered: Budget;
  /** Header lines that let the calling page read the answer. */
  readonly readable: RawHeaders;
}

/** How it went, for the log. */
export interface Exchange {
  readonly status: number;
  readonly replicaId: string;
  readonly bytesIn: number;
  /** Milliseconds that it waited for a replica, and from then until the answer began. */
  readonly held: number;
  readonly answered: number;
}

/** Repeating these is harmless (RFC 9110 section 9.2.2). */
const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

/** A replica failed before its answer began. */
class Unreached extends Error {
  readonly replicaId: string;
  /** It took no connection at all: nothing has reached it, and it is not to be tried again. */
  readonly isRefused: boolean;

  constructor(replicaId: string, cause: NodeJS.ErrnoException) {
    super('the replica failed before its answer began', { cause });
    this.replicaId = replicaId;
    this.isRefused = cause.code === 'ECONNREFUSED';
  }
}

/** Keeps idle connections to replicas for less time than common servers do (5 s), so that none is used while it closes. */
export function createAgent(): http.Agent {
  return new http.Agent({ keepAlive: true, timeout: 4_000, scheduling: 'lifo' });
}

/** Resolves when the exchange is over. Throws a Problem while the answer has not begun. */
export async function proxy(call: Call, response: InboundResponse, options: ProxyOptions): Promise<Exchange> {
  const { request } = call.arrival;
  refuseLargeBody(Number(request.headers['content-length'] ?? 0), call);
  // A body would be gone after the first attempt.
  const bodiless = !hasBody(request);
  let repeats = bodiless && idempotent.has(request.method ?? '') ? 1 : 0;
  let except: string | undefined;
  let avoid: string | undefined;
  for (;;) {
    const result = await attempt(call, response, { ...options, except, avoid });
    if (!(result instanceof Unreached)) return result;
    // A refused connection is no repetition: nothing has reached that replica.
    if (bodiless && except === undefined && result.isRefused) except = result.replicaId;
    else if (repeats === 0) throw unreachable(result);
    else {
      repeats -= 1;
      avoid = result.replicaId;
    }
  }
}

/** Returns Unreached when the replica failed before its answer began. */
async function attempt(
  call: Call,
  response: InboundResponse,
  options: ProxyOptions,
): Promise<Exchange | Unreached> {
  using seat = await seated(call, options);
  using _stage = options.watched.stage('proxy');
  const began = performance.now();
  using tap = tapExchange(call, options);
  const outgoing = open(call, seat, { ...options, isHeard: tap !== undefined });
  const moved = { in: () => 0, out: 0 };
  using _served = options.connections.add({
    kind: 'request',
    caller: call.principal,
    applicationId: call.route.endpoint.applicationId,
    replicaId: seat.replica.id,
    close: () => {},
    tick: endSlowReader(response, call.route.endpoint.settings.slowReader),
    destroy: () => outgoing.destroy(),
    volume: () => ({ ...noVolume, requests: 1, bytesIn: moved.in(), bytesOut: moved.out }),
  });
  const left = new AbortController();
  const leave = (): void => {
    left.abort(call.arrival.signal.reason);
    outgoing.destroy();
  };
  response.once('close', leave);
  try {
    const sent = sendBody(call, outgoing);
    tap?.request();
    moved.in = () => sent.bytes();
    outgoing.on('continue', () => goOn(response));
    const answer = await answered(outgoing, { call, failed: sent.failed, replicaId: seat.replica.id });
    if (answer instanceof Unreached) {
      options.ejections.failed({ ...call.route.endpoint, seat });
      return answer;
    }
    options.ejections.succeeded({ seat });
    const took = Math.round(performance.now() - began);
    if (sent.check !== undefined) {
      await untilAnswerable({ check: sent.check, outgoing, left: left.signal });
      if (answer.destroyed) throw unreachable();
    }
    answer.on('data', (chunk: Buffer) => (moved.out += chunk.length));
    const passed = passBack(answer, response, { ...options, call, replicaId: seat.replica.id });
    tap?.answer(answer);
    await Promise.race([passed, sent.failed]);
    const { replica, held } = seat;
    return {
      status: answer.statusCode ?? 0,
      replicaId: replica.id,
      bytesIn: sent.bytes(),
      held,
      answered: took,
    };
  } finally {
    response.off('close', leave);
    if (!response.writableFinished || !outgoing.writableFinished) outgoing.destroy();
    discardBody(call.arrival.request);
  }
}

function open(
  call: Call,
  { replica, tunnel }: Seat,
  { agent, assertion, preference, watched: { traceparent }, isHeard }: ProxyOptions & { isHeard: boolean },
): ClientRequest {
  const { request } = call.arrival;
  const authority = `${replica.host}:${replica.port}`;
  const headers = replicaHeaders(call, { authority, assertion, preference, traceparent });
  if (request.headers['transfer-encoding'] !== undefined) headers.push('Transfer-Encoding', 'chunked');
  if (/\btrailers\b/i.test(String(request.headers.te ?? ''))) headers.push('TE', 'trailers');
  return http.request({
    ...(tunnel ? { createConnection: () => tunnel() } : { agent }),
    host: replica.host,
    port: replica.port,
    method: request.method,
    path: call.route.path,
    headers: isHeard ? withoutCompression(headers) : headers,
    setDefaultHeaders: false,
  });
}

/** A look at the time that ends an exchange whose client has read nothing of its answer for so many seconds. */
function endSlowReader(response: InboundResponse, seconds: number): (now: number) => void {
  let since: number | undefined;
  response.on('drain', () => (since = undefined));
  return (now) => {
    if (!response.writableNeedDrain) return;
    since ??= now;
    if (now - since >= seconds * 1000) cut(response);
  };
}

interface AnsweredOptions {
  readonly call: Call;
  readonly failed: Promise<never>;
  readonly replicaId: string;
}

async function answered(
  outgoing: ClientRequest,
  options: AnsweredOptions,
): Promise<IncomingMessage | Unreached> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage | Unreached>();
  const seconds = options.call.route.endpoint.settings.responseTimeout;
  outgoing.setTimeout(seconds * 1000, () => {
    reject(new Problem('GatewayTimeout', `The application sent no answer within ${seconds} s.`));
    outgoing.destroy();
  });
  let isBegun = false;
  outgoing.once('response', (answer) => {
    isBegun = true;
    outgoing.setTimeout(0);
    if (isAnswer(answer)) resolve(answer);
    else reject(new Problem('BadGateway', 'The application answered with garbage.'));
  });
  const fail = (cause: NodeJS.ErrnoException): void => {
    if (options.call.arrival.signal.aborted) reject(options.call.arrival.signal.reason);
    else resolve(new Unreached(options.replicaId, cause));
  };
  outgoing.on('error', fail);
  // Also without an error: an upgrade that nobody asked for just ends the connection.
  outgoing.once('close', () => {
    // An error knows where it was made, which is dear for one that nobody gets.
    if (!isBegun) fail(new Error('the connection was closed before an answer came'));
  });
  return await Promise.race([promise, options.failed]);
}

/** False for a status line that Node's parser lets through and nobody may send (RFC 9112 section 4, RFC 9110 section 15). */
function isAnswer({ statusCode = 0, statusMessage = '' }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 600 && /^[\t\x20-\x7e\x80-\xff]*$/.test(statusMessage);
}

/** Resolves when the answer has been passed on, or the client is gone. A cut answer is passed on as cut. */
async function passBack(
  answer: IncomingMessage,
  response: InboundResponse,
  by: AnsweredBy & Pick<ProxyOptions, 'readable'>,
): Promise<void> {
  const { arrival, route } = by.call;
  const passed = clientHeaders(answer.rawHeaders, answer.headers.connection, arrival.requestId);
  const headers = [...withAffinity(confine(passed, route.prefix), by), ...by.readable];
  begin(response, { status: answer.statusCode ?? 502, reason: answer.statusMessage ?? '', headers });
  answer.once('error', () => cut(response));
  answer.once('end', () => finish(response, passedTrailers(answer.rawTrailers, 'client')));
  pour(answer, response);
  await over(response);
}

function unreachable(failure?: Unreached): Problem {
  return new Problem('BadGateway', 'The application closed the connection before it answered.', {
    cause: failure?.cause,
  });
}
