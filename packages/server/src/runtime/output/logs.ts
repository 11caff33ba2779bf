/**
 * Reads what the replicas of an application wrote: the kept lines of all of them in the order of time, then,
 * following, every new line as it comes, also those of replicas that start later.
 */
import type { LogLine } from '@mooring/contract';
import type { Journal, LineListener } from './journal.ts';
import { readJournal } from './journal-file.ts';
import type { Journals } from './journals.ts';

export interface LogsOptions {
  /** Lines from the end. Default: all that are kept. */
  readonly tail?: number;
  /** Go on with new lines until the signal. Default false. */
  readonly follow?: boolean;
  readonly signal: AbortSignal;
}

/** Lines that wait for a slow reader; beyond it the oldest are left out and their number is told. */
const queueLimit = 10_000;

export async function* readLogs(
  journals: Journals,
  applicationId: string,
  options: LogsOptions,
): AsyncGenerator<LogLine> {
  const { tail = Infinity, follow = false, signal } = options;
  if (signal.aborted) return;
  using queue = new LineQueue(signal);
  using fresh = follow ? followNew(journals, applicationId, queue) : undefined;
  const lines: LogLine[] = [];
  for (const replicaId of await journals.replicas(applicationId)) {
    if (fresh?.has(replicaId)) continue;
    const journal = journals.get(applicationId, replicaId);
    if (journal && follow) queue.hold(journal);
    lines.push(
      ...(await readOne({
        journals,
        applicationId,
        replicaId,
        tail,
        journal,
        listener: follow ? queue.push : undefined,
      })),
    );
  }
  lines.sort((a, b) => (a.timestamp < b.timestamp ? -1 : Number(a.timestamp > b.timestamp)));
  yield* tail === 0 ? [] : lines.slice(-tail);
  if (follow) yield* queue.lines();
}

interface OneReplica {
  readonly journals: Journals;
  readonly applicationId: string;
  readonly replicaId: string;
  readonly tail: number;
  readonly journal: Journal | undefined;
  readonly listener: LineListener | undefined;
}

async function readOne(one: OneReplica): Promise<LogLine[]> {
  if (one.journal) return await one.journal.read(one.tail, one.listener);
  const path = one.journals.path(one.applicationId, one.replicaId);
  return await readJournal({ path, files: one.journals.files, replicaId: one.replicaId, tail: one.tail });
}

/** Sends the lines of replicas that start from now on to the queue. Tells which ones these are. */
function followNew(
  journals: Journals,
  applicationId: string,
  queue: LineQueue,
): Disposable & { has(replicaId: string): boolean } {
  const seen = new Set<string>();
  const watch = journals.watch(applicationId, (replicaId, journal) => {
    seen.add(replicaId);
    queue.hold(journal);
    journal.listen(queue.push);
  });
  return { has: (replicaId) => seen.has(replicaId), [Symbol.dispose]: () => watch[Symbol.dispose]() };
}

class LineQueue implements Disposable {
  readonly #signal: AbortSignal;
  readonly #journals = new Set<Journal>();
  #lines: LogLine[] = [];
  #skipped = 0;
  #wake: () => void = () => {};

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#abort);
  }

  readonly #abort = (): void => this.#wake();

  /** The journal lets go of this queue when the reading ends. */
  hold(journal: Journal): void {
    this.#journals.add(journal);
  }

  readonly push = (line: LogLine): void => {
    this.#lines.push(line);
    if (this.#lines.length > queueLimit) {
      this.#lines.shift();
      this.#skipped++;
    }
    this.#wake();
  };

  async *lines(): AsyncGenerator<LogLine> {
    while (!this.#signal.aborted) {
      const lines = this.#lines;
      this.#lines = [];
      const [first] = lines;
      if (first && this.#skipped > 0) {
        yield {
          ...first,
          stream: 'platform',
          text: `${this.#skipped} lines were left out: the reader is too slow.`,
        };
        this.#skipped = 0;
      }
      yield* lines;
      if (this.#lines.length === 0) await this.#next();
    }
  }

  async #next(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    if (!this.#signal.aborted) await promise;
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener('abort', this.#abort);
    for (const journal of this.#journals) journal.unlisten(this.push);
  }
}
