/**
 * Relay, the last stage of a WebSocket call: bytes go both ways as they came, while a scanner per direction watches
 * the frames. It owns both sockets until both are gone; `ended` then tells how it went. Frames of our own go out at
 * frame boundaries only; inside an unfinished frame, or to a peer that does not read, a reset is all there is.
 */
import type { Socket } from 'node:net';
import { closeCodes, type ApplicationSettings } from '@mooring/contract';
import type { Clock, Random } from '../kit/clock.ts';
import type { Volume } from '../observe/volume.ts';
import type { Upstream } from './dial.ts';
import { closePayload, controlFrame, opcodes, type Side } from './frame.ts';
import { createLeg, judgeSilence, type Leg } from './leg.ts';
import type { Tap } from './mcp/connection.ts';
import { Pace, type PaceSettings } from './pace.ts';
import { readClient, type ReadClient } from './read-client.ts';
import { Scanner } from './scan.ts';

export type RelaySettings = Pick<
  ApplicationSettings,
  | 'pingInterval'
  | 'idleTimeout'
  | 'maxMessageBytes'
  | 'tokenGrace'
  | 'tokenExpiry'
  | 'slowReader'
  | 'maxFragments'
  | keyof PaceSettings
>;

export interface RelayOptions {
  readonly client: Socket;
  /** Bytes that the client sent behind its handshake. */
  readonly clientHead: Buffer;
  readonly upstream: Upstream;
  readonly settings: RelaySettings;
  /** When the caller's token ends, in milliseconds since the epoch. Undefined: never. */
  readonly expiresAt: number | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** How the client is read. Default: readClient. */
  readonly read?: ReadClient;
  /** Gets whatever was passed on. Default: nobody does. */
  readonly tap?: Tap | undefined;
}

/** How a connection ended. `code` is what the client was told; 1006 when it could not be told. */
export interface Closing {
  readonly code: number;
  readonly reason: string;
  readonly by: 'client' | 'replica' | 'gateway';
  readonly messagesIn: number;
  readonly messagesOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** How long a peer may take to answer a close of ours, in milliseconds; then it is reset. */
const ourCloseLimit = 5_000;
/**
 * How long the two ends may take over a close of theirs, in milliseconds. In a drain also how long the client may go
 * on sending, and then how long the replica may take over it.
 */
const theirCloseLimit = 30_000;
const abnormal = 1006;

export class Relay {
  readonly ended: Promise<Closing>;
  readonly #options: RelayOptions;
  readonly #client: Leg;
  readonly #replica: Leg;
  readonly #pace: Pace;
  #verdict: Pick<Closing, 'code' | 'reason' | 'by'> | undefined;
  #toldClient = false;
  #toldReplica = false;
  /** A close to the client that waits for the end of the frame that is under way. */
  #owedClose: Buffer | undefined;
  #limit: NodeJS.Timeout | undefined;
  #lastMessages = 0;
  #lastActivity: number;
  #expiresAt: number | undefined;
  #resolve: (closing: Closing) => void = () => {};

