/** Waits for a replica to become ready: probes it ever more rarely until 200, its exit, or the deadline. */
import { pauseFor } from '../kit/pause.ts';
import { probe, type ProbeAnswer, type ProbeTarget } from './probe.ts';
import type { ReplicaExit } from './runtime.ts';

export interface ReadyTiming {
  /** Milliseconds until the first probe. */
  readonly firstProbe: number;
  /** Milliseconds between probes grow up to this. */
  readonly slowestProbe: number;
  /** Milliseconds for one probe. */
  readonly probeTimeout: number;
}

/** When a replica is probed. */
export interface ProbeTiming extends ReadyTiming {
  /** Milliseconds between probes of `/health`. */
  readonly healthInterval: number;
  /** Bad answers of `/health` in a row that make a replica unhealthy. */
  readonly healthFailures: number;
}

/** Milliseconds, except healthFailures. */
export const defaultTiming: ProbeTiming = {
  firstProbe: 2,
  slowestProbe: 1000,
  probeTimeout: 5000,
  healthInterval: 10_000,
  healthFailures: 3,
};

export interface ReadyOptions extends ReadyTiming {
  readonly target: ProbeTarget;
  readonly exited: Promise<ReplicaExit>;
  /** Aborts at the deadline. */
  readonly deadline: AbortSignal;
  /** Aborts when the replica is to stop. */
  readonly life: AbortSignal;
  readonly onProbe: (answer: ProbeAnswer) => void;
  /** Looks for an address other than its own on which a replica that answers listens too. Default: nobody looks. */
  readonly widerBind?: (port: number) => Promise<string | undefined>;
}

export type ReadyOutcome =
  | { readonly kind: 'ready' | 'late' | 'stopped' }
  | { readonly kind: 'exited'; readonly exit: ReplicaExit }
  | { readonly kind: 'wide'; readonly address: string };

/** Each pause is this many times the one before: a replica is found ready at most that much too late. */
const growth = 1.05;

export async function awaitReady(options: ReadyOptions): Promise<ReadyOutcome> {
  const over = new AbortController();
  let exit: ReplicaExit | undefined;
  const onExit = (value: ReplicaExit): void => {
    exit = value;
    over.abort();
  };
  void options.exited.then(onExit);
  const signal = AbortSignal.any([over.signal, options.deadline, options.life]);
  let pause = options.firstProbe;
  while (await pauseFor(pause, signal)) {
    const found = await probeOnce(options, signal);
    if (found) return found;
    pause = Math.min(pause * growth, options.slowestProbe);
  }
  if (exit) return { kind: 'exited', exit };
  return { kind: options.life.aborted ? 'stopped' : 'late' };
}

async function probeOnce(options: ReadyOptions, signal: AbortSignal): Promise<ReadyOutcome | undefined> {
  const answer = await probe(options.target, { timeoutMs: options.probeTimeout, signal });
  if (answer.connected || !signal.aborted) options.onProbe(answer);
  if (signal.aborted || !answer.connected) return undefined;
  const address = await options.widerBind?.(options.target.port);
  if (address !== undefined) return { kind: 'wide', address };
  return answer.good ? { kind: 'ready' } : undefined;
}
