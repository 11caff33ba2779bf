/** Refuse: a Problem becomes an HTTP answer, whichever way the request came. After an upgrade it is a close code instead. */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { invokePath, livePath, Problem, type ProblemBody } from '@mooring/contract';
import { hasBody, type RawHeaders } from './headers.ts';
import {
  answer,
  cut,
  discardBody,
  lingerLimit,
  type InboundRequest,
  type InboundResponse,
} from './inbound.ts';

export interface Refusal {
  readonly problem: Problem;
  readonly requestId: string;
  /** Further header lines. Default: none. */
  readonly headers?: RawHeaders;
}

/** Answers a request. What is left of its body is thrown away: an HTTP/1.1 connection ends with the answer. */
export function refuseRequest(
  request: InboundRequest,
  response: InboundResponse,
  { problem, requestId, headers = [] }: Refusal,
): void {
  if (response.headersSent) return cut(response);
  const body = bodyOf(problem);
  const isUnread = hasBody(request) && !request.complete;
  if (isUnread) discardBody(request);
  if (!('stream' in response)) {
    // Behind a refused wish to upgrade there may be anything but a request.
    if (isUnread || request.headers.upgrade !== undefined) response.shouldKeepAlive = false;
    if (isUnread) response.once('finish', () => linger(request.socket));
  }
  const own = Object.entries(headersOf(problem, requestId, body)).flat();
  answer(response, {
    status: problem.status,
    headers: [...headers, ...own],
    body: request.method === 'HEAD' ? undefined : body,
  });
}

/** Answers an upgrade, or a connection whose request could not be parsed, on the bare socket, and ends it. */
export function refuseSocket(socket: Socket, problem: Problem, requestId: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = bodyOf(problem);
  const headers = { ...headersOf(problem, requestId, body), connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`, ...lines, '', ''].join('\r\n');
  socket.end(head + body);
  linger(socket);
}

function bodyOf(problem: Problem): string {
  const body: ProblemBody = { code: problem.code, message: problem.message };
  return JSON.stringify(body);
}

function headersOf(problem: Problem, requestId: string, body: string): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
    'opc-request-id': requestId,
    ...problem.headers,
  };
  if (problem.challenge !== undefined) headers['www-authenticate'] = problem.challenge;
  if (problem.retryAfter !== undefined) headers['retry-after'] = String(problem.retryAfter);
  return headers;
}

/** Reads on for a moment, so that unread bytes do not turn the close into a reset that eats the answer. */
function linger(socket: Socket): void {
  if (socket.destroyed) return;
  const timer = setTimeout(() => socket.destroy(), lingerLimit);
  socket.once('close', () => clearTimeout(timer));
  socket.end();
  socket.resume();
}

/** Answers a request that Node's parser gave up on, on its bare socket. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  const problem =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new Problem(
          'RequestHeaderFieldsTooLarge',
          'The request line and headers are larger than 16 KiB together.',
        )
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? new Problem('InvalidParameter', 'The head of the request did not arrive within 10 s.')
        : new Problem('InvalidParameter', 'This is not a well-formed HTTP/1.1 request.');
  refuseSocket(socket, problem, randomUUID());
}

/** The server ends, and takes no more. */
export function restarting(): Problem {
  return new Problem('ServiceUnavailable', 'The server is restarting. Try again in a moment.', {
    retryAfter: 1,
  });
}

/** Plain HTTP at the URL of WebSocket connections. */
export function upgradeRequired(): Problem {
  return new Problem(
    'UpgradeRequired',
    'This URL is for WebSocket clients. Use the invoke URL for plain HTTP.',
    { headers: { upgrade: 'websocket', connection: 'Upgrade' } },
  );
}

/** A WebSocket handshake at the URL of plain HTTP. */
export function wrongUrl(applicationId: string): Problem {
  return new Problem(
    'InvalidParameter',
    `WebSocket connections are opened at ${livePath(applicationId)}, not at ${invokePath(applicationId)}.`,
  );
}
