/**
 * Drain: how a copy leaves. A replaced one keeps its connections for a while, then they are closed, spread over
 * time; one that is not wanted any more leaves at once. Afterwards its replica is stopped.
 */
import type { ApplicationSettings } from '@mooring/contract';
import { pauseFor } from '../kit/pause.ts';
import type { Copy } from './copy.ts';
import type { Facts } from './facts.ts';
import type { Tools } from './tools.ts';

/** Seconds after the last close of a drain after which the replica is stopped whatever it still serves. */
const drainLimit = 10;

export interface DrainOptions {
  readonly facts: Facts;
  readonly tools: Pick<Tools, 'drain' | 'log' | 'changed'>;
  readonly settings: Pick<ApplicationSettings, 'drainAfter' | 'drainSpread'>;
}

/** Sends a copy away at once: what it still serves is closed without delay. */
export function dismiss(copy: Copy, options: DrainOptions): void {
  copy.hurry();
  retire(copy, options);
}

/** Lets a copy go after its connections have had their time. Does nothing when it is already leaving. */
export function retire(copy: Copy, options: DrainOptions): void {
  if (copy.role === 'retiring') return;
  const { facts, tools, settings } = options;
  const inputs = { replicaId: copy.replica?.id, state: copy.state, hurried: copy.hurried.aborted };
  const { drainAfter, drainSpread } = settings;
  tools.log.info(
    { applicationId: facts.applicationId, ...inputs, drainAfter, drainSpread },
    'a replica leaves',
  );
  const wasReady = copy.state === 'ready';
  copy.role = 'retiring';
  void copy.ended.then(() => copy.hurry());
  void leave(copy, { ...options, wasReady });
}

async function leave(
  copy: Copy,
  { facts, tools, settings, wasReady }: DrainOptions & { wasReady: boolean },
): Promise<void> {
  const replicaId = copy.replica?.id;
  if (wasReady && replicaId !== undefined) await drain(copy, { replicaId, tools, settings });
  await copy.end();
  facts.copies = facts.copies.filter((other) => other !== copy);
  tools.changed();
}

interface Draining extends Pick<DrainOptions, 'tools' | 'settings'> {
  readonly replicaId: string;
}

async function drain(copy: Copy, { replicaId, tools, settings }: Draining): Promise<void> {
  const { drainAfter, drainSpread } = settings;
  const close = async (spread: number, signal: AbortSignal): Promise<void> => {
    const over = new AbortController();
    const limit = pauseFor((spread + drainLimit) * 1000, AbortSignal.any([signal, over.signal]));
    await Promise.race([tools.drain(replicaId, { spread }), limit]);
    over.abort();
  };
  try {
    if (await pauseFor(drainAfter * 1000, copy.hurried)) await close(drainSpread, copy.hurried);
    if (copy.hurried.aborted) await close(0, new AbortController().signal);
  } catch (error) {
    tools.log.error({ err: error, replicaId }, 'a replica could not be drained; it is stopped');
  }
}
