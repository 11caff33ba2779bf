/**
 * A replica as a container: waits until it is ready, watches its health, ends it. Its phases go forward only:
 * starting, ready, unhealthy, stopped. When it has ended, the container is removed.
 */
import { constants } from 'node:os';
import type { Container } from 'dockerode';
import { pauseFor } from '../../kit/pause.ts';
import type { Log } from '../../observe/log.ts';
import { awaitUnhealthy } from '../health.ts';
import type { Journal } from '../output/journal.ts';
import type { ProbeAnswer } from '../probe.ts';
import { awaitReady, type ProbeTiming, type ReadyOutcome } from '../ready.ts';
import {
  StartFailure,
  type Replica,
  type ReplicaExit,
  type ReplicaPhase,
  type ReplicaSpec,
  type Usage,
} from '../runtime.ts';
import { tell, tellExit, tellOutput } from '../story.ts';
import { listensElsewhere, type Address } from './address.ts';
import { isAway, statusOf } from './failure.ts';
import type { Following } from './output.ts';
import type { Removals } from './removal.ts';
import { usageOf } from './usage.ts';
import { within } from './within.ts';

export interface ReplicaParts {
  readonly id: string;
  readonly settings: ReplicaSpec['settings'];
  readonly container: Container;
  readonly address: Address;
  /** Of its first process, as the engine's machine knows it. */
  readonly pid: number | undefined;
  readonly journal: Journal;
  readonly output: Following;
  readonly removals: Removals;
  readonly timing: ProbeTiming;
  /** True when it goes on without the server, which ends. */
  readonly keeps: () => boolean;
  /** Why the engine does not answer. Undefined: it does. */
  readonly trouble: () => string | undefined;
  readonly log: Log;
}

/** Milliseconds in which output that is still on its way may arrive after the container has ended. */
const outputLimit = 2000;

/** Milliseconds after SIGKILL until a container is given up; it is removed when the engine is asked the next time. */
const killLimit = 10_000;

export class ContainerReplica implements Replica {
  readonly id: string;
  readonly exited: Promise<ReplicaExit>;
  readonly address: Address;
  readonly #parts: ReplicaParts;
  readonly #listeners = new Set<(phase: ReplicaPhase) => void>();
  readonly #life = new AbortController();
  readonly #died = Promise.withResolvers<ReplicaExit>();
  readonly #kill = new AbortController();
  readonly #outcome: Promise<void>;
  #phase: ReplicaPhase = 'starting';
  #reason: string | undefined;
  #lastProbe: ProbeAnswer | undefined;
  #isStopping = false;
  #isReleased = false;
  #wasKilled = false;
  #isEnding = false;

