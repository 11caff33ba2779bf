/**
 * Copy: keeps one replica of a generation going. When the replica fails it is replaced, after a pause that grows
 * with each failure in a row, until the copy is ended or retires.
 */
import type { ReplicaState, ReplicaStatus } from '@mooring/contract';
import type { Clock, Random } from '../kit/clock.ts';
import { pauseFor } from '../kit/pause.ts';
import type { Log } from '../observe/log.ts';
import { StartFailure, type Replica, type ReplicaSpec, type Runtime } from '../runtime/runtime.ts';
import type { Gate } from '../kit/gate.ts';
import { pauseAfter, type BackOff, type Falls } from './heal.ts';
import type { MakeSpec } from './spec.ts';
import type { Generation } from './wish.ts';

/**
 * `new`: not ready yet, or waiting until all of its generation are. `serving`: takes arrivals when ready.
 * `retiring`: keeps what it has until it is drained.
 */
export type Role = 'new' | 'serving' | 'retiring';

/** `waiting`: for its turn to start. `failed`: for its next try. */
export type CopyState = 'waiting' | 'starting' | 'ready' | 'failed' | 'ended';

export interface CopyOptions {
  readonly role: Role;
  readonly generation: Generation;
  readonly makeSpec: MakeSpec;
  readonly runtimes: readonly Runtime[];
  readonly gate: Gate;
  readonly backOff: BackOff;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly onChange: () => void;
}

export class Copy {
  role: Role;
  readonly generation: Generation;
  readonly #options: CopyOptions;
  readonly #life = new AbortController();
  readonly #hurry = new AbortController();
  readonly #kept: Promise<void>;
  #state: CopyState = 'waiting';
  #tried = false;
  #reason: string | undefined;
  #spec: ReplicaSpec | undefined;
  #runtime: Runtime | undefined;
  #replica: Replica | undefined;
  #timeStarted: number;
  #readySince = 0;
  #falls: Falls = { failures: 0, kills: 0, last: 'failed' };
  /** Settles when what failed last is worth another try at once. */
  #passed: Promise<void> | undefined;
  #isReleased = false;
  #notes: string[] = [];
  #restarts = 0;
  #nextTry: number | undefined;

  constructor(options: CopyOptions) {
    this.role = options.role;
    this.generation = options.generation;
    this.#options = options;
    this.#timeStarted = options.clock.now();
    this.#kept = this.#keep();
  }

  get state(): CopyState {
    return this.#state;
  }

  /** True once it was ready or has failed. */
  get tried(): boolean {
    return this.#tried;
  }

  /** Why it failed last; a sentence and what the replica wrote. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** Failures of its own, in a row. */
  get failures(): number {
    return this.#falls.failures;
  }

  get falls(): Falls {
    return this.#falls;
  }

  /** The replica, from its start to its end. */
  get replica(): Replica | undefined {
    return this.#replica;
  }

  /** Aborted when whatever it still waits for should be over soon. */
  get hurried(): AbortSignal {
    return this.#hurry.signal;
  }

  /** Settles when its last replica is gone and there will be no other. Never rejects. */
  get ended(): Promise<void> {
    return this.#kept;
  }

  hurry(): void {
    this.#hurry.abort();
  }

  /** Ends the replica and everything that would start another. @param grace seconds; default: as the settings say */
  async end(grace?: number): Promise<void> {
    this.#life.abort();
    if (grace !== undefined) void this.#replica?.stop({ grace });
    await this.#kept;
  }

