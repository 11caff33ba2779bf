/**
 * Answer reader: what a replica sends becomes one answer at a time, whatever the pieces in which it comes. It holds no
 * more than a head that is not whole yet.
 */
import { GarbledAnswer, maxHeadSize, parseAnswerHead, type AnswerHead } from './answer-head.ts';
import { ChunkReader, type ChunkSink } from './chunks.ts';

/** Who hears of an answer. */
export interface AnswerSink extends ChunkSink {
  /** The replica says that the body may come (100). */
  goOn(): void;
  /** False: nothing more for the moment. */
  begun(head: AnswerHead): boolean;
  /** @param trailers name, value, name, value */
  ended(trailers: string[]): void;
}

const headEnd = '\r\n\r\n';
const none = Buffer.alloc(0);

export class AnswerReader {
  readonly #sink: AnswerSink;
  #isExpecting = false;
  #isHead = false;
  /** A head that is not whole yet. */
  #early: Buffer = none;
  #head: AnswerHead | undefined;
  #missing = 0;
  /** There is no body, and nobody has been told of its end. */
  #isDue = false;
  #chunks: ChunkReader | undefined;

  constructor(sink: AnswerSink) {
    this.#sink = sink;
  }

  /** Waits for an answer. @param isHead it answers a HEAD, and so has no body */
  expect({ isHead }: { isHead: boolean }): void {
    this.#isExpecting = true;
    this.#isHead = isHead;
    this.#head = undefined;
    this.#chunks = undefined;
    this.#early = none;
  }

  /** True from the head of the answer on. */
  get isBegun(): boolean {
    return this.#head !== undefined;
  }

  /** False once the answer is whole. */
  get isExpecting(): boolean {
    return this.#isExpecting;
  }

  /**
   * Returns how many of the bytes were read: fewer when the sink wants nothing more for the moment. Throws a
   * GarbledAnswer, also for what nobody waits for.
   */
  read(bytes: Buffer): number {
    this.#endIfDue();
    let position = 0;
    while (position < bytes.length) {
      if (!this.#isExpecting) throw new GarbledAnswer('there is more than the answer');
      if (this.#head !== undefined) position = this.#body(bytes, position);
      else {
        const text = this.#headIn(bytes.subarray(position));
        if (text === undefined) return bytes.length;
        position += text.length;
        if (!this.#begin(text.head)) return position;
      }
    }
    return position;
  }

  /** The replica sends no more. True: an answer was under way, and is whole by that. */
  end(): boolean {
    if (!this.#isExpecting || this.#head?.framing !== 'close') return false;
    this.#finish([]);
    return true;
  }

  /** With how many of these bytes belong to it. Undefined: it is not whole yet. */
  #headIn(bytes: Buffer): { readonly head: string; readonly length: number } | undefined {
    const early = this.#early.length;
    const all = early === 0 ? bytes : Buffer.concat([this.#early, bytes]);
    const end = all.indexOf(headEnd, Math.max(0, early - headEnd.length), 'latin1');
    if ((end === -1 ? all.length : end) > maxHeadSize) throw new GarbledAnswer('the head is too long');
    this.#early = end === -1 ? Buffer.from(all) : none;
    if (end === -1) return undefined;
    return { head: all.toString('latin1', 0, end), length: end + headEnd.length - early };
  }

  /** False: nothing more for the moment. */
  #begin(text: string): boolean {
    const head = parseAnswerHead(text, { isHead: this.#isHead });
    const { status, framing } = head;
    if (status === 101) throw new GarbledAnswer('nobody asked for an upgrade');
    if (status < 200) {
      if (status === 100) this.#sink.goOn();
      return true;
    }
    this.#head = head;
    this.#missing = typeof framing === 'number' ? framing : 0;
    this.#chunks = framing === 'chunked' ? new ChunkReader() : undefined;
    this.#isDue = framing === 0;
    if (!this.#sink.begun(head)) return false;
    this.#endIfDue();
    return true;
  }

  #body(bytes: Buffer, from: number): number {
    if (this.#chunks !== undefined) {
      const end = this.#chunks.read(bytes, from, this.#sink);
      if (this.#chunks.isOver) this.#finish(this.#chunks.trailers);
      return end;
    }
    if (this.#head?.framing === 'close') {
      this.#sink.data(from === 0 ? bytes : bytes.subarray(from));
      return bytes.length;
    }
    const end = Math.min(bytes.length, from + this.#missing);
    this.#missing -= end - from;
    this.#sink.data(bytes.subarray(from, end));
    if (this.#missing === 0) this.#finish([]);
    return end;
  }

  #endIfDue(): void {
    if (!this.#isDue) return;
    this.#isDue = false;
    this.#finish([]);
  }

  #finish(trailers: string[]): void {
    this.#isExpecting = false;
    this.#sink.ended(trailers);
  }
}
