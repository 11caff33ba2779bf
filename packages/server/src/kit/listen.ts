/**
 * Listen: one HTTP listener, plain or TLS, with the limits of a server in front of strangers. It owns the server and
 * its idle connections; whoever is being served is its caller's.
 */
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import net, { type Socket } from 'node:net';
import { alpn, serveHttp2, type Http2Options, type Http2Sessions } from './http2.ts';

export interface ListenOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** True: other threads may listen on the same port, too, and the system spreads connections. Default false. */
  readonly shared?: boolean;
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  /** Requests over HTTP/2, which is then offered on TLS beside HTTP/1.1. Absent: HTTP/1.1 only. */
  readonly onHttp2Request?: Http2Options['onRequest'];
  /** Requests that ask for an upgrade to WebSocket. Absent: they are ordinary requests. */
  readonly onUpgrade?: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
  /** A request that could not be parsed, with the socket to answer it on. Called once per connection. */
  readonly onBroken: (error: NodeJS.ErrnoException, socket: Socket) => void;
  /** Asked of each connection that comes; one that it does not take is closed at once. Absent: all are taken. */
  readonly takes?: (socket: Socket) => boolean;
  /** Milliseconds for the whole head of a request (slowloris), and for a TLS handshake. Default: 10 s. */
  readonly headLimit?: number;
}

export interface Listener extends AsyncDisposable {
  readonly port: number;
  /** Takes no new connections and ends the idle ones. */
  stop(): void;
}

const defaultHeadLimit = 10_000;
/** Bytes of a request's head. */
const maxHeaderSize = 16 * 1024;
/** Milliseconds that an idle keep-alive connection stays open. */
const keepAliveTimeout = 65_000;

/** Resolves once it listens. Rejects with what the system said (EADDRINUSE, EACCES, …). */
export async function listen(options: ListenOptions): Promise<Listener> {
  const server = createServer(options);
  using held = new DisposableStack();
  const http2 = serveBoth(server, options);
  if (http2) held.use(http2);
  const serving = new Serving();
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    serving.begin(request.socket, response);
    options.onRequest(request, response);
  };
  server.on('request', onRequest);
  server.on('checkContinue', onRequest);
  const { takes } = options;
  // Before the server's own listener has made anything of it.
  if (takes) server.prependListener('connection', (socket) => void (takes(socket) || socket.destroy()));
  server.on('clientError', (error, socket) => serving.broken(error, socket, options));
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.on('upgrade', (request, socket, head) => {
    // Node types it as a Duplex; it is the net.Socket (or the TLS one) of the connection.
    if (socket instanceof net.Socket && !serving.isBusy(socket)) options.onUpgrade?.(request, socket, head);
    else socket.destroy();
  });
  await bind(server, options);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('listen: a TCP address is needed');
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  const stop = (): void => {
    if (server.listening) server.close();
    server.closeIdleConnections();
    http2?.stop();
  };
  const owned = held.move();
  return {
    port: address.port,
    stop,
    [Symbol.asyncDispose]: async () => {
      stop();
      owned.dispose();
      server.closeAllConnections();
      await closed;
    },
  };
}

function createServer({
  tls,
  onHttp2Request,
  onUpgrade,
  headLimit = defaultHeadLimit,
}: ListenOptions): http.Server | https.Server {
  const common = {
    headersTimeout: headLimit,
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(headLimit, 1_000),
    keepAliveTimeout,
    maxHeaderSize,
    noDelay: true,
    // Whoever serves requests refuses one without a Host in its own words.
    requireHostHeader: false,
    shouldUpgradeCallback: (request: IncomingMessage) =>
      onUpgrade !== undefined && request.headers.upgrade?.toLowerCase() === 'websocket',
  };
  if (tls === undefined) return http.createServer(common);
  const offered = onHttp2Request === undefined ? {} : { ALPNProtocols: alpn };
  return https.createServer({
    ...common,
    ...tls,
    ...offered,
    minVersion: 'TLSv1.2',
    handshakeTimeout: headLimit,
  });
}

function serveBoth(
  server: http.Server | https.Server,
  { onHttp2Request, headLimit = defaultHeadLimit }: ListenOptions,
): Http2Sessions | undefined {
  if (onHttp2Request === undefined || !(server instanceof https.Server)) return undefined;
  return serveHttp2(server, {
    onRequest: onHttp2Request,
    maxHeaderSize,
    headLimit,
    idleLimit: keepAliveTimeout,
  });
}

async function bind(server: http.Server, { host, port, shared = false }: ListenOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, reusePort: shared }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** What is under way on each connection: nothing may be written between the bytes of an answer. */
class Serving {
  readonly #requests = new WeakMap<Socket, number>();
  readonly #broken = new WeakSet<Socket>();

  begin(socket: Socket, response: ServerResponse): void {
    this.#count(socket, 1);
    response.on('close', () => this.#count(socket, -1));
  }

  isBusy(socket: Socket): boolean {
    return (this.#requests.get(socket) ?? 0) > 0;
  }

  broken(error: NodeJS.ErrnoException, socket: unknown, { onBroken }: ListenOptions): void {
    if (!(socket instanceof net.Socket) || this.#broken.has(socket)) return;
    this.#broken.add(socket);
    if (error.code === 'ECONNRESET' || !socket.writable || this.isBusy(socket)) socket.destroy();
    else onBroken(error, socket);
  }

  #count(socket: Socket, change: number): void {
    this.#requests.set(socket, (this.#requests.get(socket) ?? 0) + change);
  }
}
