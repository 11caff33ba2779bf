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

  of(applicationId: string): string {
    if (this.#named.has(applicationId)) return applicationId;
    if (this.#named.size >= this.#limit) return others;
    this.#named.add(applicationId);
    return applicationId;
  }

  /** Takes the names from those that are not there any more, and returns them. */
  keep(applicationIds: ReadonlySet<string>): string[] {
    const gone = [...this.#named].filter((id) => !applicationIds.has(id));
    for (const id of gone) this.#named.delete(id);
    return gone;
  }
}
