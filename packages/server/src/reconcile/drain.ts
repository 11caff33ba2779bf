/**
 * Drain: how a copy leaves. A replaced one keeps its connections for a while, then they are closed, spread over
 * time, and its requests may finish; one that is not wanted any more leaves at once. As soon as it serves nothing its
 * replica is stopped.
 */
import type { ApplicationSettings } from '@mooring/contract';
import { pauseFor } from '../kit/pause.ts';
import type { Copy } from './copy.ts';
import type { Facts } from './facts.ts';
import type { DrainPlan, Tools } from './tools.ts';

/** Seconds that a client has for its answer to a close, and then its replica for what the client still said. */
const closes = 65;

/** What nobody wants any more is emptied so. */
export const atOnce: DrainPlan = { after: 0, spread: 0, requests: 5, closes: 5 };

/** Seconds after the end of a plan after which the replica is stopped whatever it still serves. */
const drainLimit = 10;

type DrainSettings = Pick<ApplicationSettings, 'drainAfter' | 'drainSpread' | 'drainRequests'>;

/** How replicas that are replaced are emptied. */
export function planOf({ drainAfter, drainSpread, drainRequests }: DrainSettings): DrainPlan {
  return { after: drainAfter, spread: drainSpread, requests: drainRequests, closes };
}

export interface DrainOptions {
  readonly facts: Facts;
  readonly tools: Pick<Tools, 'drain' | 'log' | 'changed'>;
  readonly settings: DrainSettings;
}

/** Sends a copy away at once: what it still serves is closed without delay. */
export function dismiss(copy: Copy, options: DrainOptions): void {
  copy.hurry();
  retire(copy, options);
}

/**
 * Lets a copy go: it takes no arrivals from now on, and leaves when it serves nothing, at the latest when its time is
 * up. Does nothing when it is already leaving.
 */
export function retire(copy: Copy, options: DrainOptions): void {
  if (copy.role === 'retiring') return;
  const { facts, tools, settings } = options;
  const plan = planOf(settings);
  const inputs = { replicaId: copy.replica?.id, state: copy.state, hurried: copy.hurried.aborted };
  tools.log.info({ applicationId: facts.applicationId, ...inputs, ...plan }, 'a replica leaves');
  const wasReady = copy.state === 'ready';
  copy.role = 'retiring';
  // Whoever arrives from now on must not be sent to it: it may leave at once.
  tools.changed();
  void copy.ended.then(() => copy.hurry());
  void leave(copy, { facts, tools, plan, wasReady });
}

interface Leaving extends Pick<DrainOptions, 'facts' | 'tools'> {
  readonly plan: DrainPlan;
  readonly wasReady: boolean;
}

async function leave(copy: Copy, { facts, tools, plan, wasReady }: Leaving): Promise<void> {
  const replicaId = copy.replica?.id;
  if (wasReady && replicaId !== undefined) await drain(copy, { replicaId, tools, plan });
  await copy.end();
  facts.copies = facts.copies.filter((other) => other !== copy);
  tools.changed();
}

interface Draining extends Pick<DrainOptions, 'tools'> {
  readonly replicaId: string;
  readonly plan: DrainPlan;
}

async function drain(copy: Copy, { replicaId, tools, plan }: Draining): Promise<void> {
  const empty = async (how: DrainPlan, signal: AbortSignal): Promise<void> => {
    const over = new AbortController();
    const limit = pauseFor(limitOf(how) * 1000, AbortSignal.any([signal, over.signal]));
    await Promise.race([tools.drain(replicaId, how), limit]);
    over.abort();
  };
  try {
    if (!copy.hurried.aborted) await empty(plan, copy.hurried);
    if (copy.hurried.aborted) await empty(atOnce, new AbortController().signal);
  } catch (error) {
    tools.log.error({ err: error, replicaId }, 'a replica could not be drained; it is stopped');
  }
}

const limitOf = ({ after, spread, requests, closes: answers }: DrainPlan): number =>
  Math.max(after + spread + answers, requests) + drainLimit;
