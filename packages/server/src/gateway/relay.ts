/**
 * Relay, the last stage of a WebSocket call: bytes go both ways as they came, while a scanner per direction watches
 * the frames. It owns both sockets until both are gone; `ended` then tells how it went (ending.ts). Frames of our own
 * go out at frame boundaries only.
 */
import type { Socket } from 'node:net';
import type { ApplicationSettings } from '@mooring/contract';
import type { Clock, Random } from '../kit/clock.ts';
import type { Volume } from '../observe/volume.ts';
import type { Upstream } from './dial.ts';
import { Ending, type Closing } from './ending.ts';
import { controlFrame, opcodes, type Side } from './frame.ts';
import { createLeg, judgeSilence, type Leg } from './leg.ts';
import { Lifetime } from './lifetime.ts';
import type { Tap } from './mcp/connection.ts';
import { grantSecond, unpaced, type PaceSettings } from './pace.ts';
import { readClient, type ReadClient } from './read-client.ts';
import { Scanner } from './scan.ts';
import { openSink, type OpenSink } from './sink.ts';

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
  /** permessage-deflate was negotiated. */
  readonly deflate: boolean;
  readonly settings: RelaySettings;
  /** When the caller's token ends, in milliseconds since the epoch. Undefined: never. */
  readonly expiresAt: number | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** How the client is read. Default: readClient. */
  readonly read?: ReadClient;
  /** How both ends are written to. Default: openSink. */
  readonly open?: OpenSink;
  /** Gets whatever was passed on. Default: nobody does. */
  readonly tap?: Tap | undefined;
}

/** Of what it is made with it keeps what it needs later, and no more: most connections do nothing for long. */
export class Relay {
  readonly ended: Promise<Closing>;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #settings: RelaySettings;
  /** Until the relay begins. */
  #beginning: RelayOptions | undefined;
  readonly #client: Leg;
  readonly #replica: Leg;
  readonly #ending: Ending;
  readonly #lifetime: Lifetime;

