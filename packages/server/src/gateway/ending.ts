/**
 * Ending: how the connection of a relay ends, from the first sign of it until both sockets are gone. The first verdict
 * counts. Closes of our own go out at frame boundaries only; inside an unfinished frame, or to a peer that does not
 * read, a reset is all there is.
 */
import type { Socket } from 'node:net';
import { closeCodes } from '@mooring/contract';
import type { Random } from '../kit/clock.ts';
import { closePayload, controlFrame, opcodes, type Side } from './frame.ts';
import type { Leg } from './leg.ts';
import type { Scanner } from './scan.ts';

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

type Verdict = Pick<Closing, 'code' | 'reason' | 'by'>;

export interface EndingOptions {
  readonly client: Leg;
  readonly replica: Leg;
  readonly random: Random;
}

/** How long a peer may take to answer a close of ours, in milliseconds; then it is reset. */
const ourCloseLimit = 5_000;
/**
 * How long the two ends may take over a close of theirs, in milliseconds. In a drain also how long the client may go
 * on sending, and then how long the replica may take over it.
 */
const theirCloseLimit = 30_000;
const abnormal = 1006;

export class Ending {
  /** Resolves when it is over. */
  readonly over: Promise<Closing>;
  /** Nothing more goes to that peer: it has got a close of ours, or does not read. */
  toldClient = false;
  toldReplica = false;
  readonly #options: EndingOptions;
  #verdict: Verdict | undefined;
  /** Closes of ours that wait for the end of the frame that is under way to that peer. */
  readonly #owed: Partial<Record<Side, Buffer>> = {};
  /** The client has answered a close of ours. */
  #isAnswered = false;
  #limit: NodeJS.Timeout | undefined;
  #resolve: (closing: Closing) => void = () => {};

