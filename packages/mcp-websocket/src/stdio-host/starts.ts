/**
 * Starts: how many processes start at one time. Starting is the dearest thing that a process does; a flood of sessions
 * must not take the machine from the sessions that are there.
 */

/** Milliseconds after which a start counts as over, whatever the process does. */
const longest = 3_000;

export class Starts {
  readonly #atOnce: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** @param atOnce Default 4 */
  constructor(atOnce = 4) {
    this.#atOnce = atOnce;
  }

  /** Resolves when one more may start, with what says that it has. */
  async enter(): Promise<() => void> {
    if (this.#running < this.#atOnce) this.#running += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let isOver = false;
    const leave = (): void => {
      clearTimeout(timer);
      if (!isOver) this.#next();
      isOver = true;
    };
    const timer = setTimeout(leave, longest).unref();
    return leave;
  }

  #next(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running -= 1;
    else next();
  }
}
