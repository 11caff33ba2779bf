/** Chunks: a body in the chunked transfer coding (RFC 9112 section 7.1), whatever the pieces in which it comes. */
import { GarbledAnswer, maxHeadSize, parseTrailers } from './answer-head.ts';

export interface ChunkSink {
  /** The bytes are valid within the call. */
  data(bytes: Buffer): void;
}

const token = "[!#$%&'*+.^_`|~0-9a-z-]+";
/** The size, and extensions that nobody reads. */
const size = new RegExp(
  `^([0-9a-f]{1,13})(?:;${token}(?:=(?:${token}|"[^"\\\\\\x00-\\x1f\\x7f]*"))?)*$`,
  'i',
);

type Part = 'size' | 'data' | 'behind data' | 'trailers' | 'end';

export class ChunkReader {
  #part: Part = 'size';
  /** Bytes of the present chunk that have not come yet. */
  #missing = 0;
  /** A line that has not ended yet, or all trailers so far. */
  #text = '';
  /** Once it is over. */
  trailers: string[] = [];

  get isOver(): boolean {
    return this.#part === 'end';
  }

  /** Returns where it stopped: at the end of the body, else that of the bytes. Throws a GarbledAnswer. */
  read(bytes: Buffer, from: number, sink: ChunkSink): number {
    let position = from;
    while (position < bytes.length && this.#part !== 'end') {
      position = this.#part === 'data' ? this.#pass(bytes, position, sink) : this.#line(bytes, position);
    }
    return position;
  }

  #pass(bytes: Buffer, from: number, sink: ChunkSink): number {
    const end = Math.min(bytes.length, from + this.#missing);
    this.#missing -= end - from;
    if (this.#missing === 0) this.#part = 'behind data';
    sink.data(bytes.subarray(from, end));
    return end;
  }

  /** Reads up to the end of a line. */
  #line(bytes: Buffer, from: number): number {
    const feed = bytes.indexOf(0x0a, from);
    const end = feed === -1 ? bytes.length : feed + 1;
    this.#text += bytes.toString('latin1', from, end);
    if (this.#text.length > maxHeadSize) throw new GarbledAnswer('what stands around the body is too long');
    if (feed === -1) return end;
    if (!this.#text.endsWith('\r\n')) throw new GarbledAnswer('a line does not end as lines do');
    if (this.#part === 'trailers') this.#trailer();
    else {
      const line = this.#text.slice(0, -2);
      this.#text = '';
      if (this.#part === 'size') this.#begin(line);
      else if (line === '') this.#part = 'size';
      else throw new GarbledAnswer('a chunk is longer than its size');
    }
    return end;
  }

  #begin(line: string): void {
    const digits = size.exec(line)?.[1];
    if (digits === undefined) throw new GarbledAnswer('a chunk has no size');
    this.#missing = Number.parseInt(digits, 16);
    this.#part = this.#missing === 0 ? 'trailers' : 'data';
  }

  /** They are over with an empty line. */
  #trailer(): void {
    if (this.#text !== '\r\n' && !this.#text.endsWith('\r\n\r\n')) return;
    this.trailers = this.#text === '\r\n' ? [] : parseTrailers(this.#text.slice(0, -4));
    this.#part = 'end';
  }
}
