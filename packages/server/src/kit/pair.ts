/** Pair: two things that are held, and given back, together. It takes less room than a list: a connection keeps several. */

export class Pair implements Disposable {
  readonly #first: Disposable;
  readonly #second: Disposable;

  /** The second is given back first. */
  constructor(first: Disposable, second: Disposable) {
    this.#first = first;
    this.#second = second;
  }

  [Symbol.dispose](): void {
    try {
      this.#second[Symbol.dispose]();
    } finally {
      this.#first[Symbol.dispose]();
    }
  }
}
