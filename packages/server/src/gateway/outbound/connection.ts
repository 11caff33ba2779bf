/**
 * Connection: an HTTP/1.1 connection to a replica, for one exchange after the other. It writes requests, reads answers
 * at the pace of whoever hears them, and is free again when both are whole.
 */
import type { OnReadOpts, Socket } from 'node:net';
import type { AnswerHead } from './answer-head.ts';
import { AnswerReader, type AnswerSink } from './answer-reader.ts';
import { fieldLines } from './request-head.ts';

/** What one exchange hears. */
export interface ExchangeSink extends AnswerSink {
  /** What came at once has been told. */
  settled(): void;
  /** The request may go on after a write that returned false. */
  drained(): void;
  /** The answer is not whole and will not be, or did not begin in time (NoAnswer). Nothing is told afterwards. */
  failed(cause: NodeJS.ErrnoException): void;
}

export interface Asking {
  readonly sink: ExchangeSink;
  /** A HEAD, whose answer has no body. */
  readonly isHead: boolean;
  /** The request has a body in chunks. */
  readonly isChunked: boolean;
  /** Milliseconds without a sign from either end before the answer begins. */
  readonly patience: number;
}

/** The replica has not begun its answer in time. */
export class NoAnswer extends Error {}

export interface ConnectionOptions {
  readonly open: (onread: OnReadOpts) => Socket;
  /** Told when it may be used again, and for how many milliseconds. */
  readonly freed: (connection: Connection, keptFor: number) => void;
}

/** Into which all connections read: whatever is kept is copied. */
const common = Buffer.allocUnsafeSlow(64 * 1024);
/** Bytes of an answer that are kept while nobody wants to hear it, before the replica is made to wait. */
const mostHeld = 64 * 1024;
/** Bytes of a body that go out in one piece with the head. */
const mostJoined = 8 * 1024;
const none = Buffer.alloc(0);

