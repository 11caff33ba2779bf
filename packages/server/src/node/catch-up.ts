/**
 * Catch-up: a node that follows asks the one that leads whether it has heard of all that runs. The question goes to all
 * nodes as a notice. It is answered when everything is written down, so that the answer comes behind the notices of it.
 */
import type { Log } from '../observe/log.ts';
import type { Change, Store } from '../store/index.ts';

export interface CatchUpOptions {
  readonly store: Pick<Store, 'announce' | 'changes'>;
  readonly nodeId: string;
  /** Resolves when what ran when it was called is written down. Undefined: this node does not lead. */
  readonly written: () => Promise<void> | undefined;
  readonly log: Log;
  /** Milliseconds for the answer. Default 1000. */
  readonly patience?: number;
}

export class CatchUp implements Disposable {
  readonly #options: CatchUpOptions;
  readonly #watch: Disposable;
  #asking: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #question = '';
  #count = 0;
  #answer: PromiseWithResolvers<void> | undefined;

  constructor(options: CatchUpOptions) {
    this.#options = options;
    this.#watch = options.store.changes.watch((change) => this.#hear(change));
  }

  /** Resolves behind the notices of all that ran at the node that leads, or when it does not answer in time. */
  ask(): Promise<void> {
    if (this.#asking === undefined) {
      this.#asking = this.#put().finally(() => (this.#asking = undefined));
      return this.#asking;
    }
    // What is under way may have been answered before that began to run which this one is about.
    this.#next ??= this.#asking.then(() => {
      this.#next = undefined;
      return this.ask();
    });
    return this.#next;
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
    this.#answer?.resolve();
  }

  async #put(): Promise<void> {
    const { nodeId, patience = 1000 } = this.#options;
    const answer = Promise.withResolvers<void>();
    this.#answer = answer;
    this.#question = `${nodeId} ${++this.#count}`;
    const timer = setTimeout(() => answer.resolve(), patience);
    void this.#tell({ kind: 'catchUp', id: this.#question });
    await answer.promise;
    clearTimeout(timer);
  }

  #hear({ kind, id }: Change): void {
    if (kind === 'caughtUp' && id === this.#question) this.#answer?.resolve();
    if (kind === 'catchUp') void this.#reply(id);
  }

  async #reply(question: string): Promise<void> {
    const written = this.#options.written();
    if (written === undefined) return;
    await written;
    await this.#tell({ kind: 'caughtUp', id: question });
  }

  async #tell(change: Change): Promise<void> {
    const { store, log } = this.#options;
    await store.announce(change).catch((error: unknown) => {
      log.debug(
        { err: error },
        'the other nodes could not be asked, or told, whether they have heard of everything',
      );
    });
  }
}
