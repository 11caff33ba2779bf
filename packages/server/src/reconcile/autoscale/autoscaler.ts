/**
 * Autoscaler: keeps what the decisions of one application need, takes the samples, and remembers why it decided what.
 */
import type { ScalingDecision, ScalingStatus } from '@mooring/contract';
import type { Demand } from '../../directory/demand.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Log } from '../../observe/log.ts';
import {
  decide,
  noMemory,
  resume,
  wake,
  wantedOf,
  type Decision,
  type Memory,
  type Sample,
} from './decide.ts';
import { explain } from './explain.ts';
import type { Policy } from './policy.ts';

export interface AutoscalerOptions {
  readonly applicationId: string;
  readonly demand: (applicationId: string) => Demand;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is measured beside the demand. */
export interface Measured {
  /** Replicas that take arrivals. */
  readonly ready: number;
  /** Percent of the limit of one replica, for all together. Undefined: not measured, or not asked for. */
  readonly usage: number | undefined;
}

/** Decisions that are remembered. */
const remembered = 20;

/** Milliseconds: over less, an average says nothing. */
const shortest = 100;

export class Autoscaler {
  readonly #options: AutoscalerOptions;
  #memory: Memory = noMemory;
  #last: Decision | undefined;
  #seen: { readonly at: number; readonly demand: Demand } | undefined;
  #decisions: ScalingDecision[] = [];

  constructor(options: AutoscalerOptions) {
    this.#options = options;
  }

  /** Replicas that are wanted, within the limits of the moment. */
  wanted({ min, max }: Policy): number {
    return Math.min(Math.max(wantedOf(this.#memory), min), max);
  }

  /** So many replicas have come to serve: they are in use, as far as anybody knows. */
  serve(count: number): void {
    const at = this.#options.clock.now();
    const wanted = [...this.#memory.wanted, { at, count: Math.max(count, wantedOf(this.#memory)) }];
    this.#memory = { ...this.#memory, activeAt: at, wanted };
  }

  /** So many replicas that an earlier server started go on: they are wanted until the load says otherwise. */
  resume(count: number): void {
    this.#memory = resume(count, this.#options.clock.now());
  }

  /** Somebody waits. True when there is to be another number of replicas. */
  knock(policy: Policy): boolean {
    if (this.wanted(policy) > 0) return false;
    const decision = wake(policy, this.#memory, this.#options.clock.now());
    return this.#take(policy, decision, { ready: 0, usage: undefined });
  }

  /** Takes a sample and decides. True when there is to be another number of replicas. */
  sample(policy: Policy, measured: Measured): boolean {
    const { applicationId, clock } = this.#options;
    const at = clock.now();
    const demand = this.#options.demand(applicationId);
    const before = this.#seen;
    if (before !== undefined && at - before.at < shortest && at >= before.at) return false;
    this.#seen = { at, demand };
    if (before === undefined || at < before.at) return false;
    const sample = sampleOf(policy, before, { at, demand, usage: measured.usage });
    return this.#take(policy, decide(policy, this.#memory, { ...sample, ready: measured.ready }), measured);
  }

  /** What is wanted now, and the last decisions, newest first. */
  status(policy: Policy, ready: number): ScalingStatus {
    const { metric, target, min, max } = policy;
    return {
      metric,
      target,
      minReplica: min,
      maxReplica: max,
      wanted: this.wanted(policy),
      ready,
      ...loadsOf(this.#last),
      panicking: this.#last?.isPanicking ?? false,
      decisions: this.#decisions.toReversed(),
    };
  }

  #take(policy: Policy, decision: Decision, { ready }: Measured): boolean {
    const { applicationId, clock, log } = this.#options;
    const from = wantedOf(this.#memory);
    this.#memory = decision.memory;
    this.#last = decision;
    const { wanted: to, cause } = decision;
    if (to === from) return false;
    const reason = explain(policy, decision, from);
    const taken: ScalingDecision = {
      time: new Date(clock.now()).toISOString(),
      from,
      to,
      cause,
      reason,
      ready,
      ...loadsOf(decision),
    };
    this.#decisions = [...this.#decisions, taken].slice(-remembered);
    log.info({ applicationId, ...taken, metric: policy.metric, target: policy.target }, 'scaling');
    return true;
  }
}

interface Reading {
  readonly at: number;
  readonly demand: Demand;
}

/** What happened between two readings. A source that went away meanwhile takes nothing back. */
function sampleOf(
  { metric }: Policy,
  before: Reading,
  { at, demand, usage }: Reading & Pick<Measured, 'usage'>,
): Sample {
  const span = at - before.at;
  const arrivals = Math.max(0, demand.arrivals - before.demand.arrivals);
  const busy = Math.max(0, demand.busy - before.demand.busy);
  const load = {
    CONCURRENCY: busy / span,
    REQUESTS_PER_SECOND: (arrivals * 1000) / span,
    CPU: usage,
    MEMORY: usage,
  }[metric];
  const isActive = demand.inFlight > 0 || demand.waiting > 0 || arrivals > 0;
  return { at, span, load, isActive };
}

const loadsOf = (decision: Decision | undefined): Pick<ScalingDecision, 'load' | 'panicLoad'> => ({
  ...(decision?.stable !== undefined && { load: rounded(decision.stable) }),
  ...(decision?.panic !== undefined && { panicLoad: rounded(decision.panic) }),
});

const rounded = (value: number): number => Math.round(value * 100) / 100;