  constructor(options: RelayOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#settings = options.settings;
    this.#beginning = options;
    const { settings, clock, random, expiresAt, deflate } = options;
    const { maxMessageBytes, maxFragments } = settings;
    const common = { maxMessageBytes, maxFragments, deflate };
    this.#client = this.#leg('client', new Scanner({ ...common, masked: true }), options);
    grantSecond(this.#client.scanner, settings);
    this.#replica = this.#leg('replica', new Scanner({ ...common, masked: false }), options);
    this.#client.scanner.other = this.#replica.scanner;
    this.#replica.scanner.other = this.#client.scanner;
    const legs = { client: this.#client, replica: this.#replica };
    this.#ending = new Ending({ ...legs, random });
    this.#lifetime = new Lifetime({ ...legs, settings, since: clock.now(), expiresAt });
    this.ended = this.#ending.over;
    if (options.tap !== undefined) this.#hear(options.tap);
  }

  /** Begins to move bytes. Call once, after the 101 was written to the client. */
  start(): void {
    if (this.#beginning === undefined) throw new TypeError('the relay has begun already');
    const { clientHead, upstream, client, read = readClient } = this.#beginning;
    this.#beginning = undefined;
    this.#attach(this.#client, this.#replica);
    this.#attach(this.#replica, this.#client);
    if (clientHead.length > 0) this.#fromClient(clientHead);
    read(client, { consume: (chunk) => this.#fromClient(chunk) });
    upstream.read({ consume: (chunk) => this.#fromReplica(chunk) });
  }

  /** What has gone through so far. */
  get volume(): Volume {
    const up = this.#client.scanner;
    const down = this.#replica.scanner;
    const messages = { messagesIn: up.messages, messagesOut: down.messages };
    return { connections: 1, requests: 0, ...messages, bytesIn: up.bytes, bytesOut: down.bytes };
  }

  /**
   * Ends the connection from our side. With `drain` the replica hears nothing until the client has answered, so
   * that what the client still sends reaches it.
   */
  close(code: number, reason: string, options: { drain?: boolean } = {}): void {
    this.#ending.close(code, reason, options);
  }

  /** Looks at the time: pings, idle limit, token expiry, slow readers. Called about once a second. */
  tick(now: number): void {
    this.#grantSecond();
    if (this.#ending.isDecided) return;
    const due = this.#lifetime.due(now);
    if (due !== undefined) return this.close(due.code, due.reason);
    for (const leg of [this.#client, this.#replica]) {
      const other = leg === this.#client ? this.#replica : this.#client;
      const verdict = judgeSilence(leg, other, { now, later: () => this.#jitteredPing(now) });
      if (verdict === 'dead') return this.#ending.dead(leg);
      if (verdict === 'ping') this.#ping(leg);
    }
  }

  /** Another token of the same caller. @param expiresAt milliseconds since the epoch; undefined: it never ends */
  renew(expiresAt: number | undefined): void {
    this.#lifetime.expiresAt = expiresAt;
  }

  /** Ends it at once, without a word. */
  destroy(reason: string): void {
    this.#ending.destroy(reason);
  }

  #leg(side: Side, scanner: Scanner, { client, upstream, open = openSink }: RelayOptions): Leg {
    const socket = side === 'client' ? client : upstream.socket;
    return createLeg(side, socket, {
      sink: open(socket),
      scanner,
      nextPing: this.#jitteredPing(this.#clock.now()),
    });
  }

  #attach(leg: Leg, other: Leg): void {
    const { socket } = leg;
    socket.setNoDelay(true);
    socket.on('drain', () => {
      leg.stalledSince = undefined;
      if (!other.paced) other.socket.resume();
    });
    const ended = (): void => {
      if (leg.paced) this.#unpace();
      this.#ending.ended(leg, other);
      if (this.#client.socket.destroyed && this.#replica.socket.destroyed) this.#ending.finish();
    };
    for (const event of ['end', 'error', 'close']) socket.on(event, ended);
  }

  #fromClient(chunk: Buffer): void {
    this.#client.heard = true;
    this.#client.scanner.scan(chunk, this.#toReplica);
    this.#afterClient();
  }

  #afterClient(): void {
    const { scanner } = this.#client;
    if (scanner.atBoundary) this.#ending.payClose(this.#replica, this.#client);
    this.#ending.afterScan(this.#client, this.#replica);
    this.#client.paced = scanner.isResting;
    if (scanner.isResting) this.#client.socket.pause();
  }

  #grantSecond(): void {
    if (this.#ending.isDecided) return this.#unpace();
    if (this.#replica.stalledSince !== undefined) return;
    grantSecond(this.#client.scanner, this.#settings);
    if (this.#client.paced) this.#proceed();
  }

  #unpace(): void {
    grantSecond(this.#client.scanner, unpaced);
    if (this.#client.paced) this.#proceed();
  }

  /** With what the client sent above its pace; then it is read again. */
  #proceed(): void {
    this.#client.scanner.proceed(this.#toReplica);
    this.#afterClient();
    if (!this.#client.paced && this.#replica.stalledSince === undefined) this.#client.socket.resume();
  }

  #fromReplica(chunk: Buffer): void {
    const { scanner } = this.#replica;
    this.#replica.heard = true;
    scanner.scan(chunk, this.#toClient);
    if (scanner.atBoundary) this.#ending.payClose(this.#client, this.#replica);
    this.#ending.afterScan(this.#replica, this.#client);
  }

  #toReplica = (piece: Buffer): void => {
    if (!this.#ending.toldReplica) this.#write(this.#replica, this.#client, piece);
  };

  #toClient = (piece: Buffer): void => {
    if (!this.#ending.toldClient) this.#write(this.#client, this.#replica, piece);
  };

  /** Whoever hears a piece does so when it has gone on. */
  #hear({ client, replica }: Tap): void {
    const [toReplica, toClient] = [this.#toReplica, this.#toClient];
    this.#toReplica = (piece) => (toReplica(piece), client(piece));
    this.#toClient = (piece) => (toClient(piece), replica(piece));
  }

  #write(to: Leg, from: Leg, piece: Buffer): void {
    if (to.gone || to.socket.destroyed || to.sink.write(piece)) return;
    to.stalledSince ??= this.#clock.now();
    from.socket.pause();
  }

  #ping(leg: Leg): void {
    leg.scanner.ownPing ??= Buffer.from(this.#random(16));
    const options = { to: leg.side, mask: this.#random(4) };
    leg.socket.write(controlFrame(opcodes.ping, leg.scanner.ownPing, options));
  }

  /** 75 % to 100 % of the interval from now, so that the pings of many connections do not come together. */
  #jitteredPing(now: number): number {
    const fraction = (this.#random(1)[0] ?? 0) / 255;
    return now + this.#settings.pingInterval * 1000 * (0.75 + fraction / 4);
  }
}
