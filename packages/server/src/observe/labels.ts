/**
 * Labels: under which name an application appears in the figures. Only so many have a name of their own, so that the
 * number of series is bounded; what further ones do is counted together.
 */

/** All applications beyond the limit. */
export const others = 'other';

export class Labels {
  readonly #named = new Set<string>();
  readonly #limit: number;

  /** @param limit applications that have a name of their own */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Gives the application a name of its own, if there is one left. True: it has one. */
  give(applicationId: string): boolean {
    if (this.#named.size < this.#limit) this.#named.add(applicationId);
    return this.#named.has(applicationId);
  }

  /** The application is gone: another one may have its name. */
  take(applicationId: string): void {
    this.#named.delete(applicationId);
  }

  of(applicationId: string): string {
    return this.#named.has(applicationId) ? applicationId : others;
  }
}
