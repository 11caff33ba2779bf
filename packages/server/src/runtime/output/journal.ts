/**
 * Journal: what one replica wrote, as lines with timestamps in a file that is rotated by size. Writing never
 * fails for the writer: lines that the disk refuses are counted, and reported once it takes lines again.
 */
import type { LogLine } from '@mooring/contract';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../kit/clock.ts';
import type { Log } from '../../observe/log.ts';
import { formatLine, readJournal } from './journal-file.ts';

export interface JournalOptions {
  /** Path of the newest file; older ones have `.1`, `.2` … behind it. */
  readonly path: string;
  readonly replicaId: string;
  /** Bytes of one file. */
  readonly maxBytes: number;
  /** Files that are kept, the newest included. */
  readonly files: number;
  readonly clock: Clock;
  readonly log: Log;
}

export type LineListener = (line: LogLine) => void;

/** Characters that may wait for the disk before the replica itself has to wait. */
const congestion = 1024 * 1024;

/** Lines that are kept in memory for the story of a failure. */
const remembered = 20;

export class Journal implements AsyncDisposable {
  readonly #options: JournalOptions;
  readonly #listeners = new Set<LineListener>();
  readonly #recent: string[] = [];
  #pending: LogLine[] = [];
  #pendingSize = 0;
  #chain: Promise<void> = Promise.resolve();
  #file: FileHandle | undefined;
  #size = 0;
  #lost = 0;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** @param time milliseconds since the epoch. Default: now */
  write(stream: LogLine['stream'], text: string, time: number = this.#options.clock.now()): void {
    const { replicaId } = this.#options;
    const line: LogLine = { replicaId, stream, timestamp: new Date(time).toISOString(), text };
    if (stream !== 'platform') this.#remember(text);
    if (this.#pending.length === 0) void this.#inTurn(() => this.#flush());
    this.#pending.push(line);
    this.#pendingSize += text.length;
    for (const listener of this.#listeners) listener(line);
  }

  /** The last lines that the replica itself wrote, oldest first. */
  get recent(): readonly string[] {
    return this.#recent;
  }

  /** True when so much waits for the disk that the writer should wait for `settled`. */
  get congested(): boolean {
    return this.#pendingSize > congestion;
  }

  /** Resolves when everything written so far is on disk, or lost. */
  settled(): Promise<void> {
    return this.#inTurn(async () => {});
  }

  /**
   * The last lines on disk, oldest first. With a listener, every line from then on goes to it: none is missed
   * and none comes twice.
   */
  async read(tail: number, listener?: LineListener): Promise<LogLine[]> {
    const { path, files, replicaId } = this.#options;
    let lines: LogLine[] = [];
    await this.#inTurn(async () => {
      if (listener) {
        this.#pending.forEach((line) => listener(line));
        this.#listeners.add(listener);
      }
      lines = await readJournal({ path, files, replicaId, tail });
    });
    return lines;
  }

  /** Every line from now on goes to the listener. */
  listen(listener: LineListener): void {
    this.#listeners.add(listener);
  }

  unlisten(listener: LineListener): void {
    this.#listeners.delete(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.settled();
    await this.#close();
  }

  /** One thing at a time happens to the file. */
  #inTurn(job: () => Promise<void>): Promise<void> {
    this.#chain = this.#chain.then(job);
    return this.#chain;
  }

  #remember(text: string): void {
    this.#recent.push(text);
    if (this.#recent.length > remembered) this.#recent.shift();
  }

  async #flush(): Promise<void> {
    const lines = this.#pending;
    this.#pending = [];
    this.#pendingSize = 0;
    try {
      await this.#reportLost();
      await this.#append(lines);
    } catch (error) {
      const { path, replicaId, log } = this.#options;
      if (this.#lost === 0) log.warn({ err: error, path, replicaId }, 'output of a replica is being lost');
      this.#lost += lines.length;
      await this.#close();
    }
  }

  async #reportLost(): Promise<void> {
    if (this.#lost === 0) return;
    const { replicaId, clock, log } = this.#options;
    const text = `${this.#lost} lines were lost here: this file could not be written.`;
    const timestamp = new Date(clock.now()).toISOString();
    await this.#append([{ replicaId, stream: 'platform', timestamp, text }]);
    log.info({ replicaId, lost: this.#lost }, 'output of replica is kept again');
    this.#lost = 0;
  }

  async #append(lines: readonly LogLine[]): Promise<void> {
    let batch: string[] = [];
    let size = 0;
    for (const line of lines) {
      const text = formatLine(line);
      const bytes = Buffer.byteLength(text);
      if (this.#size + size + bytes > this.#options.maxBytes) {
        await this.#put(batch.join(''), size);
        await this.#rotate();
        batch = [];
        size = 0;
      }
      batch.push(text);
      size += bytes;
    }
    await this.#put(batch.join(''), size);
  }

  async #put(text: string, size: number): Promise<void> {
    this.#file ??= await this.#open();
    if (size === 0) return;
    await this.#file.appendFile(text);
    this.#size += size;
  }

  async #open(): Promise<FileHandle> {
    await mkdir(dirname(this.#options.path), { recursive: true, mode: 0o700 });
    const file = await open(this.#options.path, 'a', 0o600);
    this.#size = (await file.stat()).size;
    // What an append that failed half-way left behind must not run into the next line.
    if (this.#size > 0) await file.appendFile('\n');
    return file;
  }

  async #rotate(): Promise<void> {
    const { path, files } = this.#options;
    if (this.#size === 0) return;
    await this.#close();
    for (let age = files - 1; age > 0; age--) {
      const younger = age === 1 ? path : `${path}.${age - 1}`;
      await rename(younger, `${path}.${age}`).catch(ignoreMissing);
    }
    if (files === 1) await rm(path, { force: true });
    this.#file = await this.#open();
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#size = 0;
    await file?.close().catch(() => undefined);
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
