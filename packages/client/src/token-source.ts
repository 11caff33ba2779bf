/** Where tokens for the management API come from. */
import * as oauth from 'openid-client';
import { RequestFailed, TimedOut, Unreachable } from './failure.ts';
import type { Fetch } from './fetch.ts';

/** Gives a token that is good for a while yet. Called before every request; keeps what it has. */
export type TokenSource = (options: { signal: AbortSignal }) => Promise<string>;

export interface ClientCredentials {
  /** Token endpoint of the issuer. */
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What to ask for. */
  readonly scope: string;
  readonly fetch: Fetch;
  /** Milliseconds since the epoch. Default Date.now. */
  readonly now?: () => number;
}

/** A token is replaced this long before it ends, in milliseconds. */
const margin = 30_000;
/** Assumed when the answer does not say how long a token lasts, in seconds. */
const defaultLifetime = 300;

/** Tokens by OAuth client credentials (RFC 6749 section 4.4), kept in memory until shortly before their end. */
export function clientCredentials(options: ClientCredentials): TokenSource {
  const now = options.now ?? Date.now;
  let kept: { token: string; until: number } | undefined;
  return async ({ signal }) => {
    signal.throwIfAborted();
    if (kept && now() < kept.until) return kept.token;
    const answer = await ask(options, signal);
    const lifetime = (answer.expires_in ?? defaultLifetime) * 1000;
    kept = { token: answer.access_token, until: now() + Math.max(lifetime - margin, lifetime / 2) };
    return kept.token;
  };
}

/** What the network said; the library would hide it behind an error of its own. */
interface NetworkFailure {
  cause?: unknown;
}

async function ask(options: ClientCredentials, signal: AbortSignal): Promise<oauth.TokenEndpointResponse> {
  const network: NetworkFailure = {};
  try {
    const configuration = configurationOf(options, { signal, network });
    return await oauth.clientCredentialsGrant(configuration, { scope: options.scope });
  } catch (error) {
    if (signal.aborted) throw abortReason(options.tokenUrl, signal);
    if (network.cause !== undefined) throw new Unreachable(options.tokenUrl, network.cause);
    throw translate(error, options.tokenUrl);
  }
}

function configurationOf(
  options: ClientCredentials,
  { signal, network }: { signal: AbortSignal; network: NetworkFailure },
): oauth.Configuration {
  const server = { issuer: new URL(options.tokenUrl).origin, token_endpoint: options.tokenUrl };
  const authentication = oauth.ClientSecretPost(options.clientSecret);
  const configuration = new oauth.Configuration(server, options.clientId, undefined, authentication);
  if (options.tokenUrl.startsWith('http:')) oauth.allowInsecureRequests(configuration);
  configuration[oauth.customFetch] = async (url, { method, headers, body }) => {
    if (!(body instanceof URLSearchParams)) throw new TypeError('a token request has a form as its body');
    const request = { method, headers, body: body.toString(), redirect: 'manual', signal } as const;
    return options.fetch(url, request).catch((error: unknown) => {
      network.cause = error;
      throw error;
    });
  };
  return configuration;
}

function translate(error: unknown, url: string): unknown {
  if (error instanceof oauth.ResponseBodyError)
    return refused(error.status, error.error_description ?? error.error, error.response);
  if (error instanceof oauth.ClientError && error.cause instanceof Response)
    return refused(error.cause.status, `The answer is no token response (${error.message})`, error.cause);
  return new Error(`No token from ${url}: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  });
}

function abortReason(url: string, signal: AbortSignal): unknown {
  const timedOut = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
  return timedOut ? new TimedOut(`${url} did not answer in time`, { cause: signal.reason }) : signal.reason;
}

/** A credential that the issuer does not take is told as such, whatever its status. */
function refused(status: number, message: string, answer: Response): RequestFailed {
  const serverFault = status >= 500;
  return new RequestFailed(`No token: ${message}`, {
    status: serverFault ? status : 401,
    code: serverFault ? '' : 'NotAuthenticated',
    opcRequestId: answer.headers.get('opc-request-id') ?? undefined,
    retryAfter: undefined,
  });
}
