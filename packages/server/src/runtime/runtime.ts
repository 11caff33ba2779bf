/**
 * The runtime port: what starts, watches and stops replicas. Adapters are folders with the same file names
 * (process/, later docker/ and kubernetes/); suite.ts is the contract that all of them pass.
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
  readonly settings: Pick<ApplicationSettings, 'startDeadline' | 'stopGrace'>;
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
}

export interface Runtime extends AsyncDisposable {
  readonly kind: 'process' | 'docker' | 'kubernetes';
  /** True when it can run this kind of artifact. */
  accepts(artifact: CreateArtifactDetails): boolean;
  /** Starts a replica and returns at once; `ready` tells the rest. Throws a StartFailure when nothing could be started. */
  start(spec: ReplicaSpec, options: { signal: AbortSignal }): Promise<Replica>;
  /** Ends what an earlier server left behind. Returns how many replicas that were. */
  collect(): Promise<number>;
  /** Removes what is kept of an application that has no replica any more. */
  forget(applicationId: string): Promise<void>;
  /** What replicas of an application wrote, oldest first; with `follow` it goes on until the signal. */
  logs(
    applicationId: string,
    options: { tail?: number; follow?: boolean; signal: AbortSignal },
  ): AsyncIterable<LogLine>;
}

/** A replica did not come up. The message is for the application's owner and says everything known. */
export class StartFailure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartFailure';
  }
}
