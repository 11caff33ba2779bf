/**
 * A replica as a process: brings it up (on another port when the first one was taken meanwhile), watches its
 * health, ends it. Its phases go forward only: starting, ready, unhealthy, stopped.
 */
import { awaitUnhealthy } from '../health.ts';
import type { ProbeAnswer } from '../probe.ts';
import { awaitReady, type ProbeTiming, type ReadyOutcome } from '../ready.ts';
import { StartFailure, type Replica, type ReplicaExit, type ReplicaPhase, type Usage } from '../runtime.ts';
import { tell, tellExit, tellOutput } from '../story.ts';
import { listensAt, widerBind } from './binding.ts';
import { host, launch, type Launched, type LaunchParts } from './launch.ts';
import { isFree } from './port.ts';
import { usageOf } from './usage.ts';

export interface ReplicaParts extends LaunchParts {
  readonly timing: ProbeTiming;
}

/** How often a replica is started when its port turns out to be taken. */
const portAttempts = 3;

export class ProcessReplica implements Replica {
  readonly id: string;
  readonly exited: Promise<ReplicaExit>;
  readonly #parts: ReplicaParts;
  readonly #listeners = new Set<(phase: ReplicaPhase) => void>();
  readonly #life = new AbortController();
  readonly #outcome: Promise<void>;
  #launched: Launched;
  #phase: ReplicaPhase = 'starting';
  #reason: string | undefined;
  #lastProbe: ProbeAnswer | undefined;
  #stopping = false;
  #wasKilled = false;
  #grace = 0;

  /** Resolves when the program runs. Throws a StartFailure. */
  static async start(parts: ReplicaParts): Promise<ProcessReplica> {
    return new ProcessReplica(parts, await launch(parts));
  }

  private constructor(parts: ReplicaParts, launched: Launched) {
    this.id = parts.spec.id;
    this.#parts = parts;
    this.#launched = launched;
    this.#watchExit();
    this.#outcome = this.#bringUp();
    this.exited = this.#outcome.then(
      () => this.#serve(),
      (error: unknown) => this.#end(error instanceof Error ? error.message : String(error)),
    );
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host, port: this.#launched.port };
  }

  get pid(): number | undefined {
    return this.#phase === 'stopped' ? undefined : this.#launched.running.pid;
  }

  get phase(): ReplicaPhase {
    return this.#phase;
  }

  get wasKilled(): boolean {
    return this.#wasKilled;
  }

  get reason(): string | undefined {
    if (this.#phase !== 'starting') return this.#reason;
    return this.#lastProbe && `GET ${this.#url('/ready')}: ${this.#lastProbe.said}`;
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
    return this.pid === undefined ? undefined : await usageOf(this.pid);
  }

  watch(listener: (phase: ReplicaPhase) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  async stop({ grace = this.#parts.spec.settings.stopGrace }: { grace?: number } = {}): Promise<ReplicaExit> {
    this.#grace = grace;
    this.#stopping = true;
    this.#life.abort();
    await this.#launched.running.end(grace * 1000);
    return await this.exited;
  }

  /** SIGKILL at once, without waiting: the last resort while the server itself exits. */
  kill(): void {
    this.#launched.running.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #bringUp(): Promise<void> {
    const seconds = this.#parts.spec.settings.startDeadline;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), seconds * 1000);
    try {
      for (let attempt = 1; ; attempt++) {
        const outcome = await this.#awaitReady(deadline.signal);
        if (outcome.kind === 'ready') return this.#enter('ready', undefined);
        if (attempt === portAttempts || !(await this.#lostPort(outcome))) throw await this.#failure(outcome);
        await this.#relaunch();
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #awaitReady(deadline: AbortSignal): Promise<ReadyOutcome> {
    const { running, port } = this.#launched;
    return awaitReady({
      ...this.#parts.timing,
      target: { host, port, path: '/ready' },
      exited: running.exited,
      deadline,
      life: this.#life.signal,
      onProbe: (answer) => (this.#lastProbe = answer),
      widerBind: (at) => widerBind(at),
    });
  }

  /** True when the process ended and somebody else listens where it should have listened. */
  async #lostPort(outcome: ReadyOutcome): Promise<boolean> {
    if (outcome.kind !== 'exited' || this.#stopping) return false;
    await this.#launched.running.gone;
    return !(await isFree(this.#launched.port));
  }

  async #relaunch(): Promise<void> {
    const { ports, journal } = this.#parts;
    const lost = this.#launched.port;
    journal.write('platform', `port ${lost} was taken by somebody else; starting again on another one`);
    this.#launched = await launch(this.#parts);
    this.#watchExit();
    ports.delete(lost);
    if (this.#stopping) await this.#launched.running.end(this.#grace * 1000);
  }

  async #failure(outcome: ReadyOutcome): Promise<StartFailure> {
    const { running, port } = this.#launched;
    const listening = await listensAt(running.pid);
    if (outcome.kind === 'exited') await running.gone;
    return new StartFailure(
      tell({
        what: describe(outcome, this.#parts.spec.settings.startDeadline),
        url: this.#url('/ready'),
        lastProbe: this.#lastProbe,
        listensAt: listening.includes(`${host}:${port}`) ? [] : listening,
        mustListenOn: '$HOST:$PORT',
        output: this.#parts.journal.recent,
      }),
    );
  }

  async #serve(): Promise<ReplicaExit> {
    void this.#watchHealth();
    const exit = await this.#launched.running.exited;
    // Nobody is to be sent there while the rest of it is swept together.
    if (!this.#stopping) this.#enter('unhealthy', this.#crash(exit));
    return await this.#end(undefined);
  }

  #watchExit(): void {
    const { running } = this.#launched;
    const note = ({ signal }: ReplicaExit): void =>
      void (this.#wasKilled = signal === 'SIGKILL' && !this.#stopping);
    void running.exited.then(note);
  }

  #crash(exit: ReplicaExit): string {
    return `${tellExit(exit)}\n${tellOutput(this.#parts.journal.recent)}`;
  }

  async #watchHealth(): Promise<void> {
    const { address } = this;
    const reason = await awaitUnhealthy({ ...this.#parts.timing, address, life: this.#life.signal });
    if (reason !== undefined) this.#enter('unhealthy', reason);
  }

  /** Waits until nothing is left. @param failure why it never became ready */
  async #end(failure: string | undefined): Promise<ReplicaExit> {
    const { running, port } = this.#launched;
    if (failure !== undefined) this.#enter('unhealthy', failure);
    const exit = await running.gone;
    this.#life.abort();
    this.#parts.ports.delete(port);
    if (!running.leftovers) await this.#parts.ledger.forget(this.id).catch(() => undefined);
    this.#parts.journal.write('platform', tellExit(exit));
    this.#enter('stopped', failure ?? (this.#stopping ? tellExit(exit) : this.#crash(exit)));
    return exit;
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
    return `http://${host}:${this.#launched.port}${path}`;
  }
}

function describe(outcome: ReadyOutcome, deadline: number): string {
  if (outcome.kind === 'exited') return `The replica ${tellExit(outcome.exit)} before it was ready.`;
  if (outcome.kind === 'stopped') return 'The replica was stopped before it was ready.';
  if (outcome.kind === 'late') return `The replica was not ready within ${deadline} s.`;
  if (outcome.kind === 'wide') {
    return `The replica listens on ${outcome.address}, which other machines may reach. Bind ${host} ($HOST).`;
  }
  throw new TypeError('describe: the replica is ready');
}
