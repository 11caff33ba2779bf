/**
 * What a client may ask for. The requested scope is audience and scope joined with no separator; it is compared
 * as a whole with those that the client may have, never split; the token carries the audience and the bare
 * scope (OCI reference, section 4.1). An endpoint's URL as `resource` (RFC 8707) leads to the same, with that
 * URL as the audience. A client of its own (client-id metadata document, dynamic registration) belongs to no
 * application: it may ask for any that the domain protects, and what it gets is decided by the user who signs in.
 */
import { isHostLabel, ocidOf } from '@mooring/contract';
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

/** Finds an application of the embedded domain by its joined scope; undefined when there is none. */
export type FindApplication = (joinedScope: string) => Promise<string | undefined>;

/** One thing that a client may ask for. */
export interface Permit {
  /** By which oidc-provider knows it: a resource has to be a URI (RFC 8707 section 2). */
  readonly uri: string;
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
  return permitOf(await findResource(client.applicationId), audienceUri);
}

/** What a client that belongs to no application means by a resource, or by the scopes that it names. */
export async function permitsAsked(
  { resource, scopes }: { readonly resource: string | undefined; readonly scopes: readonly string[] },
  { findResource, findApplication }: { findResource: FindResource; findApplication: FindApplication },
): Promise<Permit[]> {
  const ids =
    resource === undefined ? await Promise.all(scopes.map(findApplication)) : [applicationOf(resource)];
  const known = [...new Set(ids)].filter((id) => id !== undefined);
  const found = known.map(async (id) =>
    permitOf(await findResource(id), () => applicationPrefix + encodeURIComponent(id)),
  );
  return (await Promise.all(found)).flat();
}

/** The application that a resource names: by our own URI, or by a URL of its endpoint. */
function applicationOf(resource: string): string | undefined {
  // Whether the rest of the host name is right is seen when the URLs are compared.
  const [, label = ''] = /^https?:\/\/([^./]+)\./i.exec(resource) ?? [];
  if (isHostLabel(label)) return ocidOf('application', label);
  const own = resource.startsWith(applicationPrefix) ? resource.slice(applicationPrefix.length) : undefined;
  const name = own ?? /\/hosted[aA]pplications?\/([^/?#]+)/.exec(resource)?.[1];
  return name === undefined || !URL.canParse(resource) ? undefined : decodeURIComponent(name);
}

function permitOf(resource: ProtectedResource | undefined, uriOf: (audience: string) => string): Permit[] {
  if (!resource) return [];
  const { scope, urls } = resource;
  const audience = resource.audience ?? urls[0];
  // Whoever may create applications must not get the right to manage by that.
  if (audience === undefined || audience === managementAudience) return [];
  const joined = joinScope(resource.audience, scope);
  return [{ uri: uriOf(audience), audience, urls, scope, joined }];
}

function managementPermit(role: Parameters<typeof includedRoles>[0]): Permit {
  const scope = includedRoles(role).join(' ');
  return {
    uri: audienceUri(managementAudience),
    audience: managementAudience,
    urls: [],
    scope,
    joined: joinScope(managementAudience, role),
  };
}

const applicationPrefix = 'urn:mooring:application:';

const audienceUri = (audience: string): string =>
  `urn:mooring:audience:${Buffer.from(audience).toString('base64url')}`;

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
    audience: resource === first.uri ? first.audience : resource,
    scope: [...new Set(meant.flatMap(wordsOf))].join(' '),
    accessTokenFormat: 'jwt',
    accessTokenTTL: lifetime,
    jwt: { sign: { alg: 'RS256' } },
  };
}

const names = (permit: Permit, resource: string): boolean =>
  resource === permit.uri ||
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
