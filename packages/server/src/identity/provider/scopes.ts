/**
 * What a token is for, asked of oidc-provider: which resource a client means, whether it may, and what its token then says
 * (the rules themselves are in resources.ts).
 */
import type {
  AccessToken,
  ClientCredentials,
  Configuration,
  JWTStructured,
  KoaContextWithOIDC,
} from 'oidc-provider';
import { includedRoles, managementAudience } from '../management.ts';
import { grantClaim, revocableGrant } from '../revocations.ts';
import type { BuildOptions, Library } from './build.ts';
import { loginClient } from './login-client.ts';
import { permitsAsked, permitsOf, resourceServer, scopeClaim, wordsOf, type Permit } from './resources.ts';

/** Scopes that are about the protocol, not about an application. */
const protocolScopes = new Set(['openid', 'offline_access']);

type ResourceIndicators = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>;

/** What oidc-provider asks of resources and scopes. */
export function resourceIndicators(options: BuildOptions, { errors }: Library): ResourceIndicators {
  return {
    enabled: true,
    useGrantedResource: () => true,
    async defaultResource(context, client, oneOf) {
      if (oneOf) return oneOf;
      const asked = applicationScopes(context);
      const permits = await permitsOfClient(client.clientId, { scopes: asked }, options);
      const strongest = permits.at(-1);
      if (!strongest)
        throw new errors.InvalidTarget(
          'name an application that exists by its URL as resource, or by its scope',
        );
      if (asked.length === 0) return ask(context, strongest);
      const meant = asked.map((scope) => permits.find(({ joined }) => joined === scope) ?? unknown(scope));
      return [...new Set(meant.map(({ uri }) => uri))];
    },
    async getResourceServerInfo(context, resource, client) {
      const permits = await permitsOfClient(client.clientId, { resource, scopes: [] }, options);
      const server = resourceServer(permits, resource, options.tokenLifetime);
      if (!server) throw new errors.InvalidTarget('this client may not ask for that resource');
      const words = new Set(permits.flatMap(wordsOf));
      const [first, ...others] = applicationScopes(context);
      if (first !== undefined && ![first, ...others].some((scope) => words.has(scope))) unknown(first);
      if (!isFirstRequest(context)) return server;
      // A client that steps up asks for what it had, too, which may be no more (RFC 6749 section 3.3).
      forget(context, (scope) => !words.has(scope));
      const strongest = permits.at(-1);
      if (strongest && first === undefined) ask(context, strongest);
      return server;
    },
  };

  function unknown(scope: string): never {
    throw new errors.InvalidScope('this client may not ask for that scope', scope);
  }
}

interface Asked {
  readonly resource?: string | undefined;
  readonly scopes: readonly string[];
}

async function permitsOfClient(
  clientId: string,
  { resource, scopes }: Asked,
  options: BuildOptions,
): Promise<Permit[]> {
  const client = clientId === loginClient.clientId ? loginClient : await options.store.clients.get(clientId);
  return client ? permitsOf(client, options.findResource) : permitsAsked({ resource, scopes }, options);
}

const applicationScopes = ({ oidc }: KoaContextWithOIDC): string[] =>
  [...oidc.requestParamScopes].filter((scope) => !protocolScopes.has(scope));

/** True where a scope is chosen; a code or refresh token has its own already. */
const isFirstRequest = ({ oidc }: KoaContextWithOIDC): boolean =>
  ['authorization', 'device_authorization'].includes(oidc.route) ||
  oidc.params?.['grant_type'] === 'client_credentials';

/** Goes on as if it had not been asked for these scopes. */
function forget({ oidc }: KoaContextWithOIDC, isStrange: (scope: string) => boolean): void {
  const known = [...oidc.requestParamScopes].filter(
    (scope) => protocolScopes.has(scope) || !isStrange(scope),
  );
  if (oidc.params) oidc.params['scope'] = known.join(' ');
}

/** Asks for what a client is for, in place of a scope that it did not name (RFC 6749 section 3.3). */
function ask({ oidc }: KoaContextWithOIDC, permit: Permit): string {
  if (oidc.params) oidc.params['scope'] = [...oidc.requestParamScopes, permit.joined].join(' ');
  return permit.uri;
}

/** Puts the bare scope into the claim. */
export function bareScope(options: BuildOptions, { errors }: Library) {
  return async (
    _context: KoaContextWithOIDC,
    token: AccessToken | ClientCredentials,
    { payload }: JWTStructured,
  ): Promise<void> => {
    const asked = { resource: token.resourceServer?.identifier(), scopes: [] };
    const permits = await permitsOfClient(token.clientId ?? '', asked, options);
    const scope = await withinRole(scopeClaim(permits, token.scope ?? ''), token, options);
    if (scope === '')
      throw new errors.InvalidScope('ask for the scope of the application', token.scope ?? '');
    payload['scope'] = scope;
    if ('grantId' in token && token.grantId !== undefined)
      payload[grantClaim] = revocableGrant(token.grantId);
  };
}

/** A user's token for the management never carries more than the user's role, as it is now. */
async function withinRole(
  scope: string,
  token: AccessToken | ClientCredentials,
  { store }: BuildOptions,
): Promise<string> {
  if (token.resourceServer?.audience !== managementAudience || !('accountId' in token)) return scope;
  const role = (await store.users.get(token.accountId))?.role;
  const allowed: readonly string[] = role === undefined ? [] : includedRoles(role);
  return scope
    .split(' ')
    .filter((word) => allowed.includes(word))
    .join(' ');
}
