/**
 * Decide: how many replicas are wanted, from what the load was. A pure function, after Knative's autoscaler: the
 * average over a long window decides; when that over a short one says that the replicas are far too few, it decides,
 * and until it has not said so for a whole long window nothing is taken away.
 */
import type { scalingCauses } from '@mooring/contract';
import type { Policy } from './policy.ts';

/** What an application was asked for over a span of time. */
export interface Sample {
  /** When the span ended; milliseconds since the epoch. */
  readonly at: number;
  /** Milliseconds. */
  readonly span: number;
  /**
   * Average, for all replicas together: requests and connections at a time, requests a second, or percent of the
   * limit of one replica. Undefined: it could not be measured.
   */
  readonly load: number | undefined;
  /** True when anybody wanted anything. */
  readonly isActive: boolean;
}

/** What is remembered from one decision to the next. */
export interface Memory {
  /** Oldest first, of the last stable window. */
  readonly samples: readonly Sample[];
  /** What was wanted, and since when; oldest first, of the last panic window. */
  readonly wanted: readonly { readonly at: number; readonly count: number }[];
  /** When the short window last said that the replicas are far too few. */
  readonly panickedAt: number | undefined;
  /** When anybody last wanted anything. */
  readonly activeAt: number | undefined;
  /** When the replicas of an earlier server were taken over: what the load was before is not known. */
  readonly resumedAt: number | undefined;
}

/**
 * WAKE: somebody came while there was none. IDLE: nobody came for scaleToZeroAfter. PANIC: the load grew suddenly.
 * LOAD: it grew or shrank. LIMITS: minReplica or maxReplica.
 */
export type Cause = (typeof scalingCauses)[number];

export interface Decision {
  readonly wanted: number;
  readonly cause: Cause;
  /** Average load over the windows; undefined: not measured. */
  readonly stable: number | undefined;
  readonly panic: number | undefined;
  readonly isPanicking: boolean;
  readonly memory: Memory;
}

export const noMemory: Memory = {
  samples: [],
  wanted: [{ at: 0, count: 0 }],
  panickedAt: undefined,
  activeAt: undefined,
  resumedAt: undefined,
};

/** A replica is taken away when the others would have so much of their target, so that none flaps at the border. */
const comfort = 0.9;

/** Floating point: twice the target is work for two. */
const epsilon = 1e-9;

/** @param sample the latest; `ready`: replicas that take arrivals now */
export function decide(policy: Policy, memory: Memory, sample: Sample & { ready: number }): Decision {
  const now = sample.at;
  const before = wantedOf(memory);
  const samples = within([...memory.samples, sample], now - policy.stableWindow * 1000);
  const activeAt = sample.isActive ? now : memory.activeAt;
  const stable = average(samples);
  const panic = average(within(samples, now - policy.panicWindow * 1000));
  const panickedAt = isSudden(policy, panic, sample.ready) ? now : memory.panickedAt;
  const isPanicking = panickedAt !== undefined && now - panickedAt < policy.stableWindow * 1000;
  const isIdle = activeAt === undefined || now - activeAt >= policy.scaleToZeroAfter * 1000;
  const asked = isPanicking ? Math.max(before, enough(policy, panic ?? 0)) : steady(policy, stable, before);
  const isBlind = memory.resumedAt !== undefined && now - memory.resumedAt < policy.stableWindow * 1000;
  const least = isIdle ? policy.min : Math.min(policy.max, Math.max(1, policy.min));
  const recent = recentOf(policy, memory, now);
  const paced = atPace(policy, isBlind ? Math.max(before, asked) : asked, [
    ...recent.map(({ count }) => count),
    before,
  ]);
  const wanted = isIdle && policy.min === 0 ? 0 : clamp(paced, least, policy.max);
  return {
    wanted,
    cause: causeOf({ wanted, before, paced, isPanicking, min: policy.min }),
    stable,
    panic,
    isPanicking,
    memory: {
      samples,
      wanted: wanted === before ? recent : [...recent, { at: now, count: wanted }],
      panickedAt,
      activeAt,
      resumedAt: isBlind ? memory.resumedAt : undefined,
    },
  };
}

/** So many replicas of an earlier server go on: none is taken away before a whole stable window was seen. */
export function resume(count: number, now: number): Memory {
  return { ...noMemory, wanted: [{ at: now, count }], activeAt: now, resumedAt: now };
}

/** Somebody wants something: there is one replica at least from now on. */
export function wake(policy: Policy, memory: Memory, now: number): Decision {
  const before = wantedOf(memory);
  const wanted = Math.max(before, 1, policy.min);
  const changed = wanted === before ? memory.wanted : [...memory.wanted, { at: now, count: wanted }];
  return {
    wanted,
    cause: 'WAKE',
    stable: average(memory.samples),
    panic: undefined,
    isPanicking: false,
    memory: { ...memory, wanted: changed, activeAt: now },
  };
}

/** What was decided last. */
export const wantedOf = ({ wanted }: Memory): number => wanted.at(-1)?.count ?? 0;

const within = (samples: readonly Sample[], start: number): Sample[] =>
  samples.filter(({ at }) => at > start);

/** What was wanted at any time of the last panic window. */
function recentOf({ panicWindow }: Policy, { wanted }: Memory, now: number): Memory['wanted'] {
  const start = now - panicWindow * 1000;
  return wanted.filter((_, index) => (wanted[index + 1]?.at ?? now) > start);
}

/** Weighted by time; of what was measured. */
function average(samples: readonly Sample[]): number | undefined {
  let time = 0;
  let sum = 0;
  for (const { span, load } of samples) {
    if (load === undefined) continue;
    time += span;
    sum += load * span;
  }
  return time === 0 ? undefined : sum / time;
}

/** Processor and memory follow the load too late, and jump too much at a start, to be trusted over a short time. */
function isSudden(
  { metric, target, panicThreshold }: Policy,
  panic: number | undefined,
  ready: number,
): boolean {
  if (panic === undefined || metric === 'CPU' || metric === 'MEMORY') return false;
  return panic / target + epsilon >= panicThreshold * Math.max(1, ready);
}

const enough = ({ target }: Policy, load: number): number => Math.ceil(load / target - epsilon);

function steady(policy: Policy, stable: number | undefined, before: number): number {
  if (stable === undefined) return before;
  const more = enough(policy, stable);
  const fewer = enough({ ...policy, target: policy.target * comfort }, stable);
  if (more > before) return more;
  return fewer < before ? fewer : before;
}

/** Not faster than the rates allow. @param recent what was wanted in the last panic window, and now */
function atPace({ scaleUpRate, scaleDownRate }: Policy, asked: number, recent: readonly number[]): number {
  const most = Math.ceil(Math.max(1, Math.min(...recent)) * scaleUpRate);
  const fewest = Math.floor(Math.max(...recent) / scaleDownRate);
  const now = recent.at(-1) ?? 0;
  return clamp(asked, Math.min(fewest, now), Math.max(most, now));
}

interface Outcome {
  readonly wanted: number;
  readonly before: number;
  /** Before the limits. */
  readonly paced: number;
  readonly isPanicking: boolean;
  readonly min: number;
}

function causeOf({ wanted, before, paced, isPanicking, min }: Outcome): Cause {
  if (wanted === 0) return 'IDLE';
  if (before === 0) return min === 0 ? 'WAKE' : 'LIMITS';
  if (wanted > before ? wanted > paced : wanted < paced) return 'LIMITS';
  return isPanicking ? 'PANIC' : 'LOAD';
}

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);
