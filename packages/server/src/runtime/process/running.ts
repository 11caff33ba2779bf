/**
 * One process tree of a replica. Its output goes to the journal; when its leader exits, everything that it
 * leaves in its group or with its mark is ended as well.
 */
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '../../observe/log.ts';
import type { ReplicaExit } from '../runtime.ts';
import { endGroup, signalGroup, type Group } from './group.ts';
import type { Journal } from '../output/journal.ts';
import { Lines } from '../output/lines.ts';
import { spawnCommand, type Child, type Command } from './spawn.ts';

/** Milliseconds in which output that is still on its way may arrive after the last process has gone. */
const outputLimit = 1000;

export interface RunningOptions {
  readonly command: Command;
  /** `NAME=value` that every process of the tree inherits. */
  readonly mark: string;
  readonly journal: Journal;
  readonly log: Log;
}

export class Running {
  readonly pid: number;
  /** Settles when the leader has exited. */
  readonly exited: Promise<ReplicaExit>;
  /** Settles when nothing of the tree is left and all of its output has arrived. Never rejects. */
  readonly gone: Promise<ReplicaExit>;
  readonly #group: Group;
  readonly #log: Log;
  readonly #hurry = new AbortController();
  #leaderLives = true;
  #leftovers = false;
  #ending: Promise<void> | undefined;

  /** Resolves when the program runs. Throws a StartFailure. */
  static async start(options: RunningOptions): Promise<Running> {
    return new Running(await spawnCommand(options.command), options);
  }

  private constructor(child: Child, { mark, journal, log }: RunningOptions) {
    this.pid = child.pid;
    this.#group = { leader: child.pid, mark };
    this.#log = log;
    child.on('error', (error) => log.warn({ err: error, pid: child.pid }, 'replica process'));
    const outputs = [pump(child.stdout, 'stdout', journal), pump(child.stderr, 'stderr', journal)];
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#leaderLives = false;
        resolve({ code, signal });
      });
    });
    this.gone = this.exited.then((exit) => this.#sweep(exit, outputs));
  }

  /** True when processes survived even SIGKILL. */
  get leftovers(): boolean {
    return this.#leftovers;
  }

  /**
   * SIGTERM, then SIGKILL after the grace; a later call may shorten the grace. Resolves with `gone`.
   * @param graceMs milliseconds
   */
  async end(graceMs: number): Promise<void> {
    // After the leader's exit its number may belong to somebody else; the sweep does what is left.
    if (this.#leaderLives) this.#ending ??= this.#end(graceMs);
    const timer = setTimeout(() => this.#hurry.abort(), graceMs);
    await this.gone;
    clearTimeout(timer);
  }

  /** SIGKILL at once, without waiting: the last resort while the server itself exits. */
  kill(): void {
    if (this.#leaderLives) signalGroup(this.pid, 'SIGKILL');
  }

  async #end(graceMs: number): Promise<void> {
    this.#leftovers = !(await endGroup(this.#group, {
      graceMs,
      leaderGone: this.exited,
      hurry: this.#hurry.signal,
    }));
    if (this.#leftovers) this.#log.error({ pid: this.pid }, 'processes of a replica survived SIGKILL');
  }

  async #sweep(exit: ReplicaExit, outputs: readonly Output[]): Promise<ReplicaExit> {
    this.#ending ??= this.#end(0);
    await this.#ending;
    const limit = new AbortController();
    const late = wait(outputLimit, undefined, { signal: limit.signal }).catch(() => undefined);
    await Promise.race([Promise.all(outputs.map(({ closed }) => closed)), late]);
    limit.abort();
    for (const { stream } of outputs) stream.destroy();
    return exit;
  }
}

interface Output {
  readonly stream: Readable;
  readonly closed: Promise<void>;
}

function pump(stream: Readable, name: 'stdout' | 'stderr', journal: Journal): Output {
  const lines = new Lines();
  stream.on('data', (chunk: Buffer) => {
    for (const line of lines.push(chunk)) journal.write(name, line);
    if (!journal.congested) return;
    stream.pause();
    void journal.settled().then(() => stream.resume());
  });
  stream.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    stream.on('close', () => {
      for (const line of lines.end()) journal.write(name, line);
      resolve();
    });
  });
  return { stream, closed };
}
