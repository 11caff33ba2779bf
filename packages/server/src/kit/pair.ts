/** Pair: two things that are held, and given back, together. */

export class Pair implements Disposable {
  readonly #first: Disposable;
  readonly #second: Disposable;

  /** The second is given back first. */
  constructor(first: Disposable, second: Disposable) {
    this.#first = first;
    this.#second = second;
  }

  [Symbol.dispose](): void {
    this.#second[Symbol.dispose]();
    this.#first[Symbol.dispose]();
  }
}
