/**
 * Dial: the client's handshake. Resolves with an open socket, or rejects with a HandshakeError that says what the
 * server answered. Nothing that it says holds a token or a query.
 */
import type { IncomingMessage } from 'node:http';
import type { ConnectionOptions } from 'node:tls';
import { WebSocket } from 'ws';
import { subprotocol } from './handshake.ts';
import type { ConnectionLimits } from './limits.ts';

/** TLS of a `wss:` connection, as node:tls has it. */
export type TlsOptions = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'passphrase' | 'pfx' | 'rejectUnauthorized' | 'servername' | 'minVersion'
>;

export interface DialOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly subprotocols: readonly string[];
  readonly tls: TlsOptions;
  readonly limits: ConnectionLimits;
  readonly signal: AbortSignal;
}

export interface Dialled {
  readonly socket: WebSocket;
  /** Grows with every byte from the server. */
  readonly bytesRead: () => number;
}

export interface HandshakeErrorOptions extends ErrorOptions {
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly retryAfter?: number | undefined;
  readonly challenge?: string | undefined;
  readonly requestId?: string | undefined;
}

/** The connection did not come about. The message is the server's own where it gave one. */
export class HandshakeError extends Error {
  /** HTTP status of the refusal; undefined when there was no HTTP response. */
  readonly status: number | undefined;
  /** `code` of the response's body, as Mooring sends it: NotAuthenticated, ServiceUnavailable… */
  readonly code: string | undefined;
  /** Seconds to wait before trying again, from `Retry-After`. */
  readonly retryAfter: number | undefined;
  /** The `WWW-Authenticate` header: where to get a token. */
  readonly challenge: string | undefined;
  /** The `opc-request-id` header: quote it to the server's operator. */
  readonly requestId: string | undefined;

  constructor(message: string, options: HandshakeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HandshakeError';
    this.status = options.status;
    this.code = options.code;
    this.retryAfter = options.retryAfter;
    this.challenge = options.challenge;
    this.requestId = options.requestId;
  }
}

export async function dial(url: URL, options: DialOptions): Promise<Dialled> {
  const { headers, limits, signal, subprotocols, tls } = options;
  signal.throwIfAborted();
  // Not written in place: the types of ws do not know closeTimeout.
  const clientOptions = {
    ...tls,
    headers,
    followRedirects: false,
    perMessageDeflate: false,
    // One message at a time: the SDK's client loses progress that arrives together with the answer.
    allowSynchronousEvents: false,
    maxPayload: limits.maxMessageBytes,
    closeTimeout: limits.closeTimeout,
  };
  const socket = new WebSocket(url, [subprotocol, ...subprotocols], clientOptions);
  const abort = (): void => socket.terminate();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await opened(socket, url);
  } catch (error) {
    socket.terminate();
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function opened(socket: WebSocket, url: URL): Promise<Dialled> {
  const outcome = Promise.withResolvers<Dialled>();
  let stream: IncomingMessage['socket'] | undefined;
  socket.on('upgrade', (response) => (stream = response.socket));
  socket.on('error', (cause) => outcome.reject(unreachable(url, cause)));
  socket.on('unexpected-response', (_request, response) => {
    refusal(response).then(outcome.reject, outcome.reject);
  });
  socket.on('open', () => {
    // Nothing may be read before somebody listens.
    socket.pause();
    if (socket.protocol === subprotocol) outcome.resolve({ socket, bytesRead: () => stream?.bytesRead ?? 0 });
    else
      outcome.reject(new HandshakeError(`The server chose the subprotocol "${socket.protocol}", not MCP.`));
  });
  return outcome.promise;
}

function unreachable({ protocol, host, pathname }: URL, cause: Error & { code?: string }): HandshakeError {
  // An attempt at several addresses fails without a message.
  const why = cause.message === '' ? (cause.code ?? cause.name) : cause.message;
  return new HandshakeError(`No connection to ${protocol}//${host}${pathname}: ${why}${hint(cause)}`, {
    cause,
  });
}

function hint(cause: Error & { code?: string }): string {
  const isUntrusted = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(cause.code ?? '');
  return isUntrusted ? ". Give the certificate of the server's authority as tls.ca." : '';
}

/** Bytes of a refusal's body that are read; the rest is of no interest. */
const maxBody = 16 * 1024;

async function refusal(response: IncomingMessage): Promise<HandshakeError> {
  const { code, message } = parseBody(await readBody(response));
  const { statusCode: status, statusMessage, headers } = response;
  const said = message === undefined ? (statusMessage ?? '') : `${code ?? statusMessage}: ${message}`;
  const retryAfter = Number(headers['retry-after'] ?? Number.NaN);
  const isWait = Number.isFinite(retryAfter) && retryAfter >= 0;
  return new HandshakeError(`The server refused the connection with ${status} ${said}`, {
    status,
    code,
    retryAfter: isWait ? retryAfter : undefined,
    challenge: headers['www-authenticate'],
    requestId: single(headers['opc-request-id']),
  });
}

const single = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= maxBody) break;
    }
  } catch {
    // The status has been said; a body that breaks off adds nothing.
  }
  return Buffer.concat(chunks).toString('utf8', 0, maxBody);
}

function parseBody(text: string): { code: string | undefined; message: string | undefined } {
  try {
    const body: unknown = JSON.parse(text);
    return { code: textOf(body, 'code'), message: textOf(body, 'message') };
  } catch {
    return { code: undefined, message: undefined };
  }
}

function textOf(body: unknown, name: 'code' | 'message'): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const value: unknown = Reflect.get(body, name);
  return typeof value === 'string' ? value : undefined;
}
