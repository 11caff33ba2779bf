/** Thread: one worker, as the main thread sees it: its line, and its end. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { youngGeneration } from '../gateway/collector.ts';
import { Line, type Answers } from './line.ts';
import type { AskedOfServer, AskedOfWorker, Start } from './protocol.ts';

/** Milliseconds in which a worker that was told to stop must have ended. */
const stopLimit = 5000;
/** Milliseconds in which it must have loaded, and must listen. */
const startLimit = 30_000;

/** From source it is TypeScript, built it is not. */
const entry = new URL(`./entry${extname(import.meta.url)}`, import.meta.url);

export class Thread implements AsyncDisposable {
  readonly row: number;
  readonly line: Line<AskedOfWorker, AskedOfServer>;
  /** Resolves with what it died of; undefined: it was told to stop. */
  readonly ended: Promise<Error | undefined>;
  readonly #worker: Worker;
  #isStopping = false;

  constructor(start: Start, answers: Answers<AskedOfServer>) {
    this.row = start.row;
    this.#worker = new Worker(entry, {
      workerData: start,
      name: `mooring worker ${start.row + 1}`,
      resourceLimits: { maxYoungGenerationSizeMb: youngGeneration },
    });
    this.line = new Line(this.#worker, answers);
    const { promise, resolve } = Promise.withResolvers<Error | undefined>();
    this.ended = promise;
    let reason: Error | undefined;
    this.#worker.once(
      'error',
      (error) => (reason = error instanceof Error ? error : new Error(String(error))),
    );
    this.#worker.once('exit', (code) => {
      resolve(this.#isStopping ? undefined : (reason ?? new Error(`the worker ended with code ${code}`)));
    });
    // Afterwards: whoever waits for an answer is to hear of what it died, and not of the line.
    void this.ended.then(() => this.line[Symbol.dispose]());
  }

  /** Resolves when it can take connections. Rejects when it ends before. */
  async compose(): Promise<void> {
    await this.#unlessEnded(this.line.ask('compose', undefined, { limit: startLimit }));
  }

  /** Resolves when it takes connections. Rejects with what the system said. */
  async listen(): Promise<void> {
    await this.#unlessEnded(this.line.ask('listen', undefined, { limit: startLimit }));
  }

  /** Ends it; what it serves ends at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    await this.line.ask('stop', undefined, { limit: stopLimit }).catch(() => this.#worker.terminate());
    const timer = setTimeout(() => void this.#worker.terminate(), stopLimit);
    await this.ended;
    clearTimeout(timer);
  }

  async #unlessEnded(work: Promise<void>): Promise<void> {
    const end = this.ended.then((reason) => {
      throw reason ?? new Error('the worker was stopped');
    });
    await Promise.race([work, end]);
  }
}
