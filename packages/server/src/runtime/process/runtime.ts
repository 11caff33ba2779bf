/**
 * The process runtime: replicas are commands on this machine, with the server's own rights. Every process that
 * it starts is gone when it is disposed, soon after the server ends however it ends, or at the latest when the next
 * one collects.
 */
import { isProcessArtifact, type CreateArtifactDetails, type LogLine } from '@mooring/contract';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Random } from '../../kit/clock.ts';
import type { Log } from '../../observe/log.ts';
import type { Journals } from '../output/journals.ts';
import { readLogs, type LogsOptions } from '../output/logs.ts';
import { defaultTiming, type ProbeTiming } from '../ready.ts';
import { requireSafeName, type Replica, type ReplicaSpec, type Runtime } from '../runtime.ts';
import { collect } from './collect.ts';
import { Guard } from './guard.ts';
import { Ledger } from './ledger.ts';
import { ProcessReplica } from './replica.ts';

export interface ProcessRuntimeOptions {
  /** Where the ledger is kept. */
  readonly directory: string;
  /** Where the replicas' output goes. */
  readonly journals: Journals;
  readonly random: Random;
  readonly log: Log;
  /** Put first on PATH, so that `node` in a command is the Node that runs Mooring. Default: that one's folder. */
  readonly nodeBinDirectory?: string;
  /** Default: see `defaultTiming`. */
  readonly timing?: Partial<ProbeTiming>;
  /** Milliseconds between SIGTERM and SIGKILL for what an earlier server left behind. Default 2000. */
  readonly collectGrace?: number;
  /** False: when the server is killed, its replicas stay until the next one collects. Default true. */
  readonly guarded?: boolean;
}

export async function openProcessRuntime(options: ProcessRuntimeOptions): Promise<Runtime> {
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  return new ProcessRuntime(options);
}

class ProcessRuntime implements Runtime {
  readonly kind = 'process';
  readonly #options: ProcessRuntimeOptions;
  readonly #journals: Journals;
  readonly #ledger: Ledger;
  readonly #guard: Guard | undefined;
  readonly #ports = new Set<number>();
  readonly #replicas = new Map<string, ProcessReplica | undefined>();
  /** What disposal waits for: starts, and ends until the last line of output is kept. */
  readonly #underWay = new Set<Promise<unknown>>();
  #closed = false;

  constructor(options: ProcessRuntimeOptions) {
    this.#options = options;
    this.#journals = options.journals;
    this.#ledger = new Ledger(join(options.directory, 'replicas'));
    this.#guard = options.guarded === false ? undefined : new Guard(options.log);
    process.on('exit', this.#killAll);
  }

  accepts(artifact: CreateArtifactDetails): boolean {
    return isProcessArtifact(artifact);
  }

  async start(spec: ReplicaSpec, { signal }: { signal: AbortSignal }): Promise<Replica> {
    signal.throwIfAborted();
    if (this.#closed) throw new TypeError('start: this runtime is closed');
    if (this.#replicas.has(spec.id)) throw new TypeError(`start: replica ${spec.id} runs already`);
    requireSafeName(spec.id);
    requireSafeName(spec.applicationId);
    const replica = await this.#track(this.#start(spec));
    if (!signal.aborted) return replica;
    await replica.stop({ grace: 0 });
    throw signal.reason;
  }

  collect(): Promise<number> {
    const { log, collectGrace: graceMs = 2000 } = this.#options;
    return collect({ ledger: this.#ledger, living: this.#replicas, graceMs, log });
  }

  async forget(applicationId: string): Promise<void> {
    requireSafeName(applicationId);
    await this.#journals.forget(applicationId);
  }

  logs(applicationId: string, options: LogsOptions): AsyncIterable<LogLine> {
    requireSafeName(applicationId);
    return readLogs(this.#journals, applicationId, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const replica of this.#replicas.values()) void replica?.stop();
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    await this.#guard?.[Symbol.asyncDispose]();
    process.off('exit', this.#killAll);
  }

  async #start(spec: ReplicaSpec): Promise<ProcessReplica> {
    const { random, log, nodeBinDirectory = dirname(process.execPath), timing } = this.#options;
    this.#replicas.set(spec.id, undefined);
    const journal = await this.#journals.open(spec.applicationId, spec.id);
    try {
      const replica = await ProcessReplica.start({
        spec,
        journal,
        ledger: this.#ledger,
        guard: this.#guard,
        ports: this.#ports,
        random,
        log,
        nodeBinDirectory,
        timing: { ...defaultTiming, ...timing },
      });
      this.#replicas.set(spec.id, replica);
      void this.#track(replica.exited.then(() => this.#forget(spec)));
      if (this.#closed) void replica.stop();
      return replica;
    } catch (error) {
      journal.write('platform', error instanceof Error ? error.message : String(error));
      await this.#forget(spec);
      throw error;
    }
  }

  async #track<Value>(work: Promise<Value>): Promise<Value> {
    this.#underWay.add(work);
    return await work.finally(() => this.#underWay.delete(work));
  }

  async #forget(spec: ReplicaSpec): Promise<void> {
    await this.#journals.close(spec.applicationId, spec.id);
    this.#replicas.delete(spec.id);
  }

  readonly #killAll = (): void => {
    for (const replica of this.#replicas.values()) replica?.kill();
  };
}