  constructor(options: RelayOptions) {
    this.#options = options;
    const { client, upstream, settings, clock } = options;
    const { maxMessageBytes, maxFragments } = settings;
    const common = { maxMessageBytes, maxFragments, deflate: upstream.deflate };
    this.#lastActivity = clock.now();
    this.#expiresAt = options.expiresAt;
    this.#client = this.#leg('client', client, new Scanner({ ...common, masked: true }));
    this.#pace = new Pace(this.#client.scanner, settings);
    this.#replica = this.#leg('replica', upstream.socket, new Scanner({ ...common, masked: false }));
    this.#client.scanner.other = this.#replica.scanner;
    this.#replica.scanner.other = this.#client.scanner;
    this.ended = new Promise((resolve) => (this.#resolve = resolve));
    if (options.tap !== undefined) this.#hear(options.tap);
  }

  /** Begins to move bytes. Call once, after the 101 was written to the client. */
  start(): void {
    const { clientHead, upstream, client } = this.#options;
    this.#attach(this.#client, this.#replica);
    this.#attach(this.#replica, this.#client);
    if (clientHead.length > 0) this.#fromClient(clientHead);
    const { read = readClient } = this.#options;
    read(client, { sink: upstream.socket, consume: (chunk) => this.#fromClient(chunk) });
    upstream.read({ sink: client, consume: (chunk) => this.#fromReplica(chunk) });
  }

  /** What has gone through so far. */
  get volume(): Volume {
    const up = this.#client.scanner;
    const down = this.#replica.scanner;
    const messages = { messagesIn: up.messages, messagesOut: down.messages };
    return { connections: 1, requests: 0, ...messages, bytesIn: up.bytes, bytesOut: down.bytes };
  }

  /** Live figures, for status and accounting. */
  get messages(): number {
    return this.#client.scanner.messages + this.#replica.scanner.messages;
  }

  /**
   * Ends the connection from our side. With `drain` the replica hears nothing until the client has answered, so
   * that what the client still sends reaches it.
   */
  close(code: number, reason: string, { drain = false }: { drain?: boolean } = {}): void {
    if (this.#verdict !== undefined) return;
    this.#verdict = { code, reason, by: 'gateway' };
    this.#setLimit(drain ? theirCloseLimit : ourCloseLimit);
    this.#toldClient = this.#sendClose(this.#client, this.#replica.scanner, code, reason);
    if (!drain) this.#toldReplica = this.#sendClose(this.#replica, this.#client.scanner, code, reason);
    if (this.#toldClient) return;
    this.#replica.scanner.stopping = true;
    this.#owedClose = this.#frame(opcodes.close, closePayload(code, reason), 'client');
  }

  /** Looks at the time: pings, idle limit, token expiry, slow readers. Called about once a second. */
  tick(now: number): void {
    this.#renewPace();
    if (this.#verdict !== undefined) return;
    const { settings } = this.#options;
    if (this.#isExpired(now)) return this.close(closeCodes.unauthorized, 'the token has expired');
    if (this.#isIdle(now)) return this.close(closeCodes.timeout, `no message for ${settings.idleTimeout} s`);
    for (const leg of [this.#client, this.#replica]) {
      if (leg.stalledSince !== undefined && now - leg.stalledSince >= settings.slowReader * 1000) {
        return this.close(
          closeCodes.tryAgainLater,
          `the ${leg.side} did not read for ${settings.slowReader} s`,
        );
      }
      const other = leg === this.#client ? this.#replica : this.#client;
      const verdict = judgeSilence(leg, other, { now, later: () => this.#jitteredPing(now) });
      if (verdict === 'dead') return this.#dead(leg);
      if (verdict === 'ping') this.#ping(leg);
    }
  }

  /** Another token of the same caller. @param expiresAt milliseconds since the epoch; undefined: it never ends */
  renew(expiresAt: number | undefined): void {
    this.#expiresAt = expiresAt;
  }

  /** Ends it at once, without a word. */
  destroy(reason: string): void {
    this.#verdict ??= { code: abnormal, reason, by: 'gateway' };
    this.#finish();
  }

  #leg(side: Side, socket: Socket, scanner: Scanner): Leg {
    return createLeg(side, socket, { scanner, nextPing: this.#jitteredPing(this.#options.clock.now()) });
  }

  #attach(leg: Leg, other: Leg): void {
    const { socket } = leg;
    socket.setNoDelay(true);
    socket.on('drain', () => {
      leg.stalledSince = undefined;
      if (!other.paced) other.socket.resume();
    });
    socket.on('end', () => this.#ended(leg, other));
    socket.on('error', () => this.#ended(leg, other));
    socket.on('close', () => {
      this.#ended(leg, other);
      if (this.#client.socket.destroyed && this.#replica.socket.destroyed) this.#finish();
    });
  }

  #fromClient(chunk: Buffer): void {
    const { scanner } = this.#client;
    this.#client.heard = true;
    scanner.scan(chunk, this.#toReplica);
    this.#afterScan(this.#client, this.#replica);
    if (this.#pace.isOver) this.#holdBack();
  }

  #holdBack(): void {
    this.#client.paced = true;
    this.#client.socket.pause();
  }

  #renewPace(): void {
    this.#pace.next();
    if (!this.#client.paced || this.#pace.isOver) return;
    this.#client.paced = false;
    if (this.#replica.stalledSince === undefined) this.#client.socket.resume();
  }

  #fromReplica(chunk: Buffer): void {
    const { scanner } = this.#replica;
    this.#replica.heard = true;
    scanner.scan(chunk, this.#toClient);
    if (scanner.atBoundary) this.#payClose();
    this.#afterScan(this.#replica, this.#client);
  }

  #payClose(): void {
    if (this.#owedClose === undefined) return;
    this.#client.socket.write(this.#owedClose);
    this.#owedClose = undefined;
    this.#toldClient = true;
    const { violation, closed } = this.#client.scanner;
    if (violation !== undefined || closed !== undefined) finish(this.#client.socket);
  }

  #toReplica = (piece: Buffer): void => {
    if (!this.#toldReplica) this.#write(this.#replica, this.#client, piece);
  };

  #toClient = (piece: Buffer): void => {
    if (!this.#toldClient) this.#write(this.#client, this.#replica, piece);
  };

  /** Whoever hears a piece does so when it has gone on. */
  #hear({ client, replica }: Tap): void {
    const [toReplica, toClient] = [this.#toReplica, this.#toClient];
    this.#toReplica = (piece) => (toReplica(piece), client(piece));
    this.#toClient = (piece) => (toClient(piece), replica(piece));
  }

  #write(to: Leg, from: Leg, piece: Buffer): void {
    if (to.gone || to.socket.destroyed || to.socket.write(piece)) return;
    to.stalledSince ??= this.#options.clock.now();
    from.socket.pause();
  }

  #afterScan(leg: Leg, other: Leg): void {
    const { violation, closed } = leg.scanner;
    if (violation !== undefined && this.#verdict === undefined) {
      this.close(violation.code, violation.reason);
      if (this.#owedClose === undefined || leg.side === 'replica') finish(leg.socket);
      leg.socket.resume();
      return;
    }
    if (closed === undefined) return;
    if (this.#verdict === undefined) {
      this.#verdict = { code: closed, reason: `closed by the ${leg.side}`, by: leg.side };
      this.#setLimit(theirCloseLimit);
    }
    // A close that we sent has its answer now; nothing more is due to this peer.
    if (leg.side === 'client' && this.#toldClient) {
      finish(leg.socket);
      // In a drain the replica now gets as long for what the client still said as the client had for saying it.
      if (!this.#toldReplica) this.#renewLimit(theirCloseLimit);
    }
    if (other.gone) finish(leg.socket);
  }

  #ended(leg: Leg, other: Leg): void {
    if (leg.gone) return;
    leg.gone = true;
    leg.stalledSince = undefined;
    if (leg.side === 'replica') finish(leg.socket);
    if (this.#verdict === undefined) this.#lost(leg);
    this.#setLimit(ourCloseLimit);
    if (other.socket.destroyed) return;
    finish(other.socket);
    other.socket.resume();
    if (leg.side === 'client') finish(leg.socket);
  }

  /** A peer went away without a close frame. */
  #lost(leg: Leg): void {
    if (leg.side === 'client') {
      this.#verdict = { code: abnormal, reason: 'the client went away without a close', by: 'client' };
      return;
    }
    const reason = 'the replica died';
    this.#toldClient = this.#sendClose(this.#client, this.#replica.scanner, closeCodes.internalError, reason);
    this.#verdict = {
      code: closeCodes.internalError,
      reason: `${reason} at a frame boundary`,
      by: 'replica',
    };
    if (this.#toldClient) return;
    this.#verdict = { code: abnormal, reason: `${reason} inside a frame`, by: 'replica' };
    reset(this.#client.socket);
  }

  #dead(leg: Leg): void {
    if (leg.side === 'replica')
      return this.close(closeCodes.internalError, 'the replica does not answer pings');
    const reason = 'the client does not answer pings';
    this.#verdict = { code: abnormal, reason, by: 'gateway' };
    this.#setLimit(ourCloseLimit);
    this.#toldReplica = this.#sendClose(this.#replica, leg.scanner, closeCodes.goingAway, reason);
    reset(this.#client.socket);
  }

  /** False when the stream towards that peer stands inside a frame, or cannot be written. */
  #sendClose(to: Leg, stream: Scanner, code: number, reason: string): boolean {
    if (!stream.atBoundary || !to.socket.writable) return false;
    to.socket.write(this.#frame(opcodes.close, closePayload(code, reason), to.side));
    return true;
  }

  #frame(opcode: number, payload: Uint8Array, to: Side): Buffer {
    return controlFrame(opcode, payload, { to, mask: this.#options.random(4) });
  }

  #isExpired(now: number): boolean {
    const { tokenExpiry, tokenGrace } = this.#options.settings;
    if (this.#expiresAt === undefined || tokenExpiry === 'ignore') return false;
    return now >= this.#expiresAt + tokenGrace * 1000;
  }

  #isIdle(now: number): boolean {
    const { messages } = this;
    const inside = !this.#client.scanner.atBoundary || !this.#replica.scanner.atBoundary;
    if (messages !== this.#lastMessages || inside) this.#lastActivity = now;
    this.#lastMessages = messages;
    return now - this.#lastActivity >= this.#options.settings.idleTimeout * 1000;
  }

  #ping(leg: Leg): void {
    leg.scanner.ownPing ??= Buffer.from(this.#options.random(16));
    leg.socket.write(this.#frame(opcodes.ping, leg.scanner.ownPing, leg.side));
  }

  /** 75 % to 100 % of the interval from now, so that the pings of many connections do not come together. */
  #jitteredPing(now: number): number {
    const fraction = (this.#options.random(1)[0] ?? 0) / 255;
    return now + this.#options.settings.pingInterval * 1000 * (0.75 + fraction / 4);
  }

  /** What ends it first sets its limit; what follows has to fit into that. */
  #setLimit(milliseconds: number): void {
    this.#limit ??= setTimeout(() => this.#finish(), milliseconds);
  }

  #renewLimit(milliseconds: number): void {
    clearTimeout(this.#limit);
    this.#limit = undefined;
    this.#setLimit(milliseconds);
  }

  #finish(): void {
    clearTimeout(this.#limit);
    const outcome = this.#outcome();
    if (!this.#client.socket.destroyed) reset(this.#client.socket);
    this.#replica.socket.destroy();
    const up = this.#client.scanner;
    const down = this.#replica.scanner;
    this.#resolve({
      ...outcome,
      messagesIn: up.messages,
      messagesOut: down.messages,
      bytesIn: up.bytes,
      bytesOut: down.bytes,
    });
  }

  /** The verdict, as far as the client could be told of it. */
  #outcome(): Pick<Closing, 'code' | 'reason' | 'by'> {
    const verdict = this.#verdict ?? { code: abnormal, reason: 'ended', by: 'gateway' };
    if (this.#owedClose !== undefined)
      return { ...verdict, code: abnormal, reason: `${verdict.reason}; the client was inside a frame` };
    if (!this.#toldClient || this.#client.socket.writableLength === 0) return verdict;
    return { ...verdict, code: abnormal, reason: `${verdict.reason}; the client did not read it` };
  }
}

/** Ends a socket that is not already at its end: Node would make an error of that for nobody to hear. */
function finish(socket: Socket): void {
  if (socket.writable) socket.end();
}

/** Ends a socket so that its peer notices at once. A TLS socket cannot be reset; it is destroyed. */
function reset(socket: Socket): void {
  if ('encrypted' in socket) socket.destroy();
  else socket.resetAndDestroy();
}
