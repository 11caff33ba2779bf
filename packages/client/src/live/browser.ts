/**
 * Connect and keep connected, in browsers: a page cannot set headers, so its token travels as a ticket in the URL, or
 * as a subprotocol (docs/wire.md, authentication). Uses nothing but what every browser has.
 */
import { TimedOut, Unreachable } from '../failure.ts';
import type { Fetch } from '../fetch.ts';
import { closeGrace, handshakeTimeout, type Closing, type LiveConnection } from './connection.ts';
import { Inbox, type Message } from './inbox.ts';
import { openLasting } from './lasting.ts';
import type { LastingConnection, LastingOptions } from './options.ts';
import { renewToken, ticketFor, withTicket } from './ticket.ts';

export interface ConnectOptions {
  /** Access token of the application. Default: none, for an application without authentication. */
  readonly token?: string;
  /**
   * How the token travels. By ticket (the default) a refusal says why, and the connection can get new tokens; by
   * subprotocol there is one request less.
   */
  readonly tokenBy?: 'ticket' | 'subprotocol';
  /** Offered in this order. Default: none. */
  readonly subprotocols?: readonly string[];
  /** Milliseconds that the handshake may take; a cold start is part of it. Default 60,000. */
  readonly timeout?: number;
  /** Default: the global fetch. */
  readonly fetch?: Fetch;
  /** Ends the handshake, or later the connection. */
  readonly signal?: AbortSignal;
}

/** The name of the subprotocol that carries a token, and of its companion. */
const bearer = 'base64UrlBearerAuthorization';

/** Messages that may lie unread. A browser cannot be told to read less: beyond it the connection is closed. */
const maxUnread = 16_384;
const unread = { code: 4000, reason: 'messages were not read' };

/**
 * Opens a connection. Throws RequestFailed (the ticket was refused), TimedOut, or Unreachable, also for a refused
 * handshake: a browser does not say why.
 */
export async function connect(url: string, options: ConnectOptions = {}): Promise<LiveConnection> {
  options.signal?.throwIfAborted();
  const limit = new AbortController();
  const { timeout = handshakeTimeout } = options;
  const timer = setTimeout(() => limit.abort(new TimedOut(lateness(url, timeout))), timeout);
  const signal = options.signal ? AbortSignal.any([options.signal, limit.signal]) : limit.signal;
  try {
    const { address, offered, connectionId } = await credential(url, options, signal);
    const socket = new WebSocket(address, offered);
    socket.binaryType = 'arraybuffer';
    const connection = new BrowserConnection(socket, connectionId);
    await opened(socket, url, signal);
    connection.closeOn(options.signal);
    return connection;
  } finally {
    clearTimeout(timer);
  }
}

export interface KeepConnectedOptions extends LastingOptions, Omit<ConnectOptions, 'token' | 'signal'> {}

/** @param url WebSocket URL of the application. Rejects like `connect` when the first attempt fails. */
export function keepConnected(url: string, options: KeepConnectedOptions = {}): Promise<LastingConnection> {
  const { subprotocols, tokenBy, timeout, fetch, ...lasting } = options;
  const handshake = {
    ...(subprotocols && { subprotocols }),
    ...(tokenBy && { tokenBy }),
    ...(timeout !== undefined && { timeout }),
    ...(fetch && { fetch }),
  };
  return openLasting(
    {
      dial: (once) => connect(url, { ...handshake, ...once }),
      renew: (connectionId, { token, signal }) => renewToken(url, connectionId, { token, fetch, signal }),
    },
    lasting,
  );
}

interface Handshake {
  readonly address: string;
  readonly offered: string[];
  readonly connectionId?: string;
}

async function credential(
  url: string,
  { token, tokenBy = 'ticket', subprotocols = [], fetch }: ConnectOptions,
  signal: AbortSignal,
): Promise<Handshake> {
  const offered = [...subprotocols];
  if (token === undefined) return { address: url, offered };
  if (tokenBy === 'subprotocol')
    return { address: url, offered: [...offered, bearer, `${bearer}.${base64Url(token)}`] };
  const ticket = await ticketFor(url, { token, fetch, signal });
  return { address: withTicket(url, ticket), offered, connectionId: ticket.connectionId };
}

/** Tokens are ASCII. */
const base64Url = (text: string): string =>
  btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');

async function opened(socket: WebSocket, url: string, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  socket.addEventListener('open', () => resolve(), { once: true });
  socket.addEventListener('close', ({ code }) => reject(new Unreachable(url, silence(code))), { once: true });
  try {
    signal.throwIfAborted();
    await promise;
  } catch (error) {
    socket.close();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

const silence = (code: number): Error =>
  new Error(`the handshake failed (${code}); a browser does not say why, its console may`);

const lateness = (url: string, timeout: number): string =>
  `${url} did not answer the WebSocket handshake within ${timeout / 1000} s`;

class BrowserConnection implements LiveConnection {
  readonly connectionId: string | undefined;
  readonly closed: Promise<Closing>;
  readonly #socket: WebSocket;
  readonly #inbox = new Inbox(maxUnread);
  readonly #over: (closing: Closing) => void;

  constructor(socket: WebSocket, connectionId: string | undefined) {
    this.#socket = socket;
    this.connectionId = connectionId;
    const { promise, resolve } = Promise.withResolvers<Closing>();
    this.closed = promise;
    this.#over = resolve;
    socket.addEventListener('message', ({ data }) => this.#receive(data));
    socket.addEventListener('close', ({ code, reason }) => this.#end({ code, reason }), { once: true });
  }

  get subprotocol(): string {
    const { protocol } = this.#socket;
    return protocol === bearer ? '' : protocol;
  }

  closeOn(signal: AbortSignal | undefined): void {
    const stop = (): void => void this.close();
    signal?.addEventListener('abort', stop, { once: true });
    void this.closed.then(() => signal?.removeEventListener('abort', stop));
  }

  async send(message: Message): Promise<void> {
    if (this.#socket.readyState !== WebSocket.OPEN) throw new Error('the connection is not open');
    // What TypeScript calls a Uint8Array may lie in memory that threads share, which no socket takes.
    this.#socket.send(typeof message === 'string' ? message : new Uint8Array(message));
  }

  async close(): Promise<Closing> {
    const cut = setTimeout(
      () => this.#end({ code: 1006, reason: 'the peer did not answer the close' }),
      closeGrace,
    );
    this.#socket.close(1000);
    return await this.closed.finally(() => clearTimeout(cut));
  }

  [Symbol.asyncIterator](): AsyncIterator<Message> {
    return this.#inbox[Symbol.asyncIterator]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #receive(data: unknown): void {
    if (this.#inbox.isFull) return this.#socket.close(unread.code, unread.reason);
    if (typeof data === 'string') void this.#inbox.put(data);
    else if (data instanceof ArrayBuffer) void this.#inbox.put(new Uint8Array(data));
  }

  #end(closing: Closing): void {
    this.#inbox.end();
    this.#over(closing);
  }
}
