/**
 * Listen: one HTTP/1.1 listener, plain or TLS, with the limits of a server in front of strangers. It owns the server
 * and its idle connections; whoever is being served is its caller's.
 */
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import net, { type Socket } from 'node:net';

export interface ListenOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  /** Requests that ask for an upgrade to WebSocket. Absent: they are ordinary requests. */
  readonly onUpgrade?: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
  /** A request that could not be parsed, with the socket to answer it on. */
  readonly onBroken: (error: NodeJS.ErrnoException, socket: Socket) => void;
}

export interface Listener extends AsyncDisposable {
  readonly port: number;
  /** Takes no new connections and ends the idle ones. */
  stop(): void;
}

/** Milliseconds for the whole head of a request (slowloris), and for a TLS handshake. */
const headLimit = 10_000;
/** Bytes of a request's head. */
const maxHeaderSize = 16 * 1024;
/** Milliseconds that an idle keep-alive connection stays open. */
const keepAliveTimeout = 65_000;

/** Resolves once it listens. Rejects with what the system said (EADDRINUSE, EACCES, …). */
export async function listen(options: ListenOptions): Promise<Listener> {
  const server = createServer(options);
  server.on('request', options.onRequest);
  server.on('checkContinue', options.onRequest);
  server.on('clientError', (error, socket) => answerBroken(error, socket, options));
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  if (options.onUpgrade !== undefined) {
    const { onUpgrade } = options;
    server.on('upgrade', (request, socket, head) => {
      // Node types it as a Duplex; it is the net.Socket (or the TLS one) of the connection.
      if (socket instanceof net.Socket) onUpgrade(request, socket, head);
      else socket.destroy();
    });
  }
  await bind(server, options);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('listen: a TCP address is needed');
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  const stop = (): void => {
    if (server.listening) server.close();
    server.closeIdleConnections();
  };
  return {
    port: address.port,
    stop,
    [Symbol.asyncDispose]: async () => {
      stop();
      server.closeAllConnections();
      await closed;
    },
  };
}

function createServer({ tls, onUpgrade }: ListenOptions): http.Server {
  const common = {
    headersTimeout: headLimit,
    requestTimeout: 0,
    connectionsCheckingInterval: 1_000,
    keepAliveTimeout,
    maxHeaderSize,
    noDelay: true,
    shouldUpgradeCallback: (request: IncomingMessage) =>
      onUpgrade !== undefined && request.headers.upgrade?.toLowerCase() === 'websocket',
  };
  if (tls === undefined) return http.createServer(common);
  return https.createServer({ ...common, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: headLimit });
}

async function bind(server: http.Server, { host, port }: ListenOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function answerBroken(error: NodeJS.ErrnoException, socket: unknown, { onBroken }: ListenOptions): void {
  if (!(socket instanceof net.Socket)) return;
  if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
  else onBroken(error, socket);
}
