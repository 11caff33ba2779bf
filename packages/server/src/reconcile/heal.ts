/**
 * Heal: how long a replica that failed waits until it is tried again, and what its deployment says meanwhile.
 * Replicas themselves are healed by their copy.
 */
import type { Random } from '../kit/clock.ts';
import type { DeploymentRecord } from '../store/deployments.ts';
import type { Copy } from './copy.ts';
import type { Facts } from './facts.ts';
import type { Tools } from './tools.ts';
import type { Wish } from './wish.ts';

/** Milliseconds. */
export interface BackOff {
  /**
   * Pause of a replica that failed again; doubles with each further failure in a row. The first failure is waited for
   * a tenth of it. One that was killed from outside never waits longer than this. Default 10,000.
   */
  readonly first: number;
  /** Longest pause. Default 300,000. */
  readonly most: number;
  /** A replica that was ready this long has failed for the first time when it fails. Default 60,000. */
  readonly resetAfter: number;
}

export const defaultBackOff: BackOff = { first: 10_000, most: 300_000, resetAfter: 60_000 };

/** In a row. */
export interface Falls {
  /** Failures of its own. */
  readonly failures: number;
  /** Times that something outside killed it. */
  readonly kills: number;
  /** What happened last. */
  readonly last: 'failed' | 'killed';
}

/** Part of a pause by which it may be longer or shorter, so that replicas that fell together do not rise together. */
const jitter = 0.2;

/** Failures in a row from which on a deployment that has no ready replica says so. */
const worrying = 2;

/** Milliseconds until it is tried again. */
export function pauseAfter({ failures, kills, last }: Falls, backOff: BackOff, random: Random): number {
  const { first, most } = backOff;
  const again = failures === 1 ? first / 10 : first * 2 ** (failures - 2);
  const base = last === 'killed' ? Math.min((first / 10) * 2 ** (kills - 1), first) : Math.min(again, most);
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
  if (isServed) return false;
  return await complain(
    serving.filter((copy) => copy.state === 'failed' && fallsOf(copy) >= worrying),
    { facts, deployment, tools },
  );
}

/** Writes why none is ready, and anew when it is for another reason by now. True when it changed something. */
async function complain(
  failed: readonly Copy[],
  { facts, deployment, tools }: { facts: Facts; deployment: DeploymentRecord; tools: Tools },
): Promise<boolean> {
  const { id, lifecycleState, lifecycleDetails } = deployment;
  const isToldOf = lifecycleState === 'NEEDS_ATTENTION';
  if (!isToldOf && lifecycleState !== 'ACTIVE') return false;
  const reasons = failed.map(({ reason }) => reason ?? 'No replica is ready.');
  const [details] = reasons;
  if (details === undefined || (isToldOf && reasons.some((reason) => reason === lifecycleDetails)))
    return false;
  tools.log.warn({ applicationId: facts.applicationId, deploymentId: id, details }, 'no replica is ready');
  const from = [lifecycleState];
  return Boolean(await tools.store.deployments.setState(id, 'NEEDS_ATTENTION', { from, details }));
}

const fallsOf = ({ falls }: Copy): number => falls.failures + falls.kills;
