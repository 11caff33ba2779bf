/**
 * Candidate: a node that would lead, and waits until the one that does gives no sign of life any more. Only its own
 * clock counts, and only while it could ask: a database that was away is nobody's silence.
 */
import type { LeaseRecord, Store } from '../store/index.ts';

/** The lease of the node that reconciles. */
export const leaseName = 'reconcile';

export interface CandidateOptions {
  readonly store: Store;
  readonly nodeId: string;
  /** Milliseconds of silence after which the lease is taken. */
  readonly patience: number;
  /** Nodes that are known to have ended: they are waited for no longer than it takes to see that. Default: none. */
  readonly former?: ReadonlySet<string>;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
}

/** Milliseconds: two signs of life and a half. */
const shortPatience = 2500;

export class Candidate {
  readonly #options: CandidateOptions;
  #seen: LeaseRecord | undefined;
  #since = 0;
  #hasHeard = false;
  #earlier: ReadonlyMap<string, number> = new Map();

  constructor(options: CandidateOptions) {
    this.#options = options;
  }

  /** True once a node that leads has given a sign of life between two looks. */
  get hasHeard(): boolean {
    return this.#hasHeard;
  }

  /** Replicas that took arrivals under the node that led before, by application. Known when this one leads. */
  get earlier(): ReadonlyMap<string, number> {
    return this.#earlier;
  }

  /** Looks once. Returns the epoch of this node when it leads from now on. */
  async look(): Promise<number | undefined> {
    const { store, now } = this.#options;
    try {
      const lease = await store.leases.get(leaseName);
      if (lease?.holder === undefined) return await this.#take(lease);
      if (lease.epoch !== this.#seen?.epoch || lease.renewals !== this.#seen.renewals) {
        this.#hasHeard = lease.epoch === this.#seen?.epoch;
        this.#seen = lease;
        this.#since = now();
        return undefined;
      }
      return now() - this.#since < this.#patienceWith(lease.holder) ? undefined : await this.#take(lease);
    } catch (error) {
      this.#seen = undefined;
      throw error;
    }
  }

  #patienceWith(holder: string): number {
    const { patience, former } = this.#options;
    return former?.has(holder) ? Math.min(patience, shortPatience) : patience;
  }

  /** With the lease goes everything that the one before had running: nobody is to be sent there any more. */
  async #take(seen: LeaseRecord | undefined): Promise<number | undefined> {
    const { store, nodeId } = this.#options;
    this.#seen = undefined;
    return await store.transaction(async (tx) => {
      const epoch = await tx.leases.take(leaseName, nodeId, seen);
      if (epoch === undefined) return undefined;
      const served = (await tx.replicas.list()).filter(({ serving }) => serving === 'ready');
      const byApplication = Map.groupBy(served, ({ applicationId }) => applicationId);
      this.#earlier = new Map(Array.from(byApplication, ([id, { length }]) => [id, length]));
      await tx.replicas.clear();
      return epoch;
    });
  }
}
