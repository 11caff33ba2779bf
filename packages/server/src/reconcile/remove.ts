/** Remove: an application or a deployment goes. Callers first lose sight of it, then its replicas end, then its row. */
import { dismiss } from './drain.ts';
import type { Facts } from './facts.ts';
import type { Tools } from './tools.ts';
import { waitingFor, type Wish } from './wish.ts';

/** Sends away every copy. True when there is none any more. */
export function dismissAll(facts: Facts, wish: Wish, tools: Tools): boolean {
  for (const copy of facts.copies) dismiss(copy, { facts, tools, settings: wish.settings });
  return facts.copies.length === 0;
}

/** True when it changed something. */
export async function removeApplication(facts: Facts, wish: Wish, tools: Tools): Promise<boolean> {
  const { store, directory, log, runtimes } = tools;
  const { application, deployment } = wish;
  await begin(wish, tools);
  directory.remove(application.id);
  if (!dismissAll(facts, wish, tools)) return false;
  // Before anybody is told that nothing of it is left.
  await Promise.all(runtimes.map((runtime) => runtime.forget(application.id)));
  log.info({ applicationId: application.id, deploymentId: deployment?.id }, 'the application is gone');
  await store.transaction(async (tx) => {
    if (deployment) await tx.deployments.setState(deployment.id, 'DELETED');
    await tx.applications.setState(application.id, 'DELETED');
    for (const { id } of deletions(wish)) await tx.workRequests.succeed(id);
  });
  return true;
}

/** True when it changed something. */
export async function removeDeployment(facts: Facts, wish: Wish, tools: Tools): Promise<boolean> {
  const { deployment } = wish;
  if (deployment?.lifecycleState !== 'DELETING') return false;
  await begin(wish, tools);
  if (!dismissAll(facts, wish, tools)) return false;
  tools.log.info(
    { applicationId: facts.applicationId, deploymentId: deployment.id },
    'the deployment is gone',
  );
  await tools.store.transaction(async (tx) => {
    await tx.deployments.setState(deployment.id, 'DELETED', { from: ['DELETING'] });
    for (const { id } of waitingFor(wish, 'DELETE_HOSTED_DEPLOYMENT')) await tx.workRequests.succeed(id);
  });
  return true;
}

const deletions = (wish: Wish): Wish['workRequests'] =>
  waitingFor(wish, 'DELETE_APPLICATION_DEPLOYMENT', 'DELETE_HOSTED_DEPLOYMENT');

async function begin(wish: Wish, { store }: Tools): Promise<void> {
  for (const { id, status } of deletions(wish)) if (status === 'ACCEPTED') await store.workRequests.begin(id);
}
