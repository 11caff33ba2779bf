/** Load: how many requests and connections each replica is serving, and who waits for that to change. */

export class Load {
  readonly #counts = new Map<string, number>();
  readonly #waiters = new Map<string, Set<() => void>>();

  of(replicaId: string): number {
    return this.#counts.get(replicaId) ?? 0;
  }

  /** One more until the returned handle is disposed. */
  take(replicaId: string): Disposable {
    this.#counts.set(replicaId, this.of(replicaId) + 1);
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        this.#release(replicaId);
      },
    };
  }

  /** Resolves when the replica serves nothing. */
  async idle(replicaId: string): Promise<void> {
    if (this.of(replicaId) === 0) return;
    await new Promise<void>((resolve) => {
      const waiters = this.#waiters.get(replicaId) ?? new Set();
      this.#waiters.set(replicaId, waiters.add(resolve));
    });
  }

  #release(replicaId: string): void {
    const left = this.of(replicaId) - 1;
    if (left > 0) {
      this.#counts.set(replicaId, left);
      return;
    }
    this.#counts.delete(replicaId);
    for (const resolve of this.#waiters.get(replicaId) ?? []) resolve();
    this.#waiters.delete(replicaId);
  }
}
