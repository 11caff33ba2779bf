/**
 * Event reader: the data of server-sent events (HTML standard, section 9.2), from chunks however they are cut.
 * An event that carries no data, and one that the end of the stream cuts, is none.
 */
import type { Budget } from '../../kit/budget.ts';
import type { Heard } from './frame-reader.ts';
import { Gathering } from './gathering.ts';

const CR = 13;
const LF = 10;
const space = 32;
const field = Buffer.from('data:');
const lineFeed = Buffer.from('\n');

export class EventReader implements Disposable {
  readonly #heard: Heard;
  readonly #gathering: Gathering;
  /** Bytes of the present line. */
  #column = 0;
  /** How many of those are the field's name. */
  #matched = 0;
  #wasCR = false;
  #hasData = false;

  constructor(heard: Heard, budget: Budget) {
    this.#heard = heard;
    this.#gathering = new Gathering(budget);
  }

  read(chunk: Buffer): void {
    const ends = new LineEnds(chunk);
    let position = 0;
    while (position < chunk.length) {
      const isSecondHalf = this.#wasCR && chunk[position] === LF;
      this.#wasCR = false;
      if (isSecondHalf) position += 1;
      if (position === chunk.length) return;
      const end = ends.from(position);
      if (end > position) this.#line(chunk.subarray(position, end));
      if (end === chunk.length) return;
      this.#wasCR = chunk[end] === CR;
      this.#endLine();
      position = end + 1;
    }
  }

  [Symbol.dispose](): void {
    this.#gathering[Symbol.dispose]();
  }

  /** A part of a line. */
  #line(part: Buffer): void {
    let position = 0;
    while (position < part.length && this.#matched === this.#column && this.#column < field.length) {
      if (part[position] === field[this.#column]) this.#matched += 1;
      this.#column += 1;
      position += 1;
      if (this.#matched === field.length && this.#hasData) this.#gathering.add(lineFeed);
    }
    if (this.#matched < field.length) {
      this.#column += part.length - position;
      return;
    }
    this.#hasData = true;
    if (position === part.length) return;
    const start = this.#column === field.length && part[position] === space ? position + 1 : position;
    this.#column += part.length - position;
    if (start < part.length) this.#gathering.add(part.subarray(start));
  }

  #endLine(): void {
    const isEmpty = this.#column === 0;
    this.#column = 0;
    this.#matched = 0;
    if (!isEmpty || !this.#hasData) return;
    this.#hasData = false;
    const { size } = this.#gathering;
    const bytes = this.#gathering.take();
    if (bytes === undefined) this.#heard.unread(size);
    else if (size > 0) this.#heard.heard(bytes);
  }
}

/** Where the lines of a chunk end; each byte is looked at once for either way to end one. */
class LineEnds {
  readonly #chunk: Buffer;
  #nextLF = -1;
  #nextCR = -1;

  constructor(chunk: Buffer) {
    this.#chunk = chunk;
  }

  /** The first end at or behind that position; the chunk's end when there is none. */
  from(position: number): number {
    if (this.#nextLF < position) this.#nextLF = this.#find(LF, position);
    if (this.#nextCR < position) this.#nextCR = this.#find(CR, position);
    return Math.min(this.#nextLF, this.#nextCR);
  }

  #find(byte: number, position: number): number {
    const found = this.#chunk.indexOf(byte, position);
    return found < 0 ? this.#chunk.length : found;
  }
}
