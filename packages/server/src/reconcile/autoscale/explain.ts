/** Explain: a decision as a sentence, for the log and for whoever asks. */
import type { Decision } from './decide.ts';
import type { Metric, Policy } from './policy.ts';

const units: Record<Metric, string> = {
  CONCURRENCY: 'requests and connections at a time',
  REQUESTS_PER_SECOND: 'requests a second',
  CPU: '% of a replica’s processor',
  MEMORY: '% of a replica’s memory',
};

/** @param from replicas before */
export function explain(policy: Policy, { cause, stable, panic }: Decision, from: number): string {
  const { metric, target, min, max, stableWindow, panicWindow, scaleToZeroAfter } = policy;
  if (cause === 'IDLE') return `No request or connection for ${scaleToZeroAfter} s.`;
  if (cause === 'WAKE') return 'Somebody came while there was no replica.';
  if (cause === 'LIMITS') return `There are ${min} to ${max} replicas.`;
  const [load, window] = cause === 'PANIC' ? [panic, panicWindow] : [stable, stableWindow];
  const measured = load === undefined ? 'Not measured' : `${Math.round(load * 100) / 100} ${units[metric]}`;
  const replicas = from === 1 ? '1 replica' : `${from} replicas`;
  return `${measured} over ${window} s, for ${replicas}; ${target} are for one.`;
}
