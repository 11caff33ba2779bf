/** Publish: rows and living replicas become the endpoint that the gateway sees. */
import { isDeepStrictEqual } from 'node:util';
import type { Directory } from '../directory/directory.ts';
import type { Endpoint, EndpointAuth, ReplicaAddress } from '../directory/endpoint.ts';
import type { ApplicationRecord } from '../store/applications.ts';
import type { Copy } from './copy.ts';
import type { Facts } from './facts.ts';
import { isPending, isUpdating, type Wish } from './wish.ts';

/** Shows the application in the directory as it is now, or takes it out. */
export function publish(facts: Facts, wish: Wish | undefined, directory: Directory): void {
  const endpoint = wish && endpointOf(facts, wish);
  if (!endpoint) return directory.remove(facts.applicationId);
  if (!isDeepStrictEqual(directory.get(facts.applicationId), endpoint)) directory.put(endpoint);
}

/** Undefined while the application does not exist for callers. */
export function endpointOf(facts: Facts, wish: Wish): Endpoint | undefined {
  const { application, settings } = wish;
  if (application.lifecycleState !== 'ACTIVE' && !isUpdating(wish)) return undefined;
  const replicas = facts.copies.flatMap((copy) => addressOf(copy) ?? []);
  return {
    applicationId: application.id,
    name: application.displayName,
    auth: authOf(application),
    settings,
    replicas,
    notice: replicas.some(({ state }) => state === 'ready') ? undefined : noticeOf(wish),
  };
}

function authOf({ inboundAuthConfig }: ApplicationRecord): EndpointAuth {
  if (inboundAuthConfig.inboundAuthConfigType === 'NO_AUTH_CONFIG') return { kind: 'none' };
  const { domainUrl, audience, scope } = inboundAuthConfig.idcsConfig;
  return { kind: 'oauth', issuer: domainUrl, audience, scope };
}

function addressOf({ role, state, replica }: Copy): ReplicaAddress | undefined {
  if (role === 'new' || state !== 'ready' || !replica) return undefined;
  const { host, port } = replica.address;
  return { id: replica.id, host, port, state: role === 'serving' ? 'ready' : 'draining' };
}

function noticeOf(wish: Wish): string {
  if (!wish.deployment) return 'The application has no deployment yet.';
  if (isPending(wish)) return 'The application is being deployed.';
  if (wish.deployment.lifecycleState === 'ACTIVE')
    return 'No replica of the application is ready at the moment.';
  return 'The application did not start. Its owner finds the reason in its deployment.';
}
