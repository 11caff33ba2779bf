/**
 * Deploy: the wanted artifact, with the wanted environment, comes to serve. New copies start beside those that
 * serve; when all are ready, arrivals go to them and the earlier ones leave. When one fails, the new ones go and
 * the earlier ones stay.
 */
import { acceptUpdate, noteUnreachableIssuer } from './accept.ts';
import { dismiss, retire } from './drain.ts';
import type { Copy } from './copy.ts';
import type { Facts } from './facts.ts';
import { giveUp } from './give-up.ts';
import { reportProgress, rolloutRequests } from './progress.ts';
import { dismissAll, removeDeployment } from './remove.ts';
import { scale } from './scale.ts';
import type { Tools } from './tools.ts';
import { isPending, isUpdating, keyOf, targetOf, waitingFor, type Generation, type Wish } from './wish.ts';

/** Brings the copies of an application nearer to the wish. True when it changed the store. */
export async function deploy(facts: Facts, wish: Wish, tools: Tools): Promise<boolean> {
  const target = targetOf(wish, facts.refused);
  if (!target) return await withdraw(facts, wish, tools);
  facts.served ??= servedAtStart(wish);
  if (!facts.served || isRollout(facts, wish, target)) return await rollOut({ facts, wish, tools, target });
  abandonOthers(facts, wish, tools);
  scale(facts, wish, { role: 'serving', generation: facts.served, tools });
  if (isPending(wish)) return await confirm(wish, tools);
  return await acceptUpdate(facts, wish, tools);
}

/** What an earlier server had brought to serve. An update that it did not finish is a rollout of this one. */
function servedAtStart(wish: Wish): Generation | undefined {
  const artifactId = wish.deployment?.activeArtifactId;
  if (artifactId === undefined || isUpdating(wish)) return undefined;
  return { artifactId, revision: wish.application.revision };
}

function isRollout({ served, refused }: Facts, wish: Wish, target: Generation): boolean {
  if (served && keyOf(served) === keyOf(target)) return false;
  return isPending(wish) || isUpdating(wish) || keyOf(target) !== refused;
}

async function withdraw(facts: Facts, wish: Wish, tools: Tools): Promise<boolean> {
  facts.served = undefined;
  dismissAll(facts, wish, tools);
  return (await removeDeployment(facts, wish, tools)) || (await acceptUpdate(facts, wish, tools));
}

/** Ends the new copies of everything but the target. */
function abandonOthers(facts: Facts, wish: Wish, tools: Tools, target?: Generation): void {
  for (const copy of facts.copies) {
    const isWanted = target !== undefined && keyOf(copy.generation) === keyOf(target);
    if (copy.role === 'new' && !isWanted) dismiss(copy, { facts, tools, settings: wish.settings });
  }
}

export interface Rollout {
  readonly facts: Facts;
  readonly wish: Wish;
  readonly tools: Tools;
  readonly target: Generation;
}

async function rollOut(rollout: Rollout): Promise<boolean> {
  const { facts, wish, tools, target } = rollout;
  if (facts.served) scale(facts, wish, { role: 'serving', generation: facts.served, tools });
  abandonOthers(facts, wish, tools, target);
  const fresh = scale(facts, wish, { role: 'new', generation: target, tools });
  await reportProgress(wish, fresh, tools);
  const failed = fresh.find((copy) => copy.failures > 0);
  if (failed) return await giveUp(rollout, failed.reason ?? 'A replica failed.');
  if (!fresh.every((copy) => copy.state === 'ready')) return false;
  return await switchOver(rollout, fresh);
}

async function switchOver({ facts, wish, tools, target }: Rollout, fresh: readonly Copy[]): Promise<boolean> {
  const { applicationId } = facts;
  const requests = rolloutRequests(wish);
  const inputs = {
    applicationId,
    from: facts.served,
    to: target,
    replicas: fresh.map(({ replica }) => replica?.id),
  };
  const isOver = await tools.store.transaction(async (tx) => {
    if (!(await tx.deployments.activate(wish.deployment?.id ?? '', target.artifactId))) return false;
    await tx.applications.setState(applicationId, 'ACTIVE', { from: ['UPDATING'] });
    for (const { id } of requests) await tx.workRequests.succeed(id);
    return true;
  });
  // Somebody wished otherwise in the meantime: the next comparison finds out what.
  if (!isOver) return true;
  tools.log.info(inputs, 'arrivals go to the new replicas');
  const earlier = facts.copies.filter((copy) => copy.role === 'serving');
  for (const copy of fresh) copy.role = 'serving';
  facts.served = target;
  facts.refused = undefined;
  facts.autoscaler.serve(fresh.length);
  for (const copy of earlier) retire(copy, { facts, tools, settings: wish.settings });
  tools.changed();
  if (isUpdating(wish)) noteUnreachableIssuer(wish, tools);
  return true;
}

/** The wanted artifact serves already. */
async function confirm(wish: Wish, { store, log }: Tools): Promise<boolean> {
  const { deployment } = wish;
  if (!deployment) return false;
  const { wantedArtifactId, id: deploymentId } = deployment;
  log.info(
    { applicationId: wish.application.id, deploymentId, wantedArtifactId },
    'the wanted artifact serves already',
  );
  await store.transaction(async (tx) => {
    if (!(await tx.deployments.activate(deploymentId, wantedArtifactId))) return;
    const requests = waitingFor(wish, 'CREATE_HOSTED_DEPLOYMENT', 'UPDATE_HOSTED_DEPLOYMENT');
    for (const { id } of requests) await tx.workRequests.succeed(id);
  });
  return true;
}
