/** Give up: the new replicas of a rollout did not come up. What served before goes on; its owner is told why. */
import type { Rollout } from './deploy.ts';
import { dismiss } from './drain.ts';
import { rolloutRequests } from './progress.ts';
import { keyOf } from './wish.ts';

/** True: the store was changed. */
export async function giveUp(rollout: Rollout, reason: string): Promise<boolean> {
  const { facts, wish, tools, target } = rollout;
  const { applicationId, served } = facts;
  const outcome = served ? 'What served before goes on.' : 'Nothing serves.';
  const message = `Artifact ${target.artifactId} did not come up. ${outcome} Correct it and deploy again.\n${reason}`;
  tools.log.warn({ applicationId, target, served, reason }, 'the rollout is given up');
  await writeFailure(rollout, message);
  facts.refused = keyOf(target);
  const fresh = facts.copies.filter((copy) => copy.role === 'new');
  if (!served && wish.deployment?.activeArtifactId === target.artifactId) {
    // Nothing else could serve: these are tried again and again.
    facts.served = target;
    facts.autoscaler.serve(fresh.length);
    for (const copy of fresh) copy.role = 'serving';
  } else {
    for (const copy of fresh) dismiss(copy, { facts, tools, settings: wish.settings });
  }
  return true;
}

async function writeFailure({ wish, tools, target }: Rollout, message: string): Promise<void> {
  const { application, deployment } = wish;
  await tools.store.transaction(async (tx) => {
    if (deployment && deployment.activeArtifactId !== target.artifactId) {
      if (!(await tx.deployments.reject(deployment.id, target.artifactId, message))) return;
    } else if (deployment) {
      await tx.deployments.setState(deployment.id, 'ACTIVE', { from: ['UPDATING'], details: message });
    }
    await tx.applications.setState(application.id, 'ACTIVE', { from: ['UPDATING'], details: message });
    const errors = [{ code: 'StartFailure', message }];
    for (const { id } of rolloutRequests(wish)) await tx.workRequests.fail(id, errors);
  });
}
