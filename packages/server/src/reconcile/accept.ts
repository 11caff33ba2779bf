/** Accept: a new application becomes ACTIVE, and changes that need no new replicas take effect. */
import type { Facts } from './facts.ts';
import type { Tools } from './tools.ts';
import { isUpdating, waitingFor, type Wish } from './wish.ts';

/** Milliseconds for asking an issuer for its keys. */
const issuerLimit = 5000;

/** True when it changed something. */
export async function accept(facts: Facts, wish: Wish, tools: Tools): Promise<boolean> {
  if (wish.application.lifecycleState !== 'CREATING') return false;
  return await finish(facts, wish, tools);
}

/** The update is in force. True when it changed something. */
export async function acceptUpdate(facts: Facts, wish: Wish, tools: Tools): Promise<boolean> {
  if (!isUpdating(wish)) return false;
  return await finish(facts, wish, tools);
}

async function finish({ applicationId }: Facts, wish: Wish, tools: Tools): Promise<boolean> {
  const from = wish.application.lifecycleState;
  const requests = waitingFor(wish, 'CREATE_APPLICATION_DEPLOYMENT', 'UPDATE_APPLICATION_DEPLOYMENT');
  tools.log.info(
    { applicationId, from, workRequests: requests.map(({ id }) => id) },
    'the application is active',
  );
  await tools.store.transaction(async (tx) => {
    if (!(await tx.applications.setState(applicationId, 'ACTIVE', { from: [from] }))) return;
    for (const { id } of requests) await tx.workRequests.succeed(id);
  });
  noteUnreachableIssuer(wish, tools);
  return true;
}

/** An issuer that is away is no failure: it may come back. But whoever asked for it should hear. */
export function noteUnreachableIssuer(wish: Wish, tools: Tools): void {
  const { inboundAuthConfig } = wish.application;
  if (inboundAuthConfig?.inboundAuthConfigType !== 'IDCS_AUTH_CONFIG') return;
  const { domainUrl } = inboundAuthConfig.idcsConfig;
  const requests = waitingFor(wish, 'CREATE_APPLICATION_DEPLOYMENT', 'UPDATE_APPLICATION_DEPLOYMENT');
  tools.inBackground(async (signal) => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(issuerLimit)]);
    const failure = await tools.checkIssuer(domainUrl, { signal: limit }).then(() => undefined, reasonOf);
    if (failure === undefined || signal.aborted) return;
    const message = `The keys of ${domainUrl} cannot be had now: ${failure}. Until they can, every call is refused.`;
    tools.log.warn(
      { applicationId: wish.application.id, domainUrl, failure },
      'the issuer cannot be reached',
    );
    for (const { id } of requests) await tools.store.workRequests.log(id, message);
  });
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
