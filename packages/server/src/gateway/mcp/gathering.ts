/** Gathering: the bytes of one message as they come, copied up to a limit; beyond it only their number is kept. */
import type { Budget } from '../../kit/budget.ts';

/** Largest message that is read, in bytes. */
export const readLimit = 256 * 1024;
/** Bytes of messages that are under way, on one server (one worker of it, where there are several). */
export const gatheredLimit = 32 * 1024 * 1024;

const nothing = Buffer.alloc(0);

export class Gathering implements Disposable {
  readonly #budget: Budget;
  #buffer = nothing;
  #size = 0;
  #isOver = false;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Bytes of the message so far, gathered or not. */
  get size(): number {
    return this.#size;
  }

  /** Where the copy stands, for whoever has yet to unmask it. Undefined when the message is too large. */
  add(piece: Uint8Array): Buffer | undefined {
    const start = this.#size;
    this.#size += piece.length;
    if (this.#isOver || !this.#reserve(this.#size)) return undefined;
    this.#buffer.set(piece, start);
    return this.#buffer.subarray(start, this.#size);
  }

  /** Gathers nothing of the message that is under way. */
  skip(): void {
    this.#release();
    this.#isOver = true;
  }

  /** Ends the message. Undefined when it was too large. */
  take(): Buffer | undefined {
    const bytes = this.#isOver ? undefined : this.#buffer.subarray(0, this.#size);
    this.#release();
    this.#size = 0;
    this.#isOver = false;
    return bytes;
  }

  [Symbol.dispose](): void {
    this.skip();
  }

  /** Room doubles, so that a message in many small pieces is copied few times. */
  #reserve(size: number): boolean {
    const present = this.#buffer.length;
    if (size <= present) return true;
    const wanted = present === 0 ? size : Math.min(Math.max(size, 2 * present), readLimit);
    if (size > readLimit || !this.#budget.take(wanted - present)) {
      this.skip();
      return false;
    }
    const larger = Buffer.allocUnsafe(wanted);
    larger.set(this.#buffer);
    this.#buffer = larger;
    return true;
  }

  #release(): void {
    this.#budget.give(this.#buffer.length);
    this.#buffer = nothing;
  }
}
