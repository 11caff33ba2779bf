/**
 * Dial, the fifth stage: the opening handshake with the replica, rebuilt rather than piped. The client hears of a
 * 101 only after the replica's. Everything that the replica sends comes through one reused buffer.
 */
import net, { type Socket } from 'node:net';
import { Problem } from '@mooring/contract';
import type { Random } from '../kit/clock.ts';
import type { Preference } from './affinity.ts';
import type { Call } from './authenticate.ts';
import type { Seat } from './admit.ts';
import { isAcceptableExtension, offeredExtensions } from './extension.ts';
import { acceptKey } from './handshake.ts';
import { replicaHeaders } from './headers.ts';
import { requestHead } from './outbound/request-head.ts';
import { UpgradeReader, type UpgradeAnswer } from './outbound/upgrade-reader.ts';
import { readChunk, reusedBuffer, type Reading } from './reused-buffer.ts';
import { offeredSubprotocols } from './subprotocol.ts';

/** A connection to a replica that has answered the handshake. */
export interface Upstream extends Disposable {
  readonly socket: Socket;
  /** Hands over everything that the replica sends, early bytes first; from then on somebody else has to listen. */
  read(reading: Reading): void;
}

export interface Dialled {
  /** The replica's 101. */
  readonly answer: UpgradeAnswer;
  readonly upstream: Upstream;
}

export interface DialOptions {
  readonly seat: Seat;
  /** Lines of the head that say who calls. */
  readonly identity: string;
  readonly preference?: Preference | undefined;
  /** Instead of the client's. Undefined: what the client sent. */
  readonly traceparent?: string | undefined;
  readonly random: Random;
}

/** Throws a Problem: BadGateway (refused, garbage, gone), GatewayTimeout (no answer within `handshakeTimeout`). */
export async function dial(call: Call, options: DialOptions): Promise<Dialled> {
  const { path, endpoint } = call.route;
  const offer = offerOf(call, options);
  const request = requestHead({ method: 'GET', path }, offer.headers, options.identity);
  const dialling = new Dialling(options.seat);
  try {
    const timeout = endpoint.settings.handshakeTimeout;
    const answer = await dialling.ask(request, { timeout, signal: call.arrival.signal });
    const complaint = complaintOf(answer, offer);
    if (complaint === undefined) return { answer, upstream: dialling };
    throw new Problem('BadGateway', `The application ${complaint}.`);
  } catch (error) {
    dialling[Symbol.dispose]();
    throw error;
  }
}

interface Offer {
  readonly key: string;
  readonly protocols: readonly string[];
  readonly extensions: string | undefined;
  readonly headers: readonly string[];
}

function offerOf(call: Call, { seat, random, preference, traceparent }: DialOptions): Offer {
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
  const headers = replicaHeaders(call, { authority, preference, traceparent });
  headers.push('Connection', 'Upgrade', 'Upgrade', 'websocket');
  headers.push('Sec-WebSocket-Version', '13', 'Sec-WebSocket-Key', key);
  if (protocols.length > 0) headers.push('Sec-WebSocket-Protocol', protocols.join(', '));
  if (extensions !== undefined) headers.push('Sec-WebSocket-Extensions', extensions);
  return { key, protocols, extensions, headers };
}

/** What is wrong with the replica's answer, if anything (RFC 6455 section 4.1, the client's checks). */
function complaintOf(answer: UpgradeAnswer, offer: Offer): string | undefined {
  const { status, upgrade, accept, subprotocol, extensions } = answer;
  if (status !== 101) return `refused the WebSocket handshake with status ${status}`;
  const answered = 'answered the WebSocket handshake with';
  if (upgrade?.toLowerCase() !== 'websocket') return `${answered} another upgrade`;
  if (accept !== acceptKey(offer.key)) return `${answered} a wrong Sec-WebSocket-Accept`;
  if (subprotocol !== undefined && !offer.protocols.includes(subprotocol))
    return `${answered} a subprotocol that was not offered`;
  if (!isAcceptableExtension(extensions, offer.extensions))
    return `${answered} an extension that was not offered`;
  return undefined;
}

/** Why there is no answer. `cause`: what the system, or the reader, said. */
const unreached = (cause: unknown): Problem =>
  new Problem(
    'BadGateway',
    'The application could not be reached, or answered the WebSocket handshake with garbage.',
    { cause },
  );

const late = (timeout: number): Problem =>
  new Problem(
    'GatewayTimeout',
    `The application did not answer the WebSocket handshake within ${timeout} s.`,
  );

/** Something that waits for an answer. */
interface Waiter {
  readonly resolve: (answer: UpgradeAnswer) => void;
  readonly reject: (reason: unknown) => void;
}

/** The connection to a replica, while its handshake is under way. */
class Dialling implements Upstream {
  readonly socket: Socket;
  readonly #reader = new UpgradeReader();
  #waiter: Waiter | undefined;
  #reading: Reading | undefined;
  #early: Buffer = nothing;

  constructor({ replica: { host, port }, tunnel }: Seat) {
    const onread = { buffer: reusedBuffer, callback: (length: number) => this.#read(readChunk(length)) };
    this.socket = tunnel?.(onread) ?? net.connect({ host, port, noDelay: true, onread });
    for (const event of signsOfLoss) this.socket.on(event, this.#lost);
  }

  /** Sends a request and resolves with the answer to it. Throws a Problem, or the signal's reason. */
  async ask(
    request: string,
    { timeout, signal }: { timeout: number; signal: AbortSignal },
  ): Promise<UpgradeAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<UpgradeAnswer>();
    this.#waiter = { resolve, reject };
    const timer = setTimeout(() => reject(late(timeout)), timeout * 1000);
    const leave = (): void => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    try {
      if (signal.aborted) leave();
      else this.socket.write(request, 'latin1');
      return await promise;
    } finally {
      this.#waiter = undefined;
      clearTimeout(timer);
      signal.removeEventListener('abort', leave);
    }
  }

  /** From now on somebody else listens to the socket and gets what comes, early bytes first. */
  read(reading: Reading): void {
    for (const event of signsOfLoss) this.socket.off(event, this.#lost);
    if (this.#early.length > 0) reading.consume(this.#early);
    this.#early = nothing;
    this.#reading = reading;
    this.socket.resume();
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }

  /** Returns true: reading goes on (whoever wants it otherwise pauses the socket). */
  #read(chunk: Buffer): true {
    if (this.#reading !== undefined) this.#reading.consume(chunk);
    else this.#answer(chunk);
    return true;
  }

  #answer(chunk: Buffer): void {
    if (this.#waiter === undefined) return;
    try {
      const answer = this.#reader.read(chunk);
      if (answer === undefined) return;
      this.#early = this.#reader.rest;
      this.socket.pause();
      this.#waiter.resolve(answer);
    } catch (error) {
      this.#waiter.reject(unreached(error));
    }
  }

  readonly #lost = (cause?: unknown): void => {
    this.#waiter?.reject(unreached(cause instanceof Error ? cause : new Error('it closed the connection')));
  };
}

const signsOfLoss = ['error', 'end', 'close'] as const;

const nothing = Buffer.alloc(0);
