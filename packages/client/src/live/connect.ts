/** Connect, in Node: opens a live connection, with its refusals as errors and its messages as an iterable. */
import { on } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { refusalOf, TimedOut, Unreachable } from '../failure.ts';
import { closeGrace, handshakeTimeout, type Closing, type LiveConnection } from './connection.ts';
import { keepWatch } from './heartbeat.ts';

export interface ConnectOptions {
  /** Access token of the application. Default: none, for an application without authentication. */
  readonly token?: string;
  /** Offered in this order. Default: none. */
  readonly subprotocols?: readonly string[];
  /** PEM of the certificate authority to trust instead of the usual ones. */
  readonly ca?: string;
  /** Further headers of the handshake. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds that the handshake may take; a cold start is part of it. Default 60,000. */
  readonly timeout?: number;
  /** Milliseconds between two pings; a peer that misses two is given up. 0: none. Default 25,000. */
  readonly pingInterval?: number;
  /** Ends the handshake, or later the connection. */
  readonly signal?: AbortSignal;
}

/** Milliseconds between two pings. */
const pingInterval = 25_000;
/** Messages read ahead of whoever iterates; beyond it the socket is not read. */
const readAhead = 64;

/** Opens a connection. Throws RequestFailed (refused), Unreachable or TimedOut. */
export async function connect(url: string, options: ConnectOptions = {}): Promise<LiveConnection> {
  options.signal?.throwIfAborted();
  const timeout = options.timeout ?? handshakeTimeout;
  const socket = new WebSocket(url, [...(options.subprotocols ?? [])], {
    handshakeTimeout: timeout,
    headers: { ...options.headers, ...(options.token && { authorization: `Bearer ${options.token}` }) },
    ...(options.ca !== undefined && { ca: options.ca }),
  });
  const closed = closingOf(socket);
  const named: Named = {};
  socket.once('upgrade', ({ headers }) =>
    Object.assign(named, { connectionId: headers['mooring-connection-id'] }),
  );
  const messages = on(socket, 'message', { close: ['close'], highWaterMark: readAhead, lowWaterMark: 1 });
  await opened(socket, { url, timeout, signal: options.signal });
  keepWatch(socket, options.pingInterval ?? pingInterval);
  return live(socket, { closed, messages, signal: options.signal, ...named });
}

interface Opening {
  readonly url: string;
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
}

async function opened(socket: WebSocket, { url, timeout, signal }: Opening): Promise<void> {
  const stop = (): void => socket.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', (error) => reject(translate(error, url, timeout)));
      socket.once('unexpected-response', (request, response) => {
        refusal(response).then(reject, (error: unknown) => reject(new Unreachable(url, error)));
        response.once('close', () => request.destroy());
      });
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** More of a refusal's body is not read. */
const refusalLimit = 64 * 1024;

async function refusal(response: IncomingMessage): Promise<Error> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > refusalLimit) break;
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(response.headers)) headers.set(name, String(value));
  return refusalOf({ status: response.statusCode ?? 0, headers }, text);
}

function translate(error: Error, url: string, timeout: number): Error {
  if (error.message === 'Opening handshake has timed out')
    return new TimedOut(`${url} did not answer the WebSocket handshake within ${timeout / 1000} s`, {
      cause: error,
    });
  return new Unreachable(url, error);
}

function closingOf(socket: WebSocket): Promise<Closing> {
  let failure: string | undefined;
  socket.on('error', (error) => (failure = error.message));
  return new Promise((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() || (failure ?? '') })),
  );
}

/** What the answer to the handshake says of the connection. */
interface Named {
  readonly connectionId?: string;
}

interface LiveParts extends Named {
  readonly closed: Promise<Closing>;
  readonly messages: AsyncIterable<unknown[]>;
  readonly signal: AbortSignal | undefined;
}

function live(socket: WebSocket, { closed, messages, signal, connectionId }: LiveParts): LiveConnection {
  const close = async (): Promise<Closing> => {
    const cut = setTimeout(() => socket.terminate(), closeGrace);
    socket.resume();
    socket.close(1000);
    return closed.finally(() => clearTimeout(cut));
  };
  const stop = (): void => void close();
  signal?.addEventListener('abort', stop, { once: true });
  void closed.then(() => signal?.removeEventListener('abort', stop));
  return {
    subprotocol: socket.protocol,
    connectionId,
    closed,
    close,
    send: (message) =>
      new Promise((resolve, reject) => socket.send(message, (error) => (error ? reject(error) : resolve()))),
    [Symbol.asyncIterator]: () => contents(messages),
    [Symbol.asyncDispose]: async () => void (await close()),
  };
}

/** Ends with the connection; how it ended is told by `closed`. */
async function* contents(messages: AsyncIterable<unknown[]>): AsyncGenerator<string | Uint8Array, void> {
  try {
    for await (const [data, isBinary] of messages) {
      if (!Buffer.isBuffer(data)) continue;
      yield isBinary === true ? data : data.toString('utf8');
    }
  } catch {
    // A broken frame or a reset: `closed` carries the reason.
  }
}