  /**
   * The server ends: a replica that serves goes on without it when its runtime keeps it. False: it does not, and must
   * be ended.
   */
  release(): boolean {
    const replica = this.#replica;
    if (this.role !== 'serving' || this.#state !== 'ready' || !replica?.release) return false;
    this.#isReleased = true;
    this.#life.abort();
    return true;
  }

  /** What there was to tell of its start since the last call, in sentences. */
  takeNotes(): string[] {
    return this.#notes.splice(0);
  }

  /** Undefined before the first start. */
  status(connections: (replicaId: string) => number): ReplicaStatus | undefined {
    if (!this.#spec) return undefined;
    const pid = this.#replica?.pid;
    const reason = this.#describe();
    return {
      id: this.#spec.id,
      applicationId: this.#spec.applicationId,
      artifactId: this.generation.artifactId,
      runtime: this.#runtime?.kind ?? 'none',
      state: this.#publicState(),
      ...(reason !== undefined && { reason }),
      ...(pid !== undefined && { pid }),
      restarts: this.#restarts,
      connections: connections(this.#spec.id),
      timeStarted: new Date(this.#timeStarted).toISOString(),
    };
  }

  async #keep(): Promise<void> {
    const { signal } = this.#life;
    while (!signal.aborted) {
      await this.#runOnce();
      if (signal.aborted || this.role === 'retiring') break;
      const pause = pauseAfter(this.#falls, this.#options.backOff, this.#options.random);
      this.#nextTry = this.#options.clock.now() + pause;
      this.#options.log.info(
        { ...this.#falls, restarts: this.#restarts, pause },
        'a replica is started again',
      );
      if (await this.#rest(pause)) this.#restarts++;
      this.#nextTry = undefined;
    }
    this.#enter('ended');
  }

  /** False: it ends instead. @param pause milliseconds at most */
  async #rest(pause: number): Promise<boolean> {
    const passed = this.#passed;
    this.#passed = undefined;
    const over = new AbortController();
    const { signal } = this.#life;
    await Promise.race([
      pauseFor(pause, AbortSignal.any([signal, over.signal])),
      ...(passed ? [passed] : []),
    ]);
    over.abort();
    return !signal.aborted;
  }

  /** From the start of one replica to its end. Never rejects. */
  async #runOnce(): Promise<void> {
    try {
      const replica = await this.#bringUp();
      await using _held = { [Symbol.asyncDispose]: () => this.#letGo(replica) };
      this.#readySince = this.#options.clock.now();
      this.#tried = true;
      this.#reason = undefined;
      this.#enter('ready');
      await over(replica, this.#life.signal);
      // Told before it is stopped: from now on nobody is sent there.
      if (!this.#life.signal.aborted) this.#fail(replica.reason ?? 'The replica ended.', replica);
    } catch (error) {
      if (error instanceof StartFailure) this.#passed = error.passed;
      if (this.#state !== 'failed' && !this.#life.signal.aborted) this.#fail(messageOf(error));
    } finally {
      this.#replica = undefined;
    }
  }

  async #letGo(replica: Replica): Promise<void> {
    await (this.#isReleased && replica.release ? replica.release() : replica.stop());
  }

  async #bringUp(): Promise<Replica> {
    const { gate, makeSpec, log, clock } = this.#options;
    const { signal } = this.#life;
    const wished = clock.now();
    this.#enter('waiting');
    const adopted = await this.#adoptOrPrepare();
    using _seat = adopted ? undefined : await gate.enter(signal);
    // Made now: what the settings and secrets say may have changed while it waited.
    const spec = await makeSpec();
    if (!adopted) signal.throwIfAborted();
    this.#spec = adopted ? { ...spec, id: adopted.id } : spec;
    this.#timeStarted = clock.now();
    this.#enter('starting');
    this.#runtime = this.#runtimeFor(spec);
    const replica = adopted ?? (await this.#runtime.start(spec, { signal }));
    this.#replica = replica;
    log.info(
      {
        replicaId: replica.id,
        pid: replica.pid,
        adopted: adopted !== undefined,
        milliseconds: clock.now() - wished,
      },
      'started a replica',
    );
    this.#options.onChange();
    try {
      await replica.ready({ signal });
    } catch (error) {
      if (!signal.aborted) this.#fail(messageOf(error), replica);
      await replica.stop();
      throw error;
    }
    log.info({ replicaId: replica.id, milliseconds: clock.now() - this.#timeStarted }, 'a replica is ready');
    return replica;
  }

  /** A replica that an earlier server left; otherwise what the start of another needs is there afterwards. */
  async #adoptOrPrepare(): Promise<Replica | undefined> {
    const { runtimes, makeSpec, onChange } = this.#options;
    if (!runtimes.some((runtime) => runtime.adopt ?? runtime.prepare)) return undefined;
    const { signal } = this.#life;
    const spec = await makeSpec();
    signal.throwIfAborted();
    this.#spec = spec;
    this.#runtime = this.#runtimeFor(spec);
    const adopted = await this.#runtime.adopt?.(spec);
    if (adopted) return adopted;
    const tell = (sentence: string): void => {
      this.#notes.push(sentence);
      onChange();
    };
    await this.#runtime.prepare?.(spec, { signal, tell });
    return undefined;
  }

  #runtimeFor({ artifact }: ReplicaSpec): Runtime {
    const found = this.#options.runtimes.find((runtime) => runtime.accepts(artifact));
    if (found) return found;
    throw new StartFailure(`This server has no runtime for artifacts of type ${artifact.artifactType}.`);
  }

  #fail(reason: string, replica?: Replica): void {
    const { clock, backOff, log } = this.#options;
    const served = this.#state === 'ready' ? clock.now() - this.#readySince : 0;
    const { failures, kills } = served >= backOff.resetAfter ? { failures: 0, kills: 0 } : this.#falls;
    // A new version that is killed at its start over and over (memory) must come to an end.
    const wasKilled = replica?.wasKilled === true && this.role !== 'new';
    this.#falls = wasKilled
      ? { failures, kills: kills + 1, last: 'killed' }
      : { failures: failures + 1, kills, last: 'failed' };
    this.#tried = true;
    this.#reason = reason;
    log.warn({ replicaId: this.#spec?.id, role: this.role, reason, ...this.#falls }, 'a replica failed');
    this.#enter('failed');
  }

  #enter(state: CopyState): void {
    this.#state = state;
    this.#options.onChange();
  }

  #publicState(): ReplicaState {
    if (this.role === 'retiring' && this.#replica) return 'DRAINING';
    if (this.#state === 'ready') return 'READY';
    if (this.#state === 'ended') return 'STOPPED';
    if (this.#state === 'failed') return this.#replica?.phase === 'unhealthy' ? 'UNHEALTHY' : 'FAILED';
    return 'STARTING';
  }

  #describe(): string | undefined {
    const reason = this.#reason ?? this.#replica?.reason;
    if (this.#nextTry === undefined) return reason;
    return `${reason}\nNext try at ${new Date(this.#nextTry).toISOString()}.`;
  }
}

/** Resolves when the replica should no longer have traffic, or at the signal. */
function over(replica: Replica, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      watch[Symbol.dispose]();
      signal.removeEventListener('abort', settle);
      resolve();
    };
    const watch = replica.watch(settle);
    signal.addEventListener('abort', settle);
    if (replica.phase !== 'ready' || signal.aborted) settle();
  });
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
