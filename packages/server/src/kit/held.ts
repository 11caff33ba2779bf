/**
 * Held: things that are given back together, the last one first. Where every request holds several, as `using` they
 * would cost about as much as what is done with them: V8 makes a stack of each by a call of its runtime.
 */
export class Held implements Disposable {
  readonly #things: Disposable[];

  /** @param things in the order in which they were got */
  constructor(...things: Disposable[]) {
    this.#things = things;
  }

  add(thing: Disposable): void {
    this.#things.push(thing);
  }

  /** Also where one of them throws. */
  [Symbol.dispose](): void {
    const thing = this.#things.pop();
    if (thing === undefined) return;
    try {
      thing[Symbol.dispose]();
    } finally {
      this[Symbol.dispose]();
    }
  }
}
