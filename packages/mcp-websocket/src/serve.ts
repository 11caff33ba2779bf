/**
 * serveWebSocket: an MCP server at one path of an HTTP server that is there already. Both eras on every connection,
 * decided by its first message. It owns its connections and nothing else: the HTTP server stays the caller's.
 */
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { closeCodes } from './closing.ts';
import { draining, examine, failed, isFor, malformed, notFound, subprotocol, tooMany } from './handshake.ts';
import { defaultServeLimits, limitsFrom, type ServeLimits } from './limits.ts';
import { allowKnownOrigin, type AllowOrigin } from './origin.ts';
import { refuse, type Refusal } from './refuse.ts';
import { openSession, serveFactory, type Serve, type ServerFactory, type Session } from './session.ts';

export interface ServeOptions extends AcceptOptions {
  readonly server: ServerFactory;
}

export interface AcceptOptions extends Partial<ServeLimits> {
  /** Default `/ws`. */
  readonly path?: string;
  /** Which web pages may connect. Default: those of this machine, and all that come through Mooring. */
  readonly allowOrigin?: AllowOrigin;
  /** Told what went wrong: a peer that breaks the protocol, a factory that throws. Default: nobody is told. */
  readonly onerror?: (error: Error) => void;
}

export interface DrainOptions {
  /** 1012: the server comes back, connect again. 1001: it does not. Default 1012. */
  readonly code?: 1001 | 1012;
  /** At most 123 bytes. Default `the server is restarting`, or `the server is going away`. */
  readonly reason?: string;
}

/** Disposing of it drains it with the defaults. */
export interface WebSocketServing extends AsyncDisposable {
  /** Connections that are open now. */
  readonly connections: number;
  /**
   * Refuses new connections with 503, answers the requests that are there already for up to `drainTimeout`, closes
   * every connection, resets those that do not answer within `closeTimeout`, and resolves when none is left. Never
   * rejects for what a peer does. Only the first call decides about code and reason.
   */
  drain(options?: DrainOptions): Promise<void>;
}

/** The path of every upgrade listener made here: together they refuse the paths that none of them serves. */
const paths = new WeakMap<object, string>();

export function serveWebSocket(http: HttpServer | HttpsServer, options: ServeOptions): WebSocketServing {
  const endpoint: Endpoint = new Endpoint(http, {
    ...options,
    serve: serveFactory(options.server, (error) => endpoint.report(error)),
  });
  return servingOf(endpoint);
}

/** The same for what is no MCP server of the SDK: `serve` gets the transport of each connection. */
export function acceptWebSockets(
  http: HttpServer | HttpsServer,
  options: AcceptOptions & { readonly serve: Serve },
): WebSocketServing {
  return servingOf(new Endpoint(http, options));
}

function servingOf(endpoint: Endpoint): WebSocketServing {
  return {
    get connections() {
      return endpoint.connections;
    },
    drain: (how) => endpoint.drain(how),
    [Symbol.asyncDispose]: () => endpoint.drain(),
  };
}

type EndpointOptions = AcceptOptions & { readonly serve: Serve };

class Endpoint {
  readonly #http: HttpServer | HttpsServer;
  readonly #options: EndpointOptions;
  readonly #path: string;
  readonly #limits: ServeLimits;
  readonly #acceptor: WebSocketServer;
  readonly #sessions = new Set<Session>();
  #handshakes = 0;
  #drained: Promise<void> | undefined;

  constructor(http: HttpServer | HttpsServer, options: EndpointOptions) {
    this.#http = http;
    this.#options = options;
    this.#path = options.path ?? '/ws';
    if (!this.#path.startsWith('/')) throw new TypeError(`path must begin with "/", not be "${this.#path}".`);
    this.#limits = limitsFrom(defaultServeLimits, options);
    this.#acceptor = acceptor(this.#limits);
    paths.set(this.#onUpgrade, this.#path);
    http.on('upgrade', this.#onUpgrade);
  }

  get connections(): number {
    return this.#sessions.size;
  }

  drain(options: DrainOptions = {}): Promise<void> {
    this.#drained ??= this.#drain(goodbye(options));
    return this.#drained;
  }

  async #drain({ code, reason }: { code: number; reason: string }): Promise<void> {
    const timeout = this.#limits.drainTimeout;
    await Promise.all([...this.#sessions].map((session) => session.drain({ code, reason, timeout })));
    this.#http.off('upgrade', this.#onUpgrade);
  }

  readonly #onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (!isFor(request, this.#path)) {
      if (this.#isNobodys(request)) refuse(socket, notFound);
      return;
    }
    this.#handshakes += 1;
    this.#accept(request, socket, head)
      .catch((error: unknown) => {
        socket.destroy();
        this.report(error);
      })
      .finally(() => (this.#handshakes -= 1));
  };

  /** True when it is on us to refuse: no listener serves the path, nor could one that was not made here. */
  #isNobodys(request: IncomingMessage): boolean {
    const all = this.#http.listeners('upgrade');
    const isOthers = (path: string | undefined): boolean => path === undefined || isFor(request, path);
    return all.at(-1) === this.#onUpgrade && !all.some((listener) => isOthers(paths.get(listener)));
  }

  async #accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Before the first await: a client that resets meanwhile must not end the process.
    const ignore = (): void => {};
    socket.on('error', ignore);
    const refusal = this.#isFull() ?? (await this.#examine(request)) ?? this.#isDraining();
    if (socket.destroyed) return;
    if (refusal !== undefined) refuse(socket, refusal);
    else this.#acceptor.handleUpgrade(request, socket, head, (webSocket) => this.#open(webSocket, request));
    socket.off('error', ignore);
  }

  #isFull(): Refusal | undefined {
    return this.#sessions.size + this.#handshakes > this.#limits.maxConnections ? tooMany : undefined;
  }

  #isDraining(): Refusal | undefined {
    return this.#drained === undefined ? undefined : draining;
  }

  async #examine(request: IncomingMessage): Promise<Refusal | undefined> {
    const { allowOrigin = allowKnownOrigin } = this.#options;
    try {
      return await examine(request, { allowOrigin, timeout: this.#limits.handshakeTimeout });
    } catch (error) {
      this.report(error);
      return failed;
    }
  }

  #open(socket: WebSocket, request: IncomingMessage): void {
    const session = openSession(socket, {
      request,
      serve: this.#options.serve,
      limits: this.#limits,
      closed: () => this.#sessions.delete(session),
    });
    this.#sessions.add(session);
  }

  report(error: unknown): void {
    try {
      this.#options.onerror?.(error instanceof Error ? error : new Error(String(error)));
    } catch {
      // The listener for errors is the one that throws: nobody is left to tell.
    }
  }
}

function acceptor(limits: ServeLimits): WebSocketServer {
  // Not written in place: the types of ws do not know closeTimeout.
  const options = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.maxMessageBytes,
    closeTimeout: limits.closeTimeout,
    handleProtocols: () => subprotocol,
  };
  const acceptor = new WebSocketServer(options);
  acceptor.on('wsClientError', (error, socket) => refuse(socket, malformed(error)));
  return acceptor;
}

function goodbye({ code = closeCodes.serviceRestart, reason }: DrainOptions): {
  code: number;
  reason: string;
} {
  const text =
    reason ?? (code === closeCodes.goingAway ? 'the server is going away' : 'the server is restarting');
  if (Buffer.byteLength(text) > 123) throw new TypeError('The reason of a close has at most 123 bytes.');
  return { code, reason: text };
}
