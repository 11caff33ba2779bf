/** What the verbs of the reconciler work with. */
import type { DemandPort } from '../directory/demand.ts';
import type { Directory } from '../directory/directory.ts';
import type { Clock, Random } from '../kit/clock.ts';
import type { Log } from '../observe/log.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Store } from '../store/store.ts';
import type { Gate } from '../kit/gate.ts';
import type { BackOff } from './heal.ts';

/** How a replica is emptied. Seconds, counted from the beginning of the drain unless it says otherwise. */
export interface DrainPlan {
  /** Until its connections are sent away. */
  readonly after: number;
  /** Over which they are sent away, from then on. */
  readonly spread: number;
  /** Until requests that are still under way are cut. */
  readonly requests: number;
  /** Until connections that are still there are cut, counted from the last close. */
  readonly closes: number;
}

/**
 * Empties a replica that takes no arrivals any more. Resolves when it serves nothing, which may be at once. Asked
 * again, whatever comes first of the two plans holds.
 */
export type Drain = (replicaId: string, plan: DrainPlan) => Promise<void>;

/** Throws an Error that says why the issuer's keys cannot be had. */
export type CheckIssuer = (domainUrl: string, options: { signal: AbortSignal }) => Promise<void>;

/** The value of a secret; undefined when there is no such secret. Throws an Error that says why it cannot be had. */
export type OpenSecret = (id: string) => Promise<string | undefined>;

export interface Tools {
  readonly store: Store;
  readonly runtimes: readonly Runtime[];
  readonly directory: Directory;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly drain: Drain;
  /** What is asked of the applications. */
  readonly demand: DemandPort;
  /** Live connections of an application or a replica. */
  readonly connections: (id: string) => number;
  /** Replicas of an application that served under the server before, as far as the store knows. */
  readonly earlier: (applicationId: string) => number;
  readonly checkIssuer: CheckIssuer;
  readonly openSecret: OpenSecret;
  /** Lets a limited number of replicas start at a time. */
  readonly gate: Gate;
  /** The same for the first one of an application that somebody waits for. */
  readonly wakes: Gate;
  /** Lets a limited number of applications be compared at a time: they share one database. */
  readonly turns: Gate;
  readonly backOff: BackOff;
  /** Told after every change of what runs of an application. */
  readonly announce: (applicationId: string) => void;
  /** Shows a change of a copy to the gateway at once, and compares the application again soon. */
  readonly changed: () => void;
  /** Does something that nobody waits for; the signal ends it with the server. */
  readonly inBackground: (work: (signal: AbortSignal) => Promise<void>) => void;
}
