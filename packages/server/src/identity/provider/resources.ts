/**
 * What a client may ask for. The requested scope is audience and scope joined with no separator; it is compared
 * as a whole with those that the client may have, never split; the token carries the audience and the bare
 * scope (OCI reference, section 4.1). An endpoint's URL as `resource` (RFC 8707) leads to the same, with that
 * URL as the audience.
 */
import type { ResourceServer } from 'oidc-provider';
import { includedRoles, joinScope, managementAudience } from '../management.ts';
import type { ClientRecord } from '../store-port.ts';

/** An application whose tokens the embedded domain issues. */
export interface ProtectedResource {
  /** Undefined: its first URL is the audience. */
  readonly audience: string | undefined;
  readonly scope: string;
  /** URLs of its endpoint. A client may name it by one of them, also with a path behind. */
  readonly urls: readonly string[];
}

/** Finds an application by its OCID; undefined when it is none of the embedded domain's, or gone. */
export type FindResource = (
  applicationId: string,
) => ProtectedResource | undefined | Promise<ProtectedResource | undefined>;

/** One thing that a client may ask for. */
export interface Permit {
  readonly audience: string;
  readonly urls: readonly string[];
  /** As it is asked for. */
  readonly joined: string;
  /** As the token carries it. */
  readonly scope: string;
}

/** What a client may ask for, the weakest first. */
export async function permitsOf(client: ClientRecord, findResource: FindResource): Promise<Permit[]> {
  if (client.role !== undefined) return includedRoles(client.role).map(managementPermit);
  if (client.applicationId === undefined) return [];
  const resource = await findResource(client.applicationId);
  if (!resource) return [];
  const { scope, urls } = resource;
  const audience = resource.audience ?? urls[0];
  // Whoever may create applications must not get the right to manage by that.
  if (audience === undefined || audience === managementAudience) return [];
  return [{ audience, urls, scope, joined: joinScope(resource.audience, scope) }];
}

function managementPermit(role: Parameters<typeof includedRoles>[0]): Permit {
  const scope = includedRoles(role).join(' ');
  return { audience: managementAudience, urls: [], scope, joined: joinScope(managementAudience, role) };
}

const prefix = 'urn:mooring:audience:';

/** The URI for an audience; a resource has to be one (RFC 8707 section 2). */
export const audienceUri = ({ audience }: Permit): string =>
  prefix + Buffer.from(audience).toString('base64url');

/** What oidc-provider must know of a resource that was asked for; undefined when the client may not have it. */
export function resourceServer(
  permits: readonly Permit[],
  resource: string,
  lifetime: number,
): ResourceServer | undefined {
  const meant = permits.filter((permit) => names(permit, resource));
  const [first] = meant;
  if (!first) return undefined;
  return {
    audience: resource === audienceUri(first) ? first.audience : resource,
    scope: [...new Set(meant.flatMap(wordsOf))].join(' '),
    accessTokenFormat: 'jwt',
    accessTokenTTL: lifetime,
    jwt: { sign: { alg: 'RS256' } },
  };
}

const names = (permit: Permit, resource: string): boolean =>
  resource === audienceUri(permit) ||
  resource === permit.audience ||
  permit.urls.some((url) => resource === url || resource.startsWith(`${url}/`));

/** Words by which the scope may be asked for. The bare one only counts beside a `resource`. */
export const wordsOf = ({ joined, scope }: Permit): string[] => [joined, ...scope.split(' ')];

/** The `scope` claim for a scope that was granted. */
export function scopeClaim(permits: readonly Permit[], granted: string): string {
  const words = granted.split(' ').filter(Boolean);
  const bare = words.map((word) => permits.find(({ joined }) => joined === word)?.scope ?? word);
  return [...new Set(bare.flatMap((scope) => scope.split(' ')))].join(' ');
}
