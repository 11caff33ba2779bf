/**
 * Workers: the threads that relay, as the main thread sees them: one gateway. It keeps them up to date, asks all of
 * them where the answer is theirs together, and puts another in the place of one that dies.
 */
import { availableParallelism } from 'node:os';
import type { Directory } from '../directory/directory.ts';
import { beginYoung } from '../gateway/collector.ts';
import type { DrainPlan } from '../gateway/connections.ts';
import { Load } from '../gateway/load.ts';
import type { Renewal, RenewElsewhere } from '../gateway/renewal.ts';
import { openTables, tablesMemory, type Tables } from '../gateway/tables.ts';
import type { KeyRing } from '../identity/key-ring.ts';
import type { Revocations } from '../identity/revocations.ts';
import type { Tickets } from '../identity/tickets.ts';
import { systemClock as clock } from '../kit/clock.ts';
import { pauseFor } from '../kit/pause.ts';
import type { Labels } from '../observe/labels.ts';
import type { Log } from '../observe/log.ts';
import type { GatewayReport } from '../observe/metrics.ts';
import type { Answers } from './line.ts';
import type { AskedOfServer, Start } from './protocol.ts';
import { Reports } from './reports.ts';
import { Thread } from './thread.ts';

export interface WorkersOptions {
  /** How many. */
  readonly count: number;
  readonly start: Omit<Start, 'row' | 'tables' | 'shared'>;
  readonly directory: Directory;
  readonly labels: Labels;
  readonly keys: KeyRing;
  readonly revocations: Revocations;
  readonly tickets: Tickets;
  /** Needed where there are several nodes: resolves when the directory has all that was known at the time at any. */
  readonly catchUp: (() => Promise<void>) | undefined;
  /** Needed where there are several nodes. */
  readonly renewElsewhere: RenewElsewhere | undefined;
  readonly log: Log;
}

/** Milliseconds for a worker's answer to something that it need not wait for. */
const patience = 2000;
/** Milliseconds beyond a drain's own time. */
const slack = 5000;
/** Milliseconds before the first replacement of a worker, and at most; each failure in a row doubles it. */
const firstPause = 100;
const lastPause = 30_000;
/** Milliseconds of life after which an end is no failure in a row. */
const goodLife = 60_000;

export class Workers implements AsyncDisposable {
  /** What is asked of applications, and served, in all workers. */
  readonly load: Load;
  readonly #options: WorkersOptions;
  readonly #memory;
  readonly #tables: Tables;
  readonly #reports = new Reports();
  readonly #threads = new Map<number, Thread>();
  readonly #watches = new DisposableStack();
  readonly #life = new AbortController();
  readonly #kept: Promise<void>[] = [];
  #isReady = false;

