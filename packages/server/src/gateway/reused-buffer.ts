/**
 * Reused buffer: what both legs of all relays of this thread are read into, again and again. What was read is passed
 * on before the next is read, and nobody keeps it, so that it stays in the processor's cache.
 */

export const reusedBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/** Up to this length, in bytes, there is one view of each length. */
const most = 2048;
const views: Buffer[] = [];

/** What was read. It is overwritten by the next read. */
export function readChunk(length: number): Buffer {
  if (length > most) return reusedBuffer.subarray(0, length);
  return (views[length] ??= reusedBuffer.subarray(0, length));
}

/** Where what is read goes. */
export interface Reading {
  /** Keeps nothing of the chunk. */
  readonly consume: (chunk: Buffer) => void;
}
