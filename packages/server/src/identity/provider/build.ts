/**
 * Builds oidc-provider: which of OAuth 2 and OpenID Connect the embedded domain speaks. Client credentials, and
 * authorization code with PKCE and refresh tokens; JWT access tokens; nothing else. Imported when first needed.
 */
import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ProblemBody } from '@mooring/contract';
import type * as OidcProvider from 'oidc-provider';
import type {
  AccessToken,
  Client,
  ClientCredentials,
  Configuration,
  JWTStructured,
  KoaContextWithOIDC,
  Provider,
} from 'oidc-provider';
import type { Clock } from '../../kit/clock.ts';
import type { Log } from '../../observe/log.ts';
import type { IdentityStore } from '../store-port.ts';
import { createAdapters } from './adapter.ts';
import type { DomainKeys } from './keys.ts';
import { errorPage } from './page.ts';
import {
  audienceUri,
  permitsOf,
  resourceServer,
  scopeClaim,
  wordsOf,
  type FindResource,
  type Permit,
} from './resources.ts';
import { matchesSecret } from './secret.ts';

export interface BuildOptions {
  readonly store: IdentityStore;
  readonly issuer: string;
  readonly findResource: FindResource;
  readonly keys: DomainKeys;
  readonly clock: Clock;
  readonly log: Log;
  /** Seconds for which an access token is valid. */
  readonly tokenLifetime: number;
}

type Library = typeof OidcProvider;

export interface BuiltProvider {
  readonly provider: Provider;
  readonly errors: Library['errors'];
  /** Answers a request whose URL is below the issuer's path. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

const hour = 3600;
const day = 24 * hour;

/** Scopes that are about the protocol, not about an application. */
const protocolScopes = new Set(['openid', 'offline_access']);

export async function buildProvider(options: BuildOptions): Promise<BuiltProvider> {
  const library = await import('oidc-provider');
  const provider = new library.Provider(options.issuer, configure(options, library));
  provider.Client.prototype.compareClientSecret = function compare(this: Client, actual: string): boolean {
    return matchesSecret(actual, this.clientSecret ?? '');
  };
  followIssuer(provider, options.issuer);
  report(provider, options.log);
  provider.use(async (context, next) => {
    await next();
    if (context.status !== 404 || context.body !== undefined) return;
    // A status that nobody set gives way to 200 when there is a body.
    context.status = 404;
    context.body = nothingHere;
  });
  return { provider, errors: library.errors, answer: provider.callback() };
}

const nothingHere: ProblemBody = {
  code: 'NotAuthorizedOrNotFound',
  message: 'There is nothing at this path.',
};

/** URLs and cookies follow the fixed issuer, whatever the request claims about its host and scheme. */
function followIssuer(provider: Provider, issuer: string): void {
  const { host, protocol } = new URL(issuer);
  Object.defineProperties(provider.request, {
    host: { get: () => host },
    protocol: { get: () => protocol.slice(0, -1) },
  });
}

/** Of the request, as whoever took it announced it. */
const idOf = ({ res }: KoaContextWithOIDC): object => ({ opcRequestId: res.getHeader('opc-request-id') });

function report(provider: Provider, log: Log): void {
  const failed = (error: Error, context?: KoaContextWithOIDC): void =>
    log.error({ err: error, ...(context && idOf(context)) }, 'the identity domain failed');
  provider.on('server_error', (context, error) => failed(error, context));
  const koa: EventEmitter = provider;
  koa.on('error', failed);
  provider.on('grant.error', (context, error) =>
    log.info(
      { ...idOf(context), client: context.oidc.client?.clientId, error: error.message },
      'refused a token',
    ),
  );
}

function configure(options: BuildOptions, library: Library): Configuration {
  const { store, clock, keys } = options;
  return {
    adapter: createAdapters({ store, clock, errors: library.errors }),
    jwks: { keys: [keys.token, keys.assertion] as NonNullable<Configuration['jwks']>['keys'] },
    cookies: {
      keys: [keys.cookie],
      names: { session: 'mooring_sign_in', interaction: 'mooring_interaction', resume: 'mooring_resume' },
      long: { httpOnly: true, sameSite: 'lax', path: new URL(options.issuer).pathname, signed: true },
      short: { httpOnly: true, sameSite: 'lax', signed: true },
    },
    routes: {
      authorization: '/oauth2/v1/authorize',
      token: '/oauth2/v1/token',
      jwks: '/admin/v1/SigningCert/jwk',
    },
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: resourceIndicators(options, library),
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
    },
    formats: { customizers: { jwt: bareScope(options, library) } },
    ...policies(options),
  };
}

