/**
 * The journals of all replicas: one folder per application, one journal per replica. Those of the newest
 * replicas of an application are kept, older ones go when a replica starts.
 */
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../kit/clock.ts';
import type { Log } from '../../observe/log.ts';
import { Journal } from './journal.ts';

export interface JournalsOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Bytes of one file. Default 1 MiB. */
  readonly maxBytes?: number | undefined;
  /** Files per replica. Default 3. */
  readonly files?: number | undefined;
  /** Replicas of an application whose output is kept, living ones not counted. Default 10. */
  readonly keep?: number | undefined;
}

type JournalListener = (replicaId: string, journal: Journal) => void;

export class Journals {
  readonly #options: JournalsOptions;
  /** Open journals by application and replica. */
  readonly #open = new Map<string, Map<string, Journal>>();
  readonly #listeners = new Map<string, Set<JournalListener>>();
  readonly files: number;

  constructor(options: JournalsOptions) {
    this.#options = options;
    this.files = options.files ?? 3;
  }

  /** Opens the journal of a new replica; whoever opens it closes it with `close`. */
  async open(applicationId: string, replicaId: string): Promise<Journal> {
    await this.#prune(applicationId);
    const { clock, log, maxBytes = 1024 * 1024 } = this.#options;
    const path = this.path(applicationId, replicaId);
    const journal = new Journal({ path, replicaId, maxBytes, files: this.files, clock, log });
    const siblings = this.#open.get(applicationId) ?? new Map<string, Journal>();
    this.#open.set(applicationId, siblings.set(replicaId, journal));
    for (const listener of this.#listeners.get(applicationId) ?? []) listener(replicaId, journal);
    return journal;
  }

  async close(applicationId: string, replicaId: string): Promise<void> {
    const siblings = this.#open.get(applicationId);
    const journal = siblings?.get(replicaId);
    await journal?.[Symbol.asyncDispose]();
    siblings?.delete(replicaId);
    if (siblings?.size === 0) this.#open.delete(applicationId);
  }

  /** Removes everything that replicas of the application wrote. Best effort: what stays is only disk space. */
  async forget(applicationId: string): Promise<void> {
    await Promise.all(
      [...(this.#open.get(applicationId)?.keys() ?? [])].map((id) => this.close(applicationId, id)),
    );
    await rm(this.#folder(applicationId), { recursive: true, force: true }).catch((error: unknown) => {
      this.#options.log.warn(
        { err: error, applicationId },
        'output of a deleted application could not be removed',
      );
    });
  }

  /** The journal, while its replica lives. */
  get(applicationId: string, replicaId: string): Journal | undefined {
    return this.#open.get(applicationId)?.get(replicaId);
  }

  path(applicationId: string, replicaId: string): string {
    return join(this.#folder(applicationId), `${replicaId}.log`);
  }

  /** Ids of all replicas of which something is kept. */
  async replicas(applicationId: string): Promise<string[]> {
    const names = await readdir(this.#folder(applicationId)).catch(() => []);
    const kept = names.flatMap((name) => /^(.*)\.log(\.\d+)?$/.exec(name)?.[1] ?? []);
    return [...new Set([...kept, ...(this.#open.get(applicationId)?.keys() ?? [])])];
  }

  /** Tells of every journal that is opened for the application from now on. */
  watch(applicationId: string, listener: JournalListener): Disposable {
    const listeners = this.#listeners.get(applicationId) ?? new Set();
    this.#listeners.set(applicationId, listeners.add(listener));
    return {
      [Symbol.dispose]: () => {
        listeners.delete(listener);
        if (listeners.size === 0) this.#listeners.delete(applicationId);
      },
    };
  }

  #folder(applicationId: string): string {
    return join(this.#options.directory, applicationId);
  }

  async #prune(applicationId: string): Promise<void> {
    const folder = this.#folder(applicationId);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const ended = (await this.replicas(applicationId)).filter((id) => !this.get(applicationId, id));
      const dated = await Promise.all(
        ended.map(async (id) => ({ id, time: await this.#lastWritten(applicationId, id) })),
      );
      const old = dated.sort((a, b) => b.time - a.time).slice(this.#options.keep ?? 10);
      await Promise.all(old.map(({ id }) => this.#remove(applicationId, id)));
    } catch (error) {
      this.#options.log.warn({ err: error, folder }, 'old output of replicas could not be removed');
    }
  }

  async #lastWritten(applicationId: string, replicaId: string): Promise<number> {
    const found = await stat(this.path(applicationId, replicaId)).catch(() => undefined);
    return found?.mtimeMs ?? 0;
  }

  async #remove(applicationId: string, replicaId: string): Promise<void> {
    const path = this.path(applicationId, replicaId);
    await rm(path, { force: true });
    for (let age = 1; age < this.files; age++) await rm(`${path}.${age}`, { force: true });
  }
}