  constructor(options: WorkersOptions) {
    this.#options = options;
    this.#memory = tablesMemory(options.count);
    this.#tables = openTables(this.#memory, { row: -1, clock });
    this.load = new Load({
      tables: this.#tables,
      nudge: (row, id) => this.#threads.get(row)?.line.tell('offer', id),
    });
    const { directory, labels, keys, revocations } = options;
    for (const { applicationId } of directory.all()) labels.give(applicationId);
    this.#watches.use(
      directory.watch((applicationId, endpoint) => {
        if (endpoint === undefined) {
          labels.take(applicationId);
          return this.#tell('remove', applicationId);
        }
        this.#tell('put', { endpoint, isNamed: labels.give(applicationId) });
      }),
    );
    this.#watches.use(keys.watch(() => this.#tell('keys', keys.rows)));
    this.#watches.use(revocations.watch(() => this.#tell('revocations', revocations.rows)));
  }

  /** Starts them. Resolves when all can take connections; rejects when one cannot. */
  async compose(): Promise<void> {
    const rows = Array.from({ length: this.#options.count }, (_, row) => row);
    const together = availableParallelism();
    // More than there are cores would wait for each other, while the time of each to start runs out.
    for (let first = 0; first < rows.length; first += together) {
      const some = rows.slice(first, first + together);
      await Promise.all(some.map((row) => this.#open(row).compose()));
    }
    beginYoung();
  }

  /** Resolves when all take connections. Rejects with what the system said to one that cannot. */
  async listen(): Promise<void> {
    const threads = [...this.#threads.values()];
    await Promise.all(threads.map((thread) => thread.listen()));
    for (const thread of threads) this.#kept.push(this.#keep(thread));
  }

  /** From now on they answer that the server is ready. */
  ready(): void {
    this.#isReady = true;
    this.#tell('ready', undefined);
  }

  /** Live connections of an application, or of one replica. */
  connections(id: string): number {
    return this.load.connections(id);
  }

  /** As that of Connections, at all workers. */
  async drain(replicaId: string, plan: DrainPlan): Promise<void> {
    const asked = new Set<Thread>();
    const fresh = (): Thread[] => [...this.#threads.values()].filter((thread) => !asked.has(thread));
    // A worker that came meanwhile may have brought somebody back to the replica.
    for (let threads = fresh(); threads.length > 0; threads = fresh()) {
      threads.forEach((thread) => asked.add(thread));
      await all(threads, ({ line }) => line.ask('drain', { replicaId, plan }, { limit: Infinity }));
    }
  }

  /** Takes no new arrivals, sends connections away, lets requests finish; all within `grace` seconds. */
  async drainAll({ grace }: { grace: number }): Promise<void> {
    const limit = grace * 1000 + slack;
    await all(this.#threads.values(), ({ line }) => line.ask('drainAll', { grace }, { limit }));
  }

  /** True: a worker has the connection, which has its new token. False: it is somebody else's. Undefined: none has it. */
  async renew(renewal: Renewal): Promise<boolean | undefined> {
    const answers = await all(this.#threads.values(), ({ line }) =>
      line.ask('renew', renewal, { limit: patience }),
    );
    return answers.find((answer) => answer !== undefined);
  }

  /** What all have counted, those that are no more included. */
  async reports(): Promise<readonly GatewayReport[]> {
    await all(this.#threads.values(), async ({ row, line }) =>
      this.#reports.set(row, await line.ask('report', undefined, { limit: patience })),
    );
    return this.#reports.all();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#life.abort();
    this.#watches.dispose();
    await Promise.all([...this.#threads.values()].map((thread) => thread[Symbol.asyncDispose]()));
    await Promise.all(this.#kept);
  }

  /** Starts one, and tells it all that it must know. */
  #open(row: number): Thread {
    const { start, count, directory, labels, keys, revocations } = this.#options;
    const thread = new Thread(
      { ...start, row, tables: this.#memory, shared: count > 1 },
      this.#answersFor(row),
    );
    this.#threads.set(row, thread);
    const { line } = thread;
    line.tell('keys', keys.rows);
    line.tell('revocations', revocations.rows);
    for (const endpoint of directory.all())
      line.tell('put', { endpoint, isNamed: labels.of(endpoint.applicationId) === endpoint.applicationId });
    if (this.#isReady) line.tell('ready', undefined);
    return thread;
  }

  #answersFor(row: number): Answers<AskedOfServer> {
    const { tickets, catchUp, renewElsewhere } = this.#options;
    return {
      knock: (applicationId) => this.load.knock(applicationId),
      catchUp: async () => await catchUp?.(),
      nudge: (to) => {
        if (to.row !== row) this.#threads.get(to.row)?.line.tell('offer', to.applicationId);
      },
      addTicket: (ticket) => tickets.add(ticket),
      takeTicket: (digest) => tickets.take(digest),
      renew: async (renewal) => (await this.renew(renewal)) ?? (await renewElsewhere?.(renewal)) ?? false,
    };
  }

  /** Replaces it whenever it dies, until the workers are disposed of. */
  async #keep(first: Thread): Promise<void> {
    const { log } = this.#options;
    let thread = first;
    let failures = 0;
    for (;;) {
      const since = performance.now();
      const reason = await thread.ended;
      if (reason === undefined || this.#life.signal.aborted) return;
      failures = performance.now() - since > goodLife ? 0 : failures;
      log.error(
        { err: reason, worker: thread.row + 1 },
        'a worker died, with its connections; another takes its place',
      );
      this.#bury(thread.row);
      const replacement = await this.#replace(thread.row, failures);
      if (replacement === undefined) return;
      thread = replacement.thread;
      failures = replacement.failures;
    }
  }

  async #replace(row: number, before: number): Promise<{ thread: Thread; failures: number } | undefined> {
    for (let failures = before; ; failures++) {
      const pause = Math.min(lastPause, firstPause * 2 ** failures);
      if (!(await pauseFor(pause, this.#life.signal))) return undefined;
      const thread = this.#open(row);
      try {
        await thread.compose();
        await thread.listen();
        return { thread, failures: failures + 1 };
      } catch (error) {
        if (this.#life.signal.aborted) return undefined;
        this.#options.log.error(
          { err: error, worker: row + 1 },
          'a worker could not be started; it is tried again',
        );
        await thread[Symbol.asyncDispose]();
        this.#bury(row);
      }
    }
  }

  /** What a dead worker held is free. */
  #bury(row: number): void {
    this.#threads.delete(row);
    this.#reports.end(row);
    for (const table of Object.values(this.#tables)) table.clearRow(row);
    for (const { applicationId } of this.#options.directory.all()) this.load.passOn(applicationId);
  }

  #tell: Thread['line']['tell'] = (name, asked) => {
    for (const { line } of this.#threads.values()) line.tell(name, asked);
  };
}

/** The answers of those that live until they have answered. */
async function all<Value>(
  threads: Iterable<Thread>,
  ask: (thread: Thread) => Promise<Value>,
): Promise<Value[]> {
  const results = await Promise.allSettled([...threads].map(ask));
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}
