/**
 * Dial, the fifth stage: the opening handshake with the replica, rebuilt rather than piped. The client hears of a
 * 101 only after the replica's. Afterwards the replica's bytes come through one reused buffer.
 */
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import net, { type Socket } from 'node:net';
import { Problem } from '@mooring/contract';
import type { Random } from '../kit/clock.ts';
import type { Preference } from './affinity.ts';
import type { Call } from './authenticate.ts';
import type { Seat } from './admit.ts';
import { isAcceptableExtension, offeredExtensions } from './extension.ts';
import { acceptKey } from './handshake.ts';
import { replicaHeaders } from './headers.ts';
import { readChunk, reusedBuffer, type Reading } from './reused-buffer.ts';
import { offeredSubprotocols } from './subprotocol.ts';

export interface Upstream extends Disposable {
  readonly socket: Socket;
  /** Header lines of the replica's 101. */
  readonly rawHeaders: readonly string[];
  readonly connectionHeader: string | undefined;
  readonly subprotocol: string | undefined;
  /** The extensions that the replica accepted. */
  readonly extensions: string | undefined;
  readonly deflate: boolean;
  /** Hands over everything that the replica sends, early bytes first. */
  read(reading: Reading): void;
}

export interface DialOptions {
  readonly seat: Seat;
  readonly assertion: string | undefined;
  readonly preference?: Preference | undefined;
  /** Instead of the client's. Undefined: what the client sent. */
  readonly traceparent?: string | undefined;
  readonly random: Random;
}

/** Throws a Problem: BadGateway (refused, garbage, gone), GatewayTimeout (no answer within `handshakeTimeout`). */
export async function dial(
  call: Call,
  { seat, assertion, random, preference, traceparent }: DialOptions,
): Promise<Upstream> {
  const { host, port } = seat.replica;
  const { request } = call.arrival;
  const key = Buffer.from(random(16)).toString('base64');
  const protocols = offeredSubprotocols(request);
  // What is compressed cannot be counted.
  const { mcpTelemetry } = call.route.endpoint.settings;
  const extensions = mcpTelemetry
    ? undefined
    : offeredExtensions(request.headers['sec-websocket-extensions']);
  const authority = `${host}:${port}`;
  const headers = replicaHeaders(call, { authority, assertion, preference, traceparent });
  headers.push(
    'Connection',
    'Upgrade',
    'Upgrade',
    'websocket',
    'Sec-WebSocket-Version',
    '13',
    'Sec-WebSocket-Key',
    key,
  );
  if (protocols.length > 0) headers.push('Sec-WebSocket-Protocol', protocols.join(', '));
  if (extensions !== undefined) headers.push('Sec-WebSocket-Extensions', extensions);
  const source = new Source(seat);
  const outgoing = http.request({
    host,
    port,
    path: call.route.path,
    headers,
    setDefaultHeaders: false,
    createConnection: () => source.socket,
  });
  const timeout = call.route.endpoint.settings.handshakeTimeout;
  const { answer, socket, head } = await upgraded(outgoing, { timeout, signal: call.arrival.signal });
  const upstream = source.open({ answer, socket, head });
  const complaint = disagreement(answer, { key, protocols, extensions });
  if (complaint === undefined) return upstream;
  upstream[Symbol.dispose]();
  throw new Problem('BadGateway', `The application answered the WebSocket handshake ${complaint}.`);
}

interface Answer {
  readonly answer: IncomingMessage;
  readonly socket: Socket;
  readonly head: Buffer;
}

async function upgraded(
  request: ClientRequest,
  options: { timeout: number; signal: AbortSignal },
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const timer = setTimeout(() => {
    reject(
      new Problem(
        'GatewayTimeout',
        `The application did not answer the WebSocket handshake within ${options.timeout} s.`,
      ),
    );
  }, options.timeout * 1000);
  const leave = (): void => reject(options.signal.reason);
  options.signal.addEventListener('abort', leave, { once: true });
  request.once('upgrade', (answer, socket, head) => {
    // Node types the socket as a Duplex; the one that `createConnection` made is a net.Socket.
    if (!(socket instanceof net.Socket)) return;
    socket.pause();
    resolve({ answer, socket, head });
  });
  request.once('response', (answer) => {
    answer.resume();
    reject(
      new Problem(
        'BadGateway',
        `The application refused the WebSocket handshake with status ${answer.statusCode}.`,
      ),
    );
  });
  request.on('error', (cause) => {
    reject(
      new Problem(
        'BadGateway',
        'The application could not be reached, or answered the WebSocket handshake with garbage.',
        { cause },
      ),
    );
  });
  request.end();
  try {
    if (options.signal.aborted) leave();
    return await promise;
  } catch (error) {
    request.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', leave);
  }
}

interface Offer {
  readonly key: string;
  readonly protocols: readonly string[];
  readonly extensions: string | undefined;
}

/** What is wrong with the replica's 101, if anything (RFC 6455 section 4.1, the client's checks). */
function disagreement({ headers }: IncomingMessage, offer: Offer): string | undefined {
  const chosen = headers['sec-websocket-protocol'];
  if (headers.upgrade?.toLowerCase() !== 'websocket') return 'with another upgrade';
  if (headers['sec-websocket-accept'] !== acceptKey(offer.key)) return 'with a wrong Sec-WebSocket-Accept';
  if (chosen !== undefined && !offer.protocols.includes(chosen))
    return 'with a subprotocol that was not offered';
  if (!isAcceptableExtension(headers['sec-websocket-extensions'], offer.extensions)) {
    return 'with an extension that was not offered';
  }
  return undefined;
}

/** The connection to the replica and the buffer into which it is read. */
class Source {
  readonly socket: Socket;
  #reading: Reading | undefined;

  constructor({ replica: { host, port }, tunnel }: Seat) {
    const onread = { buffer: reusedBuffer, callback: (length: number) => this.#read(length) };
    this.socket = tunnel?.(onread) ?? net.connect({ host, port, noDelay: true, onread });
  }

  open({ answer, socket, head }: Answer): Upstream {
    const extensions = answer.headers['sec-websocket-extensions'];
    const hold = (): void => {};
    // Until the relay listens, a reset must find a listener.
    socket.on('error', hold);
    return {
      socket,
      rawHeaders: answer.rawHeaders,
      connectionHeader: answer.headers.connection,
      subprotocol: answer.headers['sec-websocket-protocol'],
      extensions,
      deflate: extensions !== undefined,
      read: (reading) => {
        if (head.length > 0) reading.consume(head);
        this.#reading = reading;
        socket.resume();
      },
      [Symbol.dispose]: () => socket.destroy(),
    };
  }

  /** Returns true: reading goes on (the relay pauses the socket itself). */
  #read(length: number): boolean {
    if (this.#reading) this.#reading.consume(readChunk(length));
    // Before the upgrade Node's own parser reads; it may keep what it gets.
    else this.socket.emit('data', Buffer.from(readChunk(length)));
    return true;
  }
}
