/**
 * Decisions: why the number of replicas changed, which only the node that leads knows, can be asked for at any node.
 * The question goes to all as a notice, and so does the answer.
 */
import { scalingStatus, type ScalingStatus } from '@mooring/contract';
import type { Log } from '../observe/log.ts';
import type { Change, Store } from '../store/index.ts';

export interface DecisionsOptions {
  readonly store: Pick<Store, 'announce' | 'changes'>;
  readonly nodeId: string;
  /** What is known here. Undefined: this node does not lead, or there is no such application. */
  readonly known: (applicationId: string) => ScalingStatus | undefined;
  readonly log: Log;
  /** Milliseconds for the answer. Default 1000. */
  readonly patience?: number;
}

/** Applications that may be asked about at a time. */
const maxAsked = 64;

/** Characters that a notice has room for. */
const room = 7000;

export class Decisions implements Disposable {
  readonly #options: DecisionsOptions;
  /** By application: whoever asks meanwhile gets the same answer. */
  readonly #asked = new Map<string, PromiseWithResolvers<ScalingStatus | undefined>>();
  readonly #watch: Disposable;

  constructor(options: DecisionsOptions) {
    this.#options = options;
    this.#watch = options.store.changes.watch((change) => this.#hear(change));
  }

  /** Asks the node that leads. Undefined: it does not answer in time, or does not know the application. */
  async ask(applicationId: string): Promise<ScalingStatus | undefined> {
    const known = this.#asked.get(applicationId);
    if (known) return await known.promise;
    if (this.#asked.size >= maxAsked) return undefined;
    const answer = Promise.withResolvers<ScalingStatus | undefined>();
    this.#asked.set(applicationId, answer);
    const { patience = 1000 } = this.#options;
    const timer = setTimeout(() => answer.resolve(undefined), patience);
    try {
      await this.#tell({ kind: 'scaling', id: applicationId, note: this.#options.nodeId });
      return await answer.promise;
    } finally {
      clearTimeout(timer);
      answer.resolve(undefined);
      this.#asked.delete(applicationId);
    }
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
    for (const { resolve } of this.#asked.values()) resolve(undefined);
  }

  #hear({ kind, id, note }: Change): void {
    if (kind === 'scaled') this.#asked.get(id)?.resolve(scalingStatus.parse(JSON.parse(note ?? '')));
    if (kind !== 'scaling' || note === this.#options.nodeId) return;
    const known = this.#options.known(id);
    if (known) void this.#tell({ kind: 'scaled', id, note: fitting(known) });
  }

  async #tell(change: Change): Promise<void> {
    const { store, log } = this.#options;
    await store.announce(change).catch((error: unknown) => {
      log.warn({ err: error, applicationId: change.id }, 'the other nodes could not be told of decisions');
    });
  }
}

/** With as many of the latest decisions as there is room for. */
function fitting(status: ScalingStatus): string {
  const all = status.decisions;
  for (let count = all.length; count > 0; count -= 1) {
    const text = JSON.stringify({ ...status, decisions: all.slice(0, count) });
    if (Buffer.byteLength(text) <= room) return text;
  }
  return JSON.stringify({ ...status, decisions: [] });
}
