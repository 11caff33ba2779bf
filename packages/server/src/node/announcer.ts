/** Announcer: the node that reconciles writes down what runs, so that the others find it. */
import type { ReplicaStatus } from '@mooring/contract';
import type { Directory } from '../directory/directory.ts';
import type { NodeAddress } from '../directory/endpoint.ts';
import { pauseFor } from '../kit/pause.ts';
import type { Log } from '../observe/log.ts';
import { LeaseLost, type RunningReplica, type Store } from '../store/index.ts';

export interface AnnouncerOptions {
  /** Fenced. */
  readonly store: Store;
  readonly directory: Directory;
  readonly node: Pick<NodeAddress, 'id'> & { readonly address: string | undefined };
  /** What runs of an application now. */
  readonly running: (applicationId: string) => readonly ReplicaStatus[];
  readonly log: Log;
}

/** Applications that are written down in one transaction. */
const batch = 50;

/** Milliseconds until a failed write is repeated. */
const retryPause = 500;

export class Announcer {
  readonly #options: AnnouncerOptions;
  readonly #waiting = new Set<string>();
  readonly #closed = new AbortController();
  #writing: Promise<void> | undefined;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  /** Writes down soon what runs of the application. */
  announce(applicationId: string): void {
    if (this.#closed.signal.aborted) return;
    this.#waiting.add(applicationId);
    this.#writing ??= this.#write().finally(() => this.#rest());
  }

  /** Resolves when everything that was announced is written down, or cannot be any more. */
  async written(): Promise<void> {
    await this.#writing;
  }

  /** Resolves when everything is written down, or cannot be. Nothing is announced afterwards. */
  async finish(): Promise<void> {
    this.#closed.abort();
    await this.#writing;
  }

  #rest(): void {
    this.#writing = undefined;
    const [next] = this.#waiting;
    if (next !== undefined) this.announce(next);
  }

  async #write(): Promise<void> {
    // What is announced in the same moment is written together.
    await Promise.resolve();
    while (this.#waiting.size > 0) {
      const ids = [...this.#waiting].slice(0, batch);
      for (const id of ids) this.#waiting.delete(id);
      const error = await this.#put(ids).then(() => undefined, asError);
      if (error === undefined) continue;
      if (error instanceof LeaseLost) return this.#waiting.clear();
      this.#options.log.warn({ err: error }, 'what runs could not be written down; it is tried again');
      for (const id of ids) this.#waiting.add(id);
      if (!(await pauseFor(retryPause, this.#closed.signal))) return;
    }
  }

  async #put(ids: readonly string[]): Promise<void> {
    await this.#options.store.transaction(async (tx) => {
      for (const id of ids) await tx.replicas.put(id, this.#rowsOf(id));
    });
  }

  #rowsOf(applicationId: string): RunningReplica[] {
    const { directory, node, running } = this.#options;
    const addresses = new Map(directory.get(applicationId)?.replicas.map((replica) => [replica.id, replica]));
    return running(applicationId).map((replica) => {
      const shown = addresses.get(replica.id);
      return {
        id: replica.id,
        artifactId: replica.artifactId,
        runtime: replica.runtime,
        state: replica.state,
        reason: replica.reason,
        pid: replica.pid,
        restarts: replica.restarts,
        timeStarted: replica.timeStarted,
        nodeId: node.id,
        nodeAddress: node.address,
        address: shown && `${shown.host}:${shown.port}`,
        serving: shown?.state,
      };
    });
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
