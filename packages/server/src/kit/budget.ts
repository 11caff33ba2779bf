/** Budget: an amount of something that several share. */

export class Budget {
  #left: number;

  constructor(amount: number) {
    this.#left = amount;
  }

  get left(): number {
    return this.#left;
  }

  /** False when there is not so much left; then nothing is taken. */
  take(amount: number): boolean {
    if (amount > this.#left) return false;
    this.#left -= amount;
    return true;
  }

  give(amount: number): void {
    this.#left += amount;
  }
}
