/**
 * WebSocketClientTransport: the client's end of MCP over WebSocket, a Transport for the Client of the MCP SDK. One
 * instance is one connection; to connect again, make another one.
 */
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
import { Channel } from './channel.ts';
import { closeCodes, describeClosing, type Closing } from './closing.ts';
import { dial, HandshakeError, type Dialled, type TlsOptions } from './dial.ts';
import { defaultConnectionLimits, limitsFrom, type ConnectionLimits } from './limits.ts';

/** An access token, or what gets a fresh one, or none where none is wanted; it is asked once per connection. */
export type TokenProvider = string | ((options: { signal: AbortSignal }) => Promise<string | undefined>);

export interface WebSocketClientTransportOptions extends Partial<ConnectionLimits> {
  /** Sent as `Authorization: Bearer …`. Default: none. */
  readonly token?: TokenProvider;
  /** Further headers of the handshake. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Subprotocols to offer after `mcp`. The server must choose `mcp` all the same. */
  readonly subprotocols?: readonly string[];
  /** For `wss:` and a private authority: `{ ca }`. */
  readonly tls?: TlsOptions;
  /** Until the connection is open, the token included. Default 40,000 ms: a cold start may take 30 s. */
  readonly connectTimeout?: number;
}

const defaults = { ...defaultConnectionLimits, connectTimeout: 40_000 };

export class WebSocketClientTransport implements Transport {
  onclose?: Transport['onclose'];
  onerror?: Transport['onerror'];
  onmessage?: Transport['onmessage'];
  readonly #url: URL;
  readonly #options: WebSocketClientTransportOptions;
  readonly #limits: typeof defaults;
  readonly #abandoned = new AbortController();
  #started = false;
  #channel: Channel | undefined;

  /** Throws a TypeError for a URL that is not ws: or wss:, and for limits that cannot be meant. */
  constructor(url: string | URL, options: WebSocketClientTransportOptions = {}) {
    this.#url = new URL(url);
    if (!['ws:', 'wss:'].includes(this.#url.protocol))
      throw new TypeError(`The URL must begin with ws: or wss:, not ${this.#url.protocol}`);
    this.#options = options;
    this.#limits = limitsFrom(defaults, options);
  }

  /** How the connection ended: code, reason and who began. Undefined before. */
  get closing(): Closing | undefined {
    return this.#channel?.closing;
  }

  /** Connects. Rejects with a HandshakeError. `client.connect(transport)` calls it. */
  async start(): Promise<void> {
    if (this.#started)
      throw new TypeError(
        'This transport has been started already: connect() does that, and each connection takes a new one.',
      );
    this.#started = true;
    const { socket, bytesRead } = await this.#connect();
    this.#channel = new Channel(socket, {
      limits: this.#limits,
      bytesRead,
      events: {
        message: (message) => this.onmessage?.(message),
        refused: ({ error }) => this.onerror?.(error),
        error: (error) => this.onerror?.(error),
        closed: (closing) => this.#end(closing),
      },
    });
    this.#channel.start();
    if (this.#abandoned.signal.aborted) await this.close();
    this.#abandoned.signal.throwIfAborted();
  }

  /** Resolves when the message was handed to the network. */
  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#channel === undefined)
      throw new Error('The message was not sent: the WebSocket is not open yet.');
    await this.#channel.send(message);
  }

  /** Closes with 1000, or gives up connecting. Resolves when the connection is gone. */
  async close(): Promise<void> {
    this.#abandoned.abort(
      new HandshakeError('The connection was given up: close() was called before it was open.'),
    );
    await this.#channel?.close(closeCodes.normal, '');
  }

  async #connect(): Promise<Dialled> {
    const { connectTimeout } = this.#limits;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(tooLate(connectTimeout)), connectTimeout);
    const signal = AbortSignal.any([this.#abandoned.signal, late.signal]);
    try {
      const authorization = await this.#authorization(signal);
      const { headers, subprotocols = [], tls = {} } = this.#options;
      return await dial(this.#url, {
        headers: { ...headers, ...authorization },
        subprotocols,
        tls,
        limits: this.#limits,
        signal,
      });
    } finally {
      clearTimeout(timer);
    }
  }

  async #authorization(signal: AbortSignal): Promise<Record<string, string>> {
    const { token } = this.#options;
    if (token === undefined) return {};
    const value =
      typeof token === 'string' ? token : await Promise.race([obtain(token, signal), aborted(signal)]);
    return value === undefined ? {} : { Authorization: `Bearer ${value}` };
  }

  #end(closing: Closing): void {
    if (closing.by === 'peer' && closing.code !== closeCodes.normal)
      this.onerror?.(new Error(`The server closed the connection with ${describeClosing(closing)}`));
    this.onclose?.();
  }
}

async function obtain(
  token: (options: { signal: AbortSignal }) => Promise<string | undefined>,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return await token({ signal });
  } catch (cause) {
    throw new HandshakeError('No connection: the token provider failed.', { cause });
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

function tooLate(milliseconds: number): HandshakeError {
  return new HandshakeError(
    `No connection after ${milliseconds} ms. Raise connectTimeout, or see whether the server is well.`,
  );
}
