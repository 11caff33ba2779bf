/**
 * Inbound: a client's request and the answer to it, over HTTP/1.1 or HTTP/2. What the two differ in is settled here,
 * so that no stage has to know: a request over HTTP/2 is put into the words of HTTP/1.1 (RFC 9113 section 8.3.1), and
 * an answer is begun, ended and cut by the functions of this file.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  constants,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Stream,
} from 'node:http2';
import type { RawHeaders } from './headers.ts';

export type InboundRequest = IncomingMessage | Http2ServerRequest;
export type InboundResponse = ServerResponse | Http2ServerResponse;

/** How long a client that was answered may go on with a body that nobody wants, in milliseconds. */
export const lingerLimit = 1_000;

/**
 * Gives a request over HTTP/2 the headers that it would have over HTTP/1.1: `host`, one `cookie`, and a framing for a
 * body whose length is not known. Where `:authority` and `host` disagree there are two `host`, as nobody accepts them.
 */
export function translate({ headers, rawHeaders, stream }: Http2ServerRequest): void {
  const lines: RawHeaders = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (!name.startsWith(':') && name !== 'cookie') lines.push(name, rawHeaders[index + 1] ?? '');
  }
  const authority = headers[':authority'];
  if (authority !== undefined && authority !== headers.host) lines.push('host', authority);
  headers.host ??= authority;
  if (headers.cookie !== undefined) lines.push('cookie', headers.cookie);
  if (!stream.endAfterHeaders && headers['content-length'] === undefined) {
    headers['transfer-encoding'] = 'chunked';
    lines.push('transfer-encoding', 'chunked');
  }
  rawHeaders.splice(0, rawHeaders.length, ...lines);
}

export interface Beginning {
  readonly status: number;
  /** HTTP/2 has none. */
  readonly reason?: string | undefined;
  readonly headers: RawHeaders;
}

/**
 * Begins an answer: over HTTP/1.1 its head goes with the first bytes, or at `flush`. What may stand in an answer over
 * HTTP/1.1 only (`Connection` and its like) is left out of HTTP/2.
 */
export function begin(response: InboundResponse, beginning: Beginning): void {
  writeHead(response, { ...beginning, mayTrail: true });
}

/** Sends the head of an answer that was begun and of which nothing has been sent. */
export function flush(response: InboundResponse): void {
  if (!('stream' in response)) response.flushHeaders();
}

/** Sends a whole answer. */
export function answer(
  response: InboundResponse,
  whole: Beginning & { readonly body?: string | undefined },
): void {
  writeHead(response, whole);
  if (whole.body === undefined) response.end();
  else response.end(whole.body);
}

interface Head extends Beginning {
  /** Trailers may come behind the body. */
  readonly mayTrail?: boolean;
}

function writeHead(response: InboundResponse, head: Head): void {
  const { status, reason, headers } = head;
  if ('stream' in response) respond(response.stream, head);
  else if (reason === undefined) response.writeHead(status, headers);
  else response.writeHead(status, reason, headers);
}

/** RFC 9113 section 8.2.2. */
const http1Only = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

function respond(stream: ServerHttp2Stream, { status, headers, mayTrail = false }: Head): void {
  if (stream.closed || stream.destroyed) return;
  const lines = grouped(pairsOf(headers).filter(([name]) => !http1Only.has(name.toLowerCase())));
  const length = lines['content-length']?.[0];
  // Behind a body of known length there are none, and to wait for them delays the end of the stream.
  const options = { endStream: length === '0', waitForTrailers: mayTrail && length === undefined };
  stream.respond({ ...lines, ':status': status }, options);
}

function pairsOf(headers: RawHeaders): [name: string, value: string][] {
  return headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1] ?? '']] : []));
}

/** Up to this size a piece goes out in one write with what stands before it. */
const mostJoined = 16 * 1024;

/** Passes some of the body on. False: the client does not keep up, and 'drain' tells when it does again. */
export function pass(response: InboundResponse, bytes: Buffer): boolean {
  return 'stream' in response ? response.write(bytes) : response.write(bytes);
}

/** Ends an answer that was begun with its last bytes, which need to be there within the call only. */
export function finishWith(response: InboundResponse, bytes: Buffer): void {
  if ('stream' in response || bytes.length > mostJoined) response.end(Buffer.from(bytes));
  else response.end(bytes.toString('latin1'), 'latin1');
}

/** Tells a client that waits for it to go on with its body. */
export function goOn(response: InboundResponse): void {
  if (!isGone(response)) response.writeContinue();
}

/** Ends an answer that was begun, with its trailers. */
export function finish(response: InboundResponse, trailers: readonly [name: string, value: string][]): void {
  if ('stream' in response) response.addTrailers(grouped(trailers));
  else response.addTrailers(trailers);
  response.end();
}

function grouped(lines: readonly [name: string, value: string][]): Record<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, value] of lines) {
    const lower = name.toLowerCase();
    groups.set(lower, [...(groups.get(lower) ?? []), value]);
  }
  return Object.fromEntries(groups);
}

/** Ends an answer half-way, so that its reader knows. */
export function cut(response: InboundResponse): void {
  // close() would end the body before it resets the stream.
  if ('stream' in response) response.stream.destroy(new Error('the answer was cut off'));
  else response.destroy();
}

export function isGone(response: InboundResponse): boolean {
  return 'stream' in response ? response.stream.closed || response.stream.destroyed : response.destroyed;
}

/** Resolves when the answer has been taken whole, or there is nobody any more to take it. */
export function over(response: InboundResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once('close', resolve);
  // A stream of HTTP/2 closes only at the end of the request as well.
  if ('stream' in response) response.stream.once('finish', resolve);
  if (isGone(response)) resolve();
  return promise;
}

/** False when its sender gave up within the body: over HTTP/2 there is an 'end' then as well. */
export function isWhole(request: InboundRequest): boolean {
  return !('stream' in request) || !(request.aborted || request.stream.closed || request.stream.destroyed);
}

/**
 * Throws away the rest of a body that nobody wants any more. Over HTTP/1.1 the client's next request may come behind
 * it; over HTTP/2 the client is asked to stop after a moment, when it has its answer (RFC 9113 section 8.1).
 */
export function discardBody(request: InboundRequest): void {
  request.unpipe().resume();
  if (!('stream' in request) || request.complete || request.stream.endAfterHeaders) return;
  const { stream } = request;
  const timer = setTimeout(() => stream.close(constants.NGHTTP2_NO_ERROR), lingerLimit);
  stream.once('close', () => clearTimeout(timer));
}
