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
  const replicas = facts.copies.flatMap((copy) => addressOf(copy) ?? []);
  show(directory, facts.applicationId, wish && endpointOf(wish, replicas));
}

/** Undefined: the application does not exist for callers. */
export function show(directory: Directory, applicationId: string, endpoint: Endpoint | undefined): void {
  if (!endpoint) return directory.remove(applicationId);
  if (!isDeepStrictEqual(directory.get(applicationId), endpoint)) directory.put(endpoint);
}

/** Undefined while the application does not exist for callers. */
export function endpointOf(wish: Wish, replicas: readonly ReplicaAddress[]): Endpoint | undefined {
  const { application, settings } = wish;
  if (application.lifecycleState !== 'ACTIVE' && !isUpdating(wish)) return undefined;
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
  if (inboundAuthConfig === undefined) return { kind: 'signature' };
  if (inboundAuthConfig.inboundAuthConfigType === 'NO_AUTH_CONFIG') return { kind: 'none' };
  const { domainUrl, audience, scope } = inboundAuthConfig.idcsConfig;
  return { kind: 'oauth', issuer: domainUrl, audience, scope };
}

/** Undefined: nobody is to be there, or everybody is to leave at once. */
function addressOf({ role, state, replica, hurried }: Copy): ReplicaAddress | undefined {
  if (role === 'new' || state !== 'ready' || !replica || hurried.aborted) return undefined;
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