export class Connection implements AnswerSink {
  readonly #socket: Socket;
  readonly #freed: ConnectionOptions['freed'];
  readonly #reader = new AnswerReader(this);
  /** How often the replica has taken all that there was, after it had not. */
  drains = 0;
  #asking: Asking | undefined;
  #isSent = true;
  #keptFor = 0;
  #isHeld = false;
  /** Read while it was held. */
  #rest: Buffer = none;
  #hasEnded = false;
  #failure: NodeJS.ErrnoException | undefined;
  /** When there was the last sign of this exchange. */
  #since = 0;
  #patience = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor({ open, freed }: ConnectionOptions) {
    this.#freed = freed;
    this.#socket = open({ buffer: common, callback: (length) => this.#read(common.subarray(0, length)) });
    this.#socket.on('drain', () => this.#drained());
    this.#socket.on('error', (cause) => (this.#failure = cause));
    this.#socket.once('end', () => this.#ended());
    this.#socket.once('close', () => this.#closed());
  }

  get isClosed(): boolean {
    return this.#socket.destroyed || this.#hasEnded;
  }

  /** True while the replica takes less of a request than there is. */
  get needsDrain(): boolean {
    return this.#socket.writableNeedDrain;
  }

  /** Sends a whole request. @param head with the empty line behind it */
  send(head: string, body: Buffer, asking: Asking): void {
    this.#begin(asking);
    this.#isSent = true;
    if (body.length === 0) this.#socket.write(head, 'latin1');
    else if (body.length <= mostJoined) this.#socket.write(head + body.toString('latin1'), 'latin1');
    else {
      this.#socket.cork();
      this.#socket.write(head, 'latin1');
      this.#socket.write(body);
      this.#socket.uncork();
    }
  }

  /** Sends the head of a request whose body `write` and `end` send. */
  sendHead(head: string, asking: Asking): void {
    this.#begin(asking);
    this.#isSent = false;
    this.#socket.write(head, 'latin1');
  }

  /** False: wait for `drained`. */
  write(bytes: Buffer): boolean {
    if (this.#asking === undefined || this.isClosed || bytes.length === 0) return true;
    this.#since = performance.now();
    if (!this.#asking.isChunked) return this.#socket.write(bytes);
    this.#socket.cork();
    this.#socket.write(`${bytes.length.toString(16)}\r\n`, 'latin1');
    this.#socket.write(bytes);
    const goesOn = this.#socket.write('\r\n', 'latin1');
    this.#socket.uncork();
    return goesOn;
  }

  /** The body is whole. Trailers are sent behind chunks only: name, value, name, value. */
  end(trailers: readonly string[]): void {
    if (this.#asking === undefined || this.isClosed || this.#isSent) return;
    this.#since = performance.now();
    if (this.#asking.isChunked) this.#socket.write(`0\r\n${fieldLines(trailers)}\r\n`, 'latin1');
    this.#isSent = true;
    if (!this.#reader.isExpecting) this.#free();
  }

  /** Nothing more is read until `resume`. */
  pause(): void {
    this.#socket.pause();
  }

  /** Nothing more is told until `resume`; some is read, so that a short answer survives its replica. */
  hold(): void {
    this.#isHeld = true;
  }

  resume(): void {
    const rest = this.#rest;
    this.#isHeld = false;
    this.#rest = none;
    this.#feed(rest);
    if (this.#isHeld) return;
    if (this.#hasEnded) this.#ended();
    else if (this.#socket.destroyed) this.#closed();
    else this.#socket.resume();
  }

  /** Ends the connection if this exchange has not left it yet. It hears nothing more. */
  abandon(sink: ExchangeSink): void {
    if (this.#asking?.sink === sink) this.destroy();
  }

  destroy(): void {
    this.#asking = undefined;
    clearTimeout(this.#timer);
    this.#socket.destroy();
  }

  goOn(): void {
    this.#since = performance.now();
    this.#asking?.sink.goOn();
  }

  begun(head: AnswerHead): boolean {
    this.#keptFor = head.keptFor;
    return this.#asking?.sink.begun(head) ?? false;
  }

  data(bytes: Buffer): void {
    this.#asking?.sink.data(bytes);
  }

  ended(trailers: string[]): void {
    const sink = this.#asking?.sink;
    if (this.#isSent) this.#free();
    sink?.ended(trailers);
  }

  #begin(asking: Asking): void {
    this.#asking = asking;
    this.#reader.expect(asking);
    this.#since = performance.now();
    if (asking.patience !== this.#patience) clearTimeout(this.#timer);
    if (asking.patience !== this.#patience || this.#timer === undefined)
      this.#timer = this.#lookAfter(asking.patience);
    this.#patience = asking.patience;
  }

  /** One look for many exchanges: most answers begin long before. */
  #lookAfter(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#timer = undefined;
      if (this.#asking === undefined || this.#reader.isBegun) return;
      const left = this.#since + this.#asking.patience - performance.now();
      if (left > 0) this.#timer = this.#lookAfter(Math.ceil(left));
      else this.#lose(new NoAnswer('the answer did not begin in time'));
    }, milliseconds);
  }

  #free(): void {
    this.#asking = undefined;
    if (this.#keptFor === 0 || this.isClosed) return this.destroy();
    if (this.#socket.isPaused()) this.#socket.resume();
    this.#freed(this, this.#keptFor);
  }

  /** True: reading goes on. */
  #read(bytes: Buffer): true {
    if (!this.#isHeld) this.#feed(bytes);
    else {
      this.#rest = Buffer.concat([this.#rest, bytes]);
      if (this.#rest.length > mostHeld) this.#socket.pause();
    }
    return true;
  }

  #feed(bytes: Buffer): void {
    const sink = this.#asking?.sink;
    try {
      const length = this.#reader.read(bytes);
      if (this.#isHeld) this.#rest = Buffer.from(bytes.subarray(length));
    } catch (cause) {
      this.#lose(cause instanceof Error ? cause : new Error('the answer could not be read', { cause }));
    }
    sink?.settled();
  }

  #drained(): void {
    this.drains += 1;
    this.#asking?.sink.drained();
  }

  #ended(): void {
    this.#hasEnded = true;
    // What is written from now on goes nowhere, and so need not wait.
    if (this.#isHeld) this.#drained();
    else if (!this.#reader.end()) this.#lose(new Error('the connection was closed'));
  }

  #closed(): void {
    if (this.#isHeld) this.#drained();
    else this.#lose(this.#failure ?? new Error('the connection was closed'));
  }

  #lose(cause: NodeJS.ErrnoException): void {
    const sink = this.#asking?.sink;
    this.destroy();
    sink?.failed(cause);
  }
}
