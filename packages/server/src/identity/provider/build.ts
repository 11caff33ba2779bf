/**
 * Builds oidc-provider: which of OAuth 2 and OpenID Connect the embedded domain speaks. Client credentials,
 * authorization code with PKCE, device code, refresh tokens, revocation; JWT access tokens; clients by metadata document and,
 * behind a switch, by registration; nothing else. Imported when first needed.
 */
import { randomUUID } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ProblemBody } from '@mooring/contract';
import type * as OidcProvider from 'oidc-provider';
import type { Client, Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Clock } from '../../kit/clock.ts';
import type { Log } from '../../observe/log.ts';
import type { Revoke } from '../revocations.ts';
import type { IdentityStore } from '../store-port.ts';
import { createAdapters } from './adapter.ts';
import type { Attempts } from './attempts.ts';
import type { DomainKeys } from './keys.ts';
import { errorPage } from './page.ts';
import { deviceFlow, show } from './device.ts';
import { fetchClient } from './open-client.ts';
import type { FindApplication, FindResource } from './resources.ts';
import { matchesSecret } from './secret.ts';
import { bareScope, resourceIndicators } from './scopes.ts';

export interface BuildOptions {
  readonly store: IdentityStore;
  readonly issuer: string;
  readonly findResource: FindResource;
  readonly findApplication: FindApplication;
  /** Whether clients may register themselves (RFC 7591). */
  readonly allowRegistration: boolean;
  /** Whether the metadata document of a client may be at a private address. */
  readonly allowPrivateIssuers: boolean;
  /** User codes of devices that were guessed wrongly. */
  readonly deviceAttempts: Attempts;
  /** Documents of clients that were fetched. */
  readonly documentFetches: Attempts;
  readonly revoke: Revoke;
  readonly keys: DomainKeys;
  readonly clock: Clock;
  readonly log: Log;
  /** Seconds for which an access token is valid. */
  readonly tokenLifetime: number;
}

export type Library = typeof OidcProvider;

export interface BuiltProvider {
  readonly provider: Provider;
  readonly errors: Library['errors'];
  /** Answers a request whose URL is below the issuer's path. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

const hour = 3600;
const day = 24 * hour;

export async function buildProvider(options: BuildOptions): Promise<BuiltProvider> {
  const library = await import('oidc-provider');
  const provider = new library.Provider(options.issuer, configure(options, library));
  provider.Client.prototype.compareClientSecret = function compare(this: Client, actual: string): boolean {
    return matchesSecret(actual, this.clientSecret ?? '');
  };
  followIssuer(provider, options.issuer);
  report(provider, options.log);
  provider.use(async (context, next) => {
    try {
      await next();
    } catch (error) {
      if (!isLostSession(error)) throw error;
      context.status = 400;
      show(context, errorPage('This sign-in is no longer valid. Open the page of the device again.'));
    }
    if (context.status !== 404 || context.body !== undefined) return;
    // A status that nobody set gives way to 200 when there is a body.
    context.status = 404;
    context.body = nothingHere;
  });
  return { provider, errors: library.errors, answer: provider.callback() };
}

/** What oidc-provider makes of a device's form that comes without the session of its page. */
const isLostSession = (error: unknown): boolean =>
  error instanceof TypeError &&
  error.message.startsWith('persist can only be called on previously persisted');

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
    adapter: createAdapters({ store, clock, errors: library.errors, revoke: options.revoke }),
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
      revocation: '/oauth2/v1/revoke',
      registration: '/oauth2/v1/register',
      device_authorization: '/oauth2/v1/device',
      code_verification: '/device',
    },
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: resourceIndicators(options, library),
      deviceFlow: deviceFlow(options.deviceAttempts),
      clientIdMetadataDocument: {
        enabled: true,
        ack: 'draft-02',
        cacheDuration: { min: 60, max: hour },
        allowFetch: async () => mayFetch(options.documentFetches),
      },
      registration: { enabled: options.allowRegistration, issueRegistrationAccessToken: false },
      revocation: { enabled: true, allowedPolicy: ownTokensOnly(library) },
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

type RevocationPolicy = NonNullable<
  NonNullable<NonNullable<Configuration['features']>['revocation']>['allowedPolicy']
>;

/** RFC 7009 section 2.1. A client without a secret cannot prove who it is, so it is told nothing. */
function ownTokensOnly({ errors }: Library): RevocationPolicy {
  return async (_context, client, token) => {
    if (token.clientId === client.clientId) return true;
    if (client.clientAuthMethod === 'none') return false;
    throw new errors.InvalidRequest('the token belongs to another client');
  };
}

/** Anybody can make this server fetch a document; not often. */
function mayFetch(fetches: Attempts): boolean {
  if (fetches.wait('') > 0) return false;
  fetches.begin(randomUUID());
  return true;
}

function policies({ store, issuer, tokenLifetime, allowPrivateIssuers }: BuildOptions): Configuration {
  return {
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    fetch: (url) => fetchClient(new Request(url).url, allowPrivateIssuers),
    // A page in a browser has no secret; nothing here answers to a cookie.
    clientBasedCORS: (_context, _origin, client) => client.clientAuthMethod === 'none',
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
      DeviceCode: 600,
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
      show(context, errorPage(description ?? error));
    },
  };
}
