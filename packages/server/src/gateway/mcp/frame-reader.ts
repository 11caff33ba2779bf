/**
 * Frame reader: the messages of one direction of a WebSocket, from pieces that the scanner has let through (scan.ts),
 * however they are cut. Payload is copied, then unmasked; the pieces stay as they are.
 */
import type { Budget } from '../../kit/budget.ts';
import { opcodes } from '../frame.ts';
import { Gathering } from './gathering.ts';

export interface Heard {
  /** A whole text message. The bytes are the reader's no more. */
  heard(bytes: Buffer): void;
  /** One that was too large to be gathered, or is binary. */
  unread(bytes: number): void;
}

const longestHeader = 14;

export class FrameReader implements Disposable {
  readonly #heard: Heard;
  readonly #gathering: Gathering;
  readonly #header = Buffer.alloc(longestHeader);
  #headerBytes = 0;
  /** Payload bytes of the present frame that are still to come. */
  #remaining = 0;
  /** Payload bytes of it that came. */
  #offset = 0;
  #isControl = false;
  #isLast = false;
  /** Undefined: not masked. */
  #mask: Buffer | undefined;

  constructor(heard: Heard, budget: Budget) {
    this.#heard = heard;
    this.#gathering = new Gathering(budget);
  }

  read(piece: Buffer): void {
    let position = 0;
    while (position < piece.length) {
      position = this.#remaining > 0 ? this.#payload(piece, position) : this.#head(piece, position);
    }
  }

  [Symbol.dispose](): void {
    this.#gathering[Symbol.dispose]();
  }

  /** Takes bytes of a header until it is whole. */
  #head(piece: Buffer, position: number): number {
    const size = headerSize(this.#header, this.#headerBytes);
    const taken = Math.min(size - this.#headerBytes, piece.length - position);
    piece.copy(this.#header, this.#headerBytes, position, position + taken);
    this.#headerBytes += taken;
    if (this.#headerBytes === headerSize(this.#header, this.#headerBytes)) this.#begin();
    return position + taken;
  }

  #begin(): void {
    const header = this.#header;
    const size = this.#headerBytes;
    const [first = 0, second = 0] = header;
    const opcode = first & 0x0f;
    this.#headerBytes = 0;
    this.#offset = 0;
    this.#remaining = payloadLength(header);
    this.#mask = (second & 0x80) === 0 ? undefined : Buffer.from(header.subarray(size - 4, size));
    this.#isControl = opcode >= opcodes.close;
    if (this.#isControl) return;
    this.#isLast = (first & 0x80) !== 0;
    if (opcode === opcodes.binary) this.#gathering.skip();
    if (this.#remaining === 0) this.#finish();
  }

  #payload(piece: Buffer, position: number): number {
    const end = Math.min(position + this.#remaining, piece.length);
    const taken = end - position;
    if (!this.#isControl) {
      const copy = this.#gathering.add(piece.subarray(position, end));
      if (copy !== undefined && this.#mask !== undefined) unmask(copy, this.#mask, this.#offset);
    }
    this.#offset += taken;
    this.#remaining -= taken;
    if (this.#remaining === 0 && !this.#isControl) this.#finish();
    return end;
  }

  #finish(): void {
    if (!this.#isLast) return;
    const { size } = this.#gathering;
    const bytes = this.#gathering.take();
    if (bytes === undefined) this.#heard.unread(size);
    else this.#heard.heard(bytes);
  }
}

/** Bytes of a header of which so many have come; 2 as long as it cannot be told. */
function headerSize(header: Buffer, bytes: number): number {
  if (bytes < 2) return 2;
  const second = header[1] ?? 0;
  const short = second & 0x7f;
  return 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + ((second & 0x80) === 0 ? 0 : 4);
}

function payloadLength(header: Buffer): number {
  const short = (header[1] ?? 0) & 0x7f;
  if (short === 126) return header.readUInt16BE(2);
  return short === 127 ? Number(header.readBigUInt64BE(2)) : short;
}

/** @param offset where in the frame's payload the bytes stand */
function unmask(bytes: Buffer, mask: Buffer, offset: number): void {
  for (let index = 0; index < bytes.length; index += 1)
    bytes[index] = (bytes[index] ?? 0) ^ (mask[(offset + index) & 3] ?? 0);
}
