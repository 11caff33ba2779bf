/** Protected-resource metadata (RFC 9728): where a client gets a token for an endpoint, and which scope to ask for. */
import { Problem, paths } from '@mooring/contract';
import type { Directory } from '../directory/directory.ts';
import type { Arrival } from './accept.ts';
import { joinedScope } from './authenticate.ts';
import type { Names } from './names.ts';
import { routeOwnHost } from './own-host.ts';
import { notFound, route } from './route.ts';
import type { Target } from './target.ts';

export interface ResourceMetadata {
  readonly resource: string;
  readonly resource_name: string;
  readonly authorization_servers: readonly string[];
  readonly scopes_supported: readonly string[];
  readonly bearer_methods_supported: readonly string[];
}

/** True for the metadata URL of any endpoint. */
export function isMetadata(target: Target): boolean {
  return `${target.path}/`.startsWith(`${paths.resourceMetadata}/`);
}

/** Throws a Problem (NotAuthorizedOrNotFound) when there is no such endpoint, or it needs no token. */
export function describeResource(
  { target, peer }: Arrival,
  directory: Directory,
  names: Names,
): ResourceMetadata {
  const path = target.path.slice(paths.resourceMetadata.length);
  const label = names.labelOf(peer.host);
  const described = { path, query: '' };
  const { endpoint, form } =
    label === undefined
      ? route(described, directory)
      : routeOwnHost(described, { label, form: 'invoke' }, directory);
  if (endpoint.auth.kind !== 'oauth') throw notFound();
  const origin = names.baseFor(peer);
  const base = form === 'live' ? origin.replace(/^http/, 'ws') : origin;
  return {
    resource: `${base}${path}`,
    resource_name: endpoint.name,
    authorization_servers: [endpoint.auth.issuer],
    scopes_supported: [joinedScope(endpoint.auth)],
    bearer_methods_supported: ['header'],
  };
}

/** What may be asked of a read-only document. */
export function refuseOtherMethods(method: string | undefined): void {
  if (method === 'GET' || method === 'HEAD') return;
  throw new Problem('MethodNotAllowed', 'Only GET is answered here.', { headers: { allow: 'GET, HEAD' } });
}
