/**
 * HTTP/2 beside HTTP/1.1 on one TLS listener, told apart by ALPN (RFC 9113 section 3.2). It owns the sessions, with the
 * limits of a server in front of strangers; a request is its caller's. What is no HTTP/2 stays with the HTTPS server.
 */
import http2, {
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import type https from 'node:https';
import type { TLSSocket } from 'node:tls';

export interface Http2Options {
  readonly onRequest: (request: Http2ServerRequest, response: Http2ServerResponse) => void;
  /** Bytes of a request's head, by the count of RFC 9113 section 6.5.2. More ends the stream. */
  readonly maxHeaderSize: number;
  /** Milliseconds until a new session has sent its first request. */
  readonly headLimit: number;
  /** Milliseconds that a session without a request stays open. Only a request is life, a ping is not. */
  readonly idleLimit: number;
}

export interface Http2Sessions extends Disposable {
  /** Begins no new requests (GOAWAY); each session ends with the last one that it has. */
  stop(): void;
}

/** What the client is told at the beginning of a session. */
const settings = {
  maxConcurrentStreams: 100,
  /** Bytes of one request's body that are on their way or not yet read. */
  initialWindowSize: 65_535,
  enablePush: false,
  // A WebSocket over HTTP/2 has no socket of its own for the relay.
  enableConnectProtocol: false,
};

/** Bytes that all bodies of a session may have on their way together. */
const sessionWindow = 1024 * 1024;

/** Requests that a client may reset before they are answered (CVE-2023-44487): so many at once, and so many a second. */
const resets = { burst: 200, rate: 20 };
/** The same for all resets: some clients (curl 7.88) also reset what is over. */
const anyResets = { streamResetBurst: 10_000, streamResetRate: 1_000 };

/** Call before the server listens: it must have been made with `ALPNProtocols: alpn`. */
export function serveHttp2(server: https.Server, options: Http2Options): Http2Sessions {
  const { onRequest, maxHeaderSize } = options;
  const sessions = new Set<ServerHttp2Session>();
  const h2 = http2.createServer({
    ...anyResets,
    settings: { ...settings, maxHeaderListSize: maxHeaderSize },
    maxHeaderListPairs: 1_000,
    maxSessionInvalidFrames: 100,
    maxSessionRejectedStreams: 100,
    maxSessionMemory: 10,
    // What a replica says twice is passed on twice.
    strictSingleValueFields: false,
  });
  h2.on('request', onRequest);
  h2.on('checkContinue', onRequest);
  h2.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    session.setLocalWindowSize(sessionWindow);
    endIdle(session, options);
    endResetting(session);
  });
  const http1 = server.listeners('secureConnection');
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol === 'h2') h2.emit('connection', socket);
    else for (const listener of http1) Reflect.apply(listener, server, [socket]);
  });
  return {
    stop: () => sessions.forEach((session) => session.close()),
    [Symbol.dispose]: () => sessions.forEach((session) => session.destroy()),
  };
}

/** What the TLS handshake offers, the best first. */
export const alpn = ['h2', 'http/1.1'];

/** Ends a session that has no request for too long. */
function endIdle(session: ServerHttp2Session, { headLimit, idleLimit }: Http2Options): void {
  let open = 0;
  let timer = setTimeout(() => session.destroy(), headLimit);
  session.on('stream', (stream) => {
    open += 1;
    clearTimeout(timer);
    stream.once('close', () => {
      open -= 1;
      if (open === 0 && !session.destroyed) timer = setTimeout(() => session.close(), idleLimit);
    });
  });
  session.once('close', () => clearTimeout(timer));
}

/** Sends a client away that begins requests only to reset them. */
function endResetting(session: ServerHttp2Session): void {
  let credit = resets.burst;
  let since = performance.now();
  session.on('stream', (stream) => {
    stream.once('aborted', () => {
      const now = performance.now();
      credit = Math.min(resets.burst, credit + ((now - since) / 1000) * resets.rate) - 1;
      since = now;
      if (credit < 0 && !session.destroyed)
        session.destroy(undefined, http2.constants.NGHTTP2_ENHANCE_YOUR_CALM);
    });
  });
}
