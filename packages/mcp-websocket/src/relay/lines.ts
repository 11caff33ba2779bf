/**
 * Lines: JSON-RPC messages, one per line, out of a stream of bytes. A line is put together once, however many chunks
 * it comes in, and its size is bounded.
 */
import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import { isMessage } from '../json-rpc.ts';

const lineFeed = 0x0a;

export interface LinesOptions {
  /** Bytes of one line. */
  readonly maxBytes: number;
  readonly message: (message: JSONRPCMessage) => void;
  /**
   * A line of JSON that is no message, or that `message` threw for. A line that is not even JSON is passed over:
   * programs print such things.
   */
  readonly refused: (error: Error) => void;
}

export class Lines {
  readonly #options: LinesOptions;
  /** What has come of a line that has not ended. */
  #begun: Buffer[] = [];
  #size = 0;

  constructor(options: LinesOptions) {
    this.#options = options;
  }

  /** Tells of every line that ends with this chunk. Throws a RangeError when a line is too large. */
  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      this.#keep(chunk, start, end);
      start = end + 1;
      this.#deliver(this.#take());
    }
    this.#keep(chunk, start, chunk.length);
  }

  #keep(chunk: Buffer, start: number, end: number): void {
    if (start === end) return;
    this.#size += end - start;
    if (this.#size > this.#options.maxBytes)
      throw new RangeError(`A line has more than ${this.#options.maxBytes} bytes.`);
    this.#begun.push(chunk.subarray(start, end));
  }

  #take(): string {
    const [first, ...more] = this.#begun;
    this.#begun = [];
    this.#size = 0;
    if (first === undefined) return '';
    return (more.length === 0 ? first : Buffer.concat([first, ...more])).toString();
  }

  #deliver(line: string): void {
    const value = parse(line);
    if (value === undefined) return;
    try {
      if (!isMessage(value)) throw new Error('A line is JSON but no JSON-RPC 2.0 message.');
      this.#options.message(value);
    } catch (error) {
      this.#options.refused(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** Undefined when it is not JSON. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
