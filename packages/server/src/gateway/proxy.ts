/**
 * Proxy, the last stage of an HTTP call: the request goes to the replica and its answer comes back, both streamed,
 * with trailers and `Expect: 100-continue`. The client leaving ends the replica's work; a replica that fails before
 * the first byte of its answer becomes 502 or 504, afterwards the client sees a cut answer.
 */
import { Problem } from '@mooring/contract';
import type { ReplicaAddress } from '../directory/endpoint.ts';
import type { Budget } from '../kit/budget.ts';
import { Held } from '../kit/held.ts';
import type { Call } from './authenticate.ts';
import type { Connections } from './connections.ts';
import { hasBody, replicaHeaders, type RawHeaders } from './headers.ts';
import type { InboundResponse } from './inbound.ts';
import { tapExchange, withoutCompression } from './mcp/exchange.ts';
import type { Pool } from './outbound/pool.ts';
import { requestHead } from './outbound/request-head.ts';
import { Passage, Unreached, type Exchange } from './passage.ts';
import { refuseLargeBody } from './request-body.ts';
import type { Seal } from './seal.ts';
import { seated, type SeatedOptions } from './seated.ts';

export interface ProxyOptions extends SeatedOptions {
  readonly pool: Pool;
  readonly connections: Connections;
  /** Lines of the head that say who calls. */
  readonly identity: string;
  readonly seal: Seal;
  /** Bytes of messages that may be held to be read. */
  readonly gathered: Budget;
  /** Header lines that let the calling page read the answer. */
  readonly readable: RawHeaders;
}

/** Repeating these is harmless (RFC 9110 section 9.2.2). */
const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

/** Resolves when the exchange is over. Throws a Problem while the answer has not begun. */
export async function proxy(call: Call, response: InboundResponse, options: ProxyOptions): Promise<Exchange> {
  const { request } = call.arrival;
  refuseLargeBody(Number(request.headers['content-length'] ?? 0), call);
  // A body would be gone after the first attempt.
  const bodiless = !hasBody(request);
  let repeats = bodiless && idempotent.has(request.method ?? '') ? 1 : 0;
  let choice: ProxyOptions = options;
  for (;;) {
    const result = await attempt(call, response, choice);
    if (!(result instanceof Unreached)) return result;
    // A refused connection is no repetition: nothing has reached that replica.
    if (bodiless && choice.except === undefined && result.isRefused)
      choice = { ...choice, except: result.replicaId };
    else if (repeats === 0) throw unreachable(result);
    else {
      repeats -= 1;
      choice = { ...choice, avoid: result.replicaId };
    }
  }
}

/** Returns Unreached when the replica failed before its answer began. */
async function attempt(
  call: Call,
  response: InboundResponse,
  options: ProxyOptions,
): Promise<Exchange | Unreached> {
  const seat = await seated(call, options);
  // A stack of its own for each of these costs as much as all that they do.
  const held = new Held(seat);
  try {
    held.add(options.watched.stage('proxy'));
    const tap = tapExchange(call, options);
    if (tap !== undefined) held.add(tap);
    const { replica, tunnel } = seat;
    const connection = tunnel ? options.pool.once(tunnel) : options.pool.take(replica);
    const { ejections, readable, preference, seal } = options;
    const passage = new Passage(call, response, {
      ejections,
      readable,
      preference,
      seal,
      seat,
      connection,
      tap,
    });
    held.add(passage);
    held.add(options.connections.add(passage));
    const method = call.arrival.request.method ?? 'GET';
    const headers = headersFor(call, replica, options);
    const head = requestHead(
      { method, path: call.route.path },
      tap === undefined ? headers : withoutCompression(headers),
      options.identity,
    );
    return await passage.go(head, {
      isHead: method === 'HEAD',
      isChunked: call.arrival.request.headers['transfer-encoding'] !== undefined,
      patience: call.route.endpoint.settings.responseTimeout * 1000,
    });
  } finally {
    held[Symbol.dispose]();
  }
}

function headersFor(
  call: Call,
  { host, port }: ReplicaAddress,
  { preference, watched }: ProxyOptions,
): RawHeaders {
  const { headers: asked } = call.arrival.request;
  const { traceparent } = watched;
  const headers = replicaHeaders(call, { authority: `${host}:${port}`, preference, traceparent });
  if (asked['transfer-encoding'] !== undefined) headers.push('Transfer-Encoding', 'chunked');
  if (asked.te !== undefined && /\btrailers\b/i.test(String(asked.te))) headers.push('TE', 'trailers');
  return headers;
}

function unreachable(failure: Unreached): Problem {
  return new Problem('BadGateway', 'The application closed the connection before it answered.', {
    cause: failure.cause,
  });
}
