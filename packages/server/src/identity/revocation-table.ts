/** The revocation table: whose tokens are refused before they expire, in memory. */
import type { Revocable } from './revocations.ts';
import type { Revocation } from './store-port.ts';

export class RevocationTable {
  #known: ReadonlyMap<string, number> = new Map();

  isRevoked({ subject, clientId, issuedAt = 0, grant = '' }: Revocable): boolean {
    return [`user ${subject}`, `client ${clientId}`, `grant ${grant}`].some(
      (name) => issuedAt <= (this.#known.get(name) ?? -1),
    );
  }

  /** From now on these and no others. */
  replace(revocations: readonly Revocation[]): void {
    this.#known = new Map(
      revocations.map(({ kind, id, timeRevoked }) => [`${kind} ${id}`, Date.parse(timeRevoked)]),
    );
  }
}
