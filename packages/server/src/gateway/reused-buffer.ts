/**
 * Reused buffer: what one leg of a relay is read into, again and again. A write that the kernel took whole is over
 * when it returns, so only an unfinished one makes the next read need a fresh buffer.
 */
import type { Socket } from 'node:net';

/** Most connections are idle, so a buffer is small until it is filled; one that stays mostly empty is small again. */
const smallBuffer = 4 * 1024;
const largeBuffer = 64 * 1024;
/** So many reads in a row that would have fitted into a small buffer. */
const patience = 64;
/** What a TLS socket is given is copied up to this size, because it never finishes within write(). */
const copySize = 16 * 1024;
/** The first read of every connection goes here: it is copied before the next one is read. */
const common = Buffer.allocUnsafeSlow(largeBuffer);

export class ReusedBuffer {
  /** Into which the next read goes. Does not change between two calls of `pass`. */
  next: Buffer = common;
  #smallReads = 0;

  /** What was read, for whoever keeps it. */
  copy(length: number): Buffer {
    return Buffer.from(this.next.subarray(0, length));
  }

  /** Hands on what was read. It may be overwritten afterwards, unless `sink` has not finished writing it. */
  pass(length: number, { sink, consume }: Reading): void {
    const copies = this.next === common || ('encrypted' in sink && length <= copySize);
    consume(copies ? this.copy(length) : this.next.subarray(0, length));
    this.#renew(length, !copies && sink.writableLength > 0);
  }

  /** A fresh buffer where the present one is still being written, or is not of the right size. */
  #renew(length: number, isBusy: boolean): void {
    const isLarge = length >= smallBuffer;
    this.#smallReads = isLarge ? 0 : this.#smallReads + 1;
    const present = this.next === common ? 0 : this.next.length;
    const staysLarge = present === largeBuffer && this.#smallReads < patience;
    const size = isLarge || staysLarge ? largeBuffer : smallBuffer;
    if (isBusy || size !== present) this.next = Buffer.allocUnsafeSlow(size);
  }
}

/** Where what is read goes. */
export interface Reading {
  /** The socket to which `consume` writes. */
  readonly sink: Socket;
  /** Keeps nothing of the chunk but what it writes to `sink`. */
  readonly consume: (chunk: Buffer) => void;
}
