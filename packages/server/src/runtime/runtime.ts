/**
 * The runtime port: what starts, watches and stops replicas. Adapters are folders with the same file names
 * (process/, docker/, later kubernetes/); suite.ts is the contract that all of them pass.
 */
import type { ApplicationSettings, CreateArtifactDetails, LogLine } from '@mooring/contract';

export interface ReplicaSpec {
  /** Unique among all replicas, safe as a file name. */
  readonly id: string;
  readonly applicationId: string;
  readonly applicationName: string;
  readonly artifactId: string;
  readonly artifact: CreateArtifactDetails;
  /** What the application asked for; the runtime adds HOST, PORT and the platform's own names. */
  readonly environment: Readonly<Record<string, string>>;
  readonly settings: Pick<
    ApplicationSettings,
    'startDeadline' | 'stopGrace' | 'containerMemoryBytes' | 'containerCpus' | 'containerPids'
  >;
}

/** Ids become file names and labels. */
const safeName = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,200}$/;

/** Throws a TypeError. */
export function requireSafeName(id: string): void {
  if (!safeName.test(id)) throw new TypeError(`the id ${JSON.stringify(id)} must be safe as a file name`);
}

export interface ReplicaExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** What a replica uses of its machine. */
export interface Usage {
  /** Seconds of processor time since it started; two cores that work for a second are two. May fall when a child ends. */
  readonly cpuSeconds: number;
  /** Bytes of memory that it holds now. */
  readonly memoryBytes: number;
}

export type ReplicaPhase = 'starting' | 'ready' | 'unhealthy' | 'stopped';

/** One running copy. Disposing of it stops it and waits until nothing of it is left. */
export interface Replica extends AsyncDisposable {
  readonly id: string;
  /** Final once `ready` has resolved. */
  readonly address: { readonly host: string; readonly port: number };
  readonly pid: number | undefined;
  readonly phase: ReplicaPhase;
  /** A sentence: why it is in this phase (the last probe's answer, the exit code, the last lines of output). */
  readonly reason: string | undefined;
  /** True when something outside killed it (SIGKILL, not by `stop`): no fault of its own. Absent: it is not known. */
  readonly wasKilled?: boolean;
  /** Settles when the process is gone. Never rejects. */
  readonly exited: Promise<ReplicaExit>;
  /** Resolves at the first 200 of `/ready`; rejects with a StartFailure at the deadline, at an early exit, or on a wider bind. */
  ready(options: { signal: AbortSignal }): Promise<void>;
  /** A sample of what it uses. Undefined: it is not running, or the system does not tell. Never rejects. */
  usage(): Promise<Usage | undefined>;
  /** Called on every change of phase. */
  watch(listener: (phase: ReplicaPhase) => void): Disposable;
  /**
   * SIGTERM to all of it, SIGKILL after the grace. Idempotent; a later call may shorten the grace.
   * @param options `grace` in seconds. Default: the settings' stopGrace
   */
  stop(options?: { grace?: number }): Promise<ReplicaExit>;
  /**
   * The server ends: lets go of a replica that goes on without it, for the next server to adopt. Resolves when
   * nothing of this server holds it any more. Missing: it must be stopped.
   */
  readonly release?: (() => Promise<void>) | undefined;
}

export interface Runtime extends AsyncDisposable {
  readonly kind: 'process' | 'docker' | 'kubernetes';
  /** True when it can run this kind of artifact. */
  accepts(artifact: CreateArtifactDetails): boolean;
  /**
   * Fetches what a start needs and what takes long: an image. Throws a StartFailure. Missing: nothing is needed.
   * @param options `tell` hears in sentences how it goes
   */
  readonly prepare?: (spec: ReplicaSpec, options: PrepareOptions) => Promise<void>;
  /**
   * Takes over a replica that an earlier server left going and that is what this spec asks for; it keeps its own id.
   * Undefined: there is none. Missing: nothing is ever left going.
   */
  readonly adopt?: (spec: ReplicaSpec) => Promise<Replica | undefined>;
  /**
   * How many replicas of an application an earlier server left going that may be adopted; of several versions those of
   * the one with most. Missing: nothing is ever left going.
   */
  readonly left?: (applicationId: string) => Promise<number>;
  /** Starts a replica and returns at once; `ready` tells the rest. Throws a StartFailure when nothing could be started. */
  start(spec: ReplicaSpec, options: { signal: AbortSignal }): Promise<Replica>;
  /** Ends what an earlier server left behind and nobody adopted. Returns how many replicas that were. */
  collect(): Promise<number>;
  /** Removes what is kept of an application that has no replica any more. */
  forget(applicationId: string): Promise<void>;
  /** What replicas of an application wrote, oldest first; with `follow` it goes on until the signal. */
  logs(
    applicationId: string,
    options: { tail?: number; follow?: boolean; signal: AbortSignal },
  ): AsyncIterable<LogLine>;
}

export interface PrepareOptions {
  readonly signal: AbortSignal;
  readonly tell: (sentence: string) => void;
}

/** A replica did not come up. The message is for the application's owner and says everything known. */
export class StartFailure extends Error {
  /** Resolves when it is worth another try at once. Undefined: nothing but time tells. */
  readonly passed: Promise<void> | undefined;

  constructor(message: string, options: ErrorOptions & { passed?: Promise<void> } = {}) {
    super(message, options);
    this.name = 'StartFailure';
    this.passed = options.passed;
  }
}
