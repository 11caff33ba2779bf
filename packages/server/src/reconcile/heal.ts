/**
 * Heal: how long a replica that failed waits until it is tried again, and what its deployment says meanwhile.
 * Replicas themselves are healed by their copy.
 */
import type { Random } from '../kit/clock.ts';
import type { Facts } from './facts.ts';
import type { Tools } from './tools.ts';
import type { Wish } from './wish.ts';

/** Milliseconds. */
export interface BackOff {
  /** Pause before the first restart; doubles with each failure in a row. Default 1000. */
  readonly first: number;
  /** Longest pause. Default 60,000. */
  readonly most: number;
  /** A replica that was ready this long starts again from the first pause. Default 60,000. */
  readonly resetAfter: number;
}

export const defaultBackOff: BackOff = { first: 1000, most: 60_000, resetAfter: 60_000 };

/** Part of a pause by which it may be longer or shorter, so that replicas that fell together do not rise together. */
const jitter = 0.2;

/** Failures in a row from which on a deployment that has no ready replica says so. */
const worrying = 2;

/** Milliseconds to wait after this many failures in a row (1 is the first). */
export function pauseAfter(failures: number, backOff: BackOff, random: Random): number {
  const base = Math.min(backOff.first * 2 ** (failures - 1), backOff.most);
  const fraction = (random(1)[0] ?? 0) / 255;
  return Math.round(base * (1 - jitter + 2 * jitter * fraction));
}

/** Writes on the deployment whether any replica of it is ready. True when it changed something. */
export async function heal(facts: Facts, wish: Wish, tools: Tools): Promise<boolean> {
  const { deployment } = wish;
  if (deployment?.activeArtifactId === undefined) return false;
  const serving = facts.copies.filter((copy) => copy.role === 'serving');
  const isServed = serving.some((copy) => copy.state === 'ready');
  const { store, log } = tools;
  if (isServed && deployment.lifecycleState === 'NEEDS_ATTENTION') {
    log.info(
      { applicationId: facts.applicationId, deploymentId: deployment.id },
      'the deployment serves again',
    );
    return Boolean(await store.deployments.setState(deployment.id, 'ACTIVE', { from: ['NEEDS_ATTENTION'] }));
  }
  const failed = serving.find((copy) => copy.state === 'failed' && copy.failures >= worrying);
  if (isServed || !failed || deployment.lifecycleState !== 'ACTIVE') return false;
  const details = failed.reason ?? 'No replica is ready.';
  log.warn(
    { applicationId: facts.applicationId, deploymentId: deployment.id, details },
    'no replica is ready',
  );
  return Boolean(
    await store.deployments.setState(deployment.id, 'NEEDS_ATTENTION', { from: ['ACTIVE'], details }),
  );
}