  constructor(parts: ReplicaParts) {
    this.id = parts.id;
    this.address = parts.address;
    this.#parts = parts;
    this.#outcome = this.#bringUp();
    this.exited = this.#outcome.then(
      () => this.#serve(),
      (error: unknown) => this.#end(error instanceof Error ? error.message : String(error)),
    );
  }

  get pid(): number | undefined {
    return this.#phase === 'stopped' ? undefined : this.#parts.pid;
  }

  get phase(): ReplicaPhase {
    return this.#phase;
  }

  get release(): (() => Promise<void>) | undefined {
    return this.#parts.keeps() ? () => this.#release() : undefined;
  }

  get wasKilled(): boolean {
    return this.#wasKilled;
  }

  get reason(): string | undefined {
    if (this.#phase === 'stopped' || this.#phase === 'unhealthy') return this.#reason;
    const probe = this.#lastProbe && `GET ${this.#url('/ready')}: ${this.#lastProbe.said}`;
    return this.#parts.trouble() ?? (this.#phase === 'starting' ? probe : undefined);
  }

  /** The engine says that the container has ended; `undefined`: that it is gone. */
  died(code: number | undefined): void {
    this.#died.resolve(exitOf(code));
  }

  async ready({ signal }: { signal: AbortSignal }): Promise<void> {
    signal.throwIfAborted();
    const { promise, reject } = Promise.withResolvers<never>();
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort);
    try {
      await Promise.race([this.#outcome, promise]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  async usage(): Promise<Usage | undefined> {
    return this.#phase === 'stopped' ? undefined : await usageOf(this.#parts.container);
  }

  watch(listener: (phase: ReplicaPhase) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  async stop({ grace = this.#parts.settings.stopGrace }: { grace?: number } = {}): Promise<ReplicaExit> {
    if (this.#isReleased) return await this.exited;
    this.#isStopping = true;
    this.#life.abort();
    const timer = setTimeout(() => this.#kill.abort(), grace * 1000);
    if (grace === 0) this.#kill.abort();
    if (!this.#isEnding) void this.#endContainer();
    this.#isEnding = true;
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #release(): Promise<void> {
    this.#isReleased = true;
    this.#life.abort();
    this.#parts.output.stop();
    this.#died.resolve({ code: null, signal: null });
    await this.exited;
  }

  async #bringUp(): Promise<void> {
    const seconds = this.#parts.settings.startDeadline;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), seconds * 1000);
    try {
      const outcome = await awaitReady({
        ...this.#parts.timing,
        target: { ...this.address, path: '/ready' },
        exited: this.#died.promise,
        deadline: deadline.signal,
        life: this.#life.signal,
        onProbe: (answer) => (this.#lastProbe = answer),
      });
      if (outcome.kind !== 'ready') throw await this.#failure(outcome);
      this.#enter('ready', undefined);
    } finally {
      clearTimeout(timer);
    }
  }

  async #failure(outcome: ReadyOutcome): Promise<StartFailure> {
    const { pid, journal, settings } = this.#parts;
    const listening = outcome.kind === 'exited' ? [] : await listensElsewhere(pid);
    if (outcome.kind === 'exited') await this.#allOutput();
    const outOfMemory = await this.#outOfMemory();
    if (outcome.kind === 'exited') this.#note(outcome.exit, outOfMemory);
    return new StartFailure(
      tell({
        what: describe(outcome, settings.startDeadline) + outOfMemory,
        url: this.#url('/ready'),
        lastProbe: this.#lastProbe,
        listensAt: listening,
        mustListenOn: '0.0.0.0:8080',
        output: journal.recent,
      }),
    );
  }

  async #serve(): Promise<ReplicaExit> {
    void this.#watchHealth();
    return await this.#end(undefined);
  }

  async #watchHealth(): Promise<void> {
    const { address } = this;
    const reason = await awaitUnhealthy({ ...this.#parts.timing, address, life: this.#life.signal });
    if (reason !== undefined) this.#enter('unhealthy', reason);
  }

  /** Waits until nothing is left of it. @param failure why it never became ready */
  async #end(failure: string | undefined): Promise<ReplicaExit> {
    const { journal } = this.#parts;
    if (failure !== undefined) this.#enter('unhealthy', failure);
    const exit = await this.#died.promise;
    this.#life.abort();
    if (this.#isReleased) {
      this.#enter('stopped', 'It goes on without this server.');
      return exit;
    }
    await this.#allOutput();
    const outOfMemory = await this.#outOfMemory();
    const how = tellExit(exit) + (outOfMemory && `.${outOfMemory}`);
    // One that never became ready was told of already; since then it was stopped.
    if (failure === undefined) this.#note(exit, outOfMemory);
    await this.#parts.removals.remove(this.#parts.container);
    journal.write('platform', how);
    this.#enter('stopped', failure ?? (this.#isStopping ? how : `${how}\n${tellOutput(journal.recent)}`));
    return exit;
  }

  #note({ signal }: ReplicaExit, outOfMemory: string): void {
    this.#wasKilled = signal === 'SIGKILL' && !this.#isStopping && outOfMemory === '';
  }

  async #allOutput(): Promise<void> {
    const over = new AbortController();
    await Promise.race([this.#parts.output.done, pauseFor(outputLimit, over.signal)]);
    over.abort();
    this.#parts.output.stop();
  }

  async #outOfMemory(): Promise<string> {
    const { container, settings } = this.#parts;
    const { State } = await within((abortSignal) => container.inspect({ abortSignal })).catch(() => ({
      State: undefined,
    }));
    if (State?.OOMKilled !== true) return '';
    const limit = Math.round(settings.containerMemoryBytes / 1024 / 1024);
    return ` It used more memory than its limit of ${limit} MiB (containerMemoryBytes).`;
  }

  /** SIGTERM, then SIGKILL; settles when the container has ended, or the engine cannot be asked. */
  async #endContainer(): Promise<void> {
    if (!this.#kill.signal.aborted && (await this.#send('SIGTERM'))) {
      await Promise.race([this.#died.promise, aborted(this.#kill.signal)]);
    }
    if (!this.#kill.signal.aborted) return;
    if (!(await this.#send('SIGKILL'))) return;
    const over = new AbortController();
    const late = pauseFor(killLimit, over.signal);
    if (await Promise.race([this.#died.promise.then(() => false), late])) this.died(undefined);
    over.abort();
  }

  /** False: there is nothing more to be done about it. */
  async #send(signal: 'SIGTERM' | 'SIGKILL'): Promise<boolean> {
    try {
      await within((abortSignal) => this.#parts.container.kill({ signal, abortSignal }));
      return true;
    } catch (error) {
      // 404: it is gone. 409: it does not run; the engine tells its exit. Otherwise nobody can tell.
      if (statusOf(error) === 409) return await this.#askExit();
      if (!isAway(error) && statusOf(error) !== 404)
        this.#parts.log.warn({ err: error, replicaId: this.id }, 'a container could not be signalled');
      this.died(undefined);
      return false;
    }
  }

  async #askExit(): Promise<false> {
    const { container } = this.#parts;
    const info = await within((abortSignal) => container.inspect({ abortSignal })).catch(() => undefined);
    this.died(info?.State.ExitCode);
    return false;
  }

  #enter(phase: ReplicaPhase, reason: string | undefined): void {
    if (this.#phase === 'stopped') return;
    this.#phase = phase;
    this.#reason = reason;
    const [first = ''] = reason?.split('\n') ?? [];
    if (phase !== 'stopped') this.#parts.journal.write('platform', `${phase} ${first}`.trim());
    for (const listener of this.#listeners) listener(phase);
  }

  #url(path: string): string {
    return `http://${this.address.host}:${this.address.port}${path}`;
  }
}

/** Exit codes above this are signals: 128 and the signal's number. */
const signalBase = 128;

function exitOf(code: number | undefined): ReplicaExit {
  if (code === undefined) return { code: null, signal: null };
  const [signal] = Object.entries(constants.signals).find(([, number]) => code - signalBase === number) ?? [];
  return signal === undefined ? { code, signal: null } : { code: null, signal };
}

function describe(outcome: ReadyOutcome, deadline: number): string {
  if (outcome.kind === 'exited') return `The replica ${tellExit(outcome.exit)} before it was ready.`;
  if (outcome.kind === 'stopped') return 'The replica was stopped before it was ready.';
  return `The replica was not ready within ${deadline} s.`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