  constructor(options: EndingOptions) {
    this.#options = options;
    this.over = new Promise((resolve) => (this.#resolve = resolve));
  }

  get isDecided(): boolean {
    return this.#verdict !== undefined;
  }

  /**
   * Ends the connection from our side. With `drain` the replica hears nothing until the client has answered, so
   * that what the client still sends reaches it.
   */
  close(code: number, reason: string, { drain = false }: { drain?: boolean } = {}): void {
    if (this.#verdict !== undefined) return;
    const { client, replica } = this.#options;
    this.#verdict = { code, reason, by: 'gateway' };
    this.#setLimit(drain ? theirCloseLimit : ourCloseLimit);
    this.#tell(client, replica, { code, reason });
    if (!drain) this.#tell(replica, client, { code, reason });
  }

  /** The stream to a peer stands at a boundary: a close that waited for that goes out. */
  payClose(to: Leg, from: Leg): void {
    const owed = this.#owed[to.side];
    if (owed === undefined) return;
    this.#owed[to.side] = undefined;
    this.#sendNow(to, from, owed);
    if (to.scanner.violation !== undefined || to.scanner.closed !== undefined) finish(to.socket);
  }

  /** Ends what the scanner of a leg has found to be over: broken framing, or a close of that end. */
  afterScan(leg: Leg, other: Leg): void {
    const { violation, closed } = leg.scanner;
    if (violation !== undefined && this.#verdict === undefined) {
      this.close(violation.code, violation.reason);
      if (this.#owed[leg.side] === undefined) finish(leg.socket);
      leg.socket.resume();
      return;
    }
    if (closed === undefined) return;
    if (this.#verdict === undefined) {
      this.#verdict = { code: closed, reason: `closed by the ${leg.side}`, by: leg.side };
      this.#setLimit(theirCloseLimit);
    }
    // A close that we sent has its answer now; nothing more is due to this peer.
    if (leg.side === 'client' && this.toldClient && !this.#isAnswered) {
      this.#isAnswered = true;
      finish(leg.socket);
      // In a drain the replica now gets as long for what the client still said as the client had for saying it.
      if (!this.toldReplica) this.#renewLimit(theirCloseLimit);
    }
    if (other.gone) finish(leg.socket);
  }

  /** The socket of a leg has ended, whichever way. */
  ended(leg: Leg, other: Leg): void {
    if (leg.gone) return;
    leg.gone = true;
    leg.stalledSince = undefined;
    if (leg.side === 'replica') finish(leg.socket);
    if (this.#verdict === undefined) this.#lost(leg);
    this.#setLimit(ourCloseLimit);
    if (other.socket.destroyed) return;
    // Not destroyed: what the system has not sent yet would be lost with the next byte of that peer.
    finish(other.socket);
    other.socket.resume();
    if (leg.side === 'client') finish(leg.socket);
  }

  /** A peer that answers no pings. */
  dead(leg: Leg): void {
    if (leg.side === 'replica')
      return this.close(closeCodes.internalError, 'the replica does not answer pings');
    const reason = 'the client does not answer pings';
    this.#verdict = { code: abnormal, reason, by: 'gateway' };
    this.#setLimit(ourCloseLimit);
    this.toldReplica = this.#sendClose(this.#options.replica, leg.scanner, closeCodes.goingAway, reason);
    reset(leg.socket);
  }

  /** Ends it at once, without a word. */
  destroy(reason: string): void {
    this.#verdict ??= { code: abnormal, reason, by: 'gateway' };
    this.finish();
  }

  /** Nothing is left to be waited for. */
  finish(): void {
    clearTimeout(this.#limit);
    const { client, replica } = this.#options;
    const outcome = this.#outcome();
    if (!client.socket.destroyed) reset(client.socket);
    replica.socket.destroy();
    const { messages: messagesIn, bytes: bytesIn } = client.scanner;
    const { messages: messagesOut, bytes: bytesOut } = replica.scanner;
    this.#resolve({ ...outcome, messagesIn, messagesOut, bytesIn, bytesOut });
  }

  /** A peer went away without a close frame. */
  #lost(leg: Leg): void {
    if (leg.side === 'client') {
      this.#verdict = { code: abnormal, reason: 'the client went away without a close', by: 'client' };
      return;
    }
    const { client } = this.#options;
    const reason = 'the replica died';
    this.toldClient = this.#sendClose(client, leg.scanner, closeCodes.internalError, reason);
    this.#verdict = {
      code: closeCodes.internalError,
      reason: `${reason} at a frame boundary`,
      by: 'replica',
    };
    if (this.toldClient) return;
    this.#verdict = { code: abnormal, reason: `${reason} inside a frame`, by: 'replica' };
    reset(client.socket);
  }

  /** Sends a close at once, or behind the frame that is under way, after which nothing more is passed on. */
  #tell(to: Leg, from: Leg, { code, reason }: Pick<Verdict, 'code' | 'reason'>): void {
    const frame = this.#closeFrame(to.side, code, reason);
    if (isReady(to, from.scanner)) return this.#sendNow(to, from, frame);
    // It does not read, and the rest of the frame would have to wait here: it hears nothing but the end.
    if (to.side === 'replica' && to.stalledSince !== undefined) return this.#cutOff(to, from);
    from.scanner.stopping = true;
    this.#owed[to.side] = frame;
  }

  #sendNow(to: Leg, from: Leg, frame: Buffer): void {
    if (to.socket.writable) to.socket.write(frame);
    this.#cutOff(to, from);
  }

  /** What the other end still says goes nowhere from now on; it is read for its answer. */
  #cutOff(to: Leg, from: Leg): void {
    if (to.side === 'client') this.toldClient = true;
    else this.toldReplica = true;
    from.socket.resume();
  }

  /** False when it cannot go out now. */
  #sendClose(to: Leg, stream: Scanner, code: number, reason: string): boolean {
    if (!isReady(to, stream)) return false;
    to.socket.write(this.#closeFrame(to.side, code, reason));
    return true;
  }

  #closeFrame(to: Side, code: number, reason: string): Buffer {
    return controlFrame(opcodes.close, closePayload(code, reason), { to, mask: this.#options.random(4) });
  }

  /** What ends it first sets its limit; what follows has to fit into that. */
  #setLimit(milliseconds: number): void {
    this.#limit ??= setTimeout(() => this.finish(), milliseconds);
  }

  #renewLimit(milliseconds: number): void {
    clearTimeout(this.#limit);
    this.#limit = undefined;
    this.#setLimit(milliseconds);
  }

  /** The verdict, as far as the client could be told of it. */
  #outcome(): Verdict {
    const verdict = this.#verdict ?? { code: abnormal, reason: 'ended', by: 'gateway' };
    if (this.#owed.client !== undefined)
      return { ...verdict, code: abnormal, reason: `${verdict.reason}; the client was inside a frame` };
    if (!this.toldClient || this.#options.client.socket.writableLength === 0) return verdict;
    return { ...verdict, code: abnormal, reason: `${verdict.reason}; the client did not read it` };
  }
}

/** False when the stream towards that peer stands inside a frame, or cannot be written. */
const isReady = (to: Leg, stream: Scanner): boolean => stream.atBoundary && to.socket.writable;

/** Ends a socket that is not already at its end: Node would make an error of that for nobody to hear. */
function finish(socket: Socket): void {
  if (socket.writable) socket.end();
}

/** Ends a socket so that its peer notices at once, where it can be reset. */
function reset(socket: Socket): void {
  if ('encrypted' in socket || isShuttingDown(socket)) socket.destroy();
  else socket.resetAndDestroy();
}

/** While its end is on its way to the system libuv refuses a reset, and Node would never close its descriptor. */
const isShuttingDown = (socket: Socket): boolean =>
  socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