function policies({ store, issuer, tokenLifetime }: BuildOptions): Configuration {
  return {
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    clientBasedCORS: () => false,
    responseTypes: ['code'],
    pkce: { required: () => true },
    // OpenID Connect wants offline_access for a refresh token; a plain OAuth client cannot know that.
    issueRefreshToken: (_context, client, code) =>
      client.grantTypeAllowed('refresh_token') &&
      (code.scopes.has('offline_access') || !code.scopes.has('openid')),
    expiresWithSession: () => false,
    rotateRefreshToken: true,
    ttl: {
      AccessToken: tokenLifetime,
      ClientCredentials: tokenLifetime,
      AuthorizationCode: 60,
      IdToken: hour,
      Interaction: hour / 4,
      RefreshToken: 14 * day,
      Session: day / 2,
      Grant: 90 * day,
    },
    interactions: { url: (_context, interaction) => `${issuer}/interaction/${interaction.uid}` },
    async findAccount(_context, name) {
      if (!(await store.users.get(name))) return undefined;
      return { accountId: name, claims: () => ({ sub: name }) };
    },
    renderError(context, { error, error_description: description }) {
      const page = errorPage(description ?? error);
      context.type = 'html';
      context.set(page.headers);
      context.body = page.html;
    },
  };
}

type ResourceIndicators = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>;

function resourceIndicators(options: BuildOptions, { errors }: Library): ResourceIndicators {
  return {
    enabled: true,
    useGrantedResource: () => true,
    async defaultResource(context, client, oneOf) {
      if (oneOf) return oneOf;
      const permits = await permitsOfClient(client.clientId, options);
      const strongest = permits.at(-1);
      if (!strongest) throw new errors.InvalidTarget('the application of this client does not exist');
      const asked = applicationScopes(context);
      if (asked.length === 0) return ask(context, strongest);
      const meant = asked.map((scope) => permits.find(({ joined }) => joined === scope) ?? unknown(scope));
      return [...new Set(meant.map(audienceUri))];
    },
    async getResourceServerInfo(context, resource, client) {
      const permits = await permitsOfClient(client.clientId, options);
      const server = resourceServer(permits, resource, options.tokenLifetime);
      if (!server) throw new errors.InvalidTarget('this client may not ask for that resource');
      const words = new Set(permits.flatMap(wordsOf));
      const stranger = applicationScopes(context).find((scope) => !words.has(scope));
      if (stranger !== undefined) unknown(stranger);
      const strongest = permits.at(-1);
      if (strongest && applicationScopes(context).length === 0 && isFirstRequest(context))
        ask(context, strongest);
      return server;
    },
  };

  function unknown(scope: string): never {
    throw new errors.InvalidScope('this client may not ask for that scope', scope);
  }
}

const permitsOfClient = async (
  clientId: string,
  { store, findResource }: BuildOptions,
): Promise<Permit[]> => {
  const client = await store.clients.get(clientId);
  return client ? permitsOf(client, findResource) : [];
};

const applicationScopes = ({ oidc }: KoaContextWithOIDC): string[] =>
  [...oidc.requestParamScopes].filter((scope) => !protocolScopes.has(scope));

/** True where a scope is chosen; a code or refresh token has its own already. */
const isFirstRequest = ({ oidc }: KoaContextWithOIDC): boolean =>
  oidc.route === 'authorization' || oidc.params?.['grant_type'] === 'client_credentials';

/** Asks for what a client is for, in place of a scope that it did not name (RFC 6749 section 3.3). */
function ask({ oidc }: KoaContextWithOIDC, permit: Permit): string {
  if (oidc.params) oidc.params['scope'] = [...oidc.requestParamScopes, permit.joined].join(' ');
  return audienceUri(permit);
}

/** Puts the bare scope into the claim. */
function bareScope(options: BuildOptions, { errors }: Library) {
  return async (
    _context: KoaContextWithOIDC,
    token: AccessToken | ClientCredentials,
    { payload }: JWTStructured,
  ): Promise<void> => {
    const permits = await permitsOfClient(token.clientId ?? '', options);
    const scope = scopeClaim(permits, token.scope ?? '');
    if (scope === '')
      throw new errors.InvalidScope('ask for the scope of the application', token.scope ?? '');
    payload['scope'] = scope;
  };
}
