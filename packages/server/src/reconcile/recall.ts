/** Recall: how many replicas an application had under the server before: the decisions go on from there. */
import type { Facts } from './facts.ts';
import type { Tools } from './tools.ts';
import type { Wish } from './wish.ts';

/** Asked once, before the first comparison starts or ends anything. */
export async function recall(facts: Facts, { deployment }: Wish, tools: Tools): Promise<void> {
  const { applicationId, autoscaler } = facts;
  const active = deployment?.artifacts.find(({ id }) => id === deployment.activeArtifactId);
  if (!active) return;
  const runtime = tools.runtimes.find((one) => one.accepts(active.details));
  const left = (await runtime?.left?.(applicationId)) ?? 0;
  const count = Math.max(left, tools.earlier(applicationId));
  if (count === 0) return;
  tools.log.info({ applicationId, left, count }, 'replicas of an earlier server are counted in');
  autoscaler.resume(count);
}
