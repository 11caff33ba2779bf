/** Progress: what the work requests of a rollout say while it goes on. */
import type { WorkRequestRecord } from '../store/work-requests.ts';
import type { Copy } from './copy.ts';
import type { Tools } from './tools.ts';
import { waitingFor, type Wish } from './wish.ts';

/** Those that a rollout fulfils. */
export function rolloutRequests(wish: Wish): WorkRequestRecord[] {
  const ofDeployment = ['CREATE_HOSTED_DEPLOYMENT', 'UPDATE_HOSTED_DEPLOYMENT'] as const;
  return waitingFor(wish, ...ofDeployment, 'UPDATE_APPLICATION_DEPLOYMENT');
}

interface Stage {
  readonly percent: number;
  readonly message: string;
}

export function stageOf(fresh: readonly Copy[]): Stage {
  const replicas = fresh.length === 1 ? '1 replica' : `${fresh.length} replicas`;
  if (fresh.every(({ state }) => state === 'ready')) return { percent: 90, message: `Ready: ${replicas}.` };
  if (fresh.every(({ replica }) => replica)) {
    return { percent: 50, message: `Started ${replicas}; waiting for GET /ready to answer 200.` };
  }
  const artifactId = fresh[0]?.generation.artifactId;
  return { percent: 10, message: `Starting ${replicas} of artifact ${artifactId}.` };
}

export async function reportProgress(wish: Wish, fresh: readonly Copy[], { store }: Tools): Promise<void> {
  const { percent, message } = stageOf(fresh);
  const requests = rolloutRequests(wish);
  const behind = requests.filter(({ percentComplete }) => percentComplete < percent);
  // Replicas of one image wait for one pull, and tell the same.
  const notes = [...new Set(fresh.flatMap((copy) => copy.takeNotes()))];
  if (behind.length === 0 && notes.length === 0) return;
  await store.transaction(async (tx) => {
    for (const { id, status } of behind) {
      if (status === 'ACCEPTED') await tx.workRequests.begin(id);
      if (await tx.workRequests.progress(id, percent)) await tx.workRequests.log(id, message);
    }
    for (const note of notes) for (const { id } of requests) await tx.workRequests.log(id, note);
  });
}
