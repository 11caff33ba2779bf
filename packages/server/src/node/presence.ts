/**
 * Presence: whether other nodes are there, of which one would take over. A node that follows tells every so often that
 * it does.
 */
import type { Log } from '../observe/log.ts';
import type { Store } from '../store/index.ts';

export interface PresenceOptions {
  readonly store: Pick<Store, 'announce' | 'changes'>;
  readonly nodeId: string;
  /** Milliseconds after which a node that has told nothing is taken to be gone. */
  readonly validity: number;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  readonly log: Log;
}

export class Presence implements Disposable {
  readonly #options: PresenceOptions;
  readonly #watch: Disposable;
  #heardAt = Number.NEGATIVE_INFINITY;

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#watch = options.store.changes.watch(({ kind, id }) => {
      if (kind === 'follower' && id !== options.nodeId) this.#heardAt = options.now();
    });
  }

  /** True when no other node has told of itself for so long. */
  get isAlone(): boolean {
    return this.#options.now() - this.#heardAt > this.#options.validity;
  }

  /** Tells the others that this node follows. Never rejects. */
  async tell(): Promise<void> {
    const { store, nodeId, log } = this.#options;
    await store.announce({ kind: 'follower', id: nodeId }).catch((error: unknown) => {
      log.debug({ err: error }, 'the other nodes could not be told of this one');
    });
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
  }
}
