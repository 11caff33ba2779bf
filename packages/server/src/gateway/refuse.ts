/** Refuse: a Problem becomes an HTTP answer, whichever way the request came. After an upgrade it is a close code instead. */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Problem, type ProblemBody } from '@mooring/contract';
import { hasBody, type RawHeaders } from './headers.ts';

/** How long a refused client may take to read the answer, in milliseconds. */
const lingerLimit = 1_000;

export interface Refusal {
  readonly problem: Problem;
  readonly requestId: string;
  /** Further header lines. Default: none. */
  readonly headers?: RawHeaders;
}

/** Answers a request. What is left of its body is thrown away: the connection ends with the answer. */
export function refuseRequest(
  request: IncomingMessage,
  response: ServerResponse,
  { problem, requestId, headers = [] }: Refusal,
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body = bodyOf(problem);
  // Behind a refused wish to upgrade there may be anything but a request.
  if (request.headers.upgrade !== undefined) response.shouldKeepAlive = false;
  if (hasBody(request) && !request.complete) {
    response.shouldKeepAlive = false;
    response.once('finish', () => linger(request.socket));
    request.resume();
  }
  for (let index = 0; index + 1 < headers.length; index += 2)
    response.setHeader(headers[index] ?? '', headers[index + 1] ?? '');
  response.writeHead(problem.status, STATUS_CODES[problem.status], headersOf(problem, requestId, body));
  response.end(request.method === 'HEAD' ? undefined : body);
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
