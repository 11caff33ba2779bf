/** Signing in as a person at the embedded identity domain of a server: by device code (RFC 8628), from a command line. */
import * as oauth from 'openid-client';
import { loginClientId, paths } from '@mooring/contract';
import { RequestFailed, Unreachable } from './failure.ts';
import type { Fetch } from './fetch.ts';

/** Where to sign in, and how to get there. */
export interface LoginPlace {
  /** Base URL of the management listener. */
  readonly managementUrl: string;
  readonly fetch: Fetch;
  readonly signal: AbortSignal;
}

export interface LoginTokens {
  readonly accessToken: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Replaced at each use; the one before is worth nothing then. */
  readonly refreshToken: string;
}

export interface LoginStep {
  /** What the person opens in a browser, and the code to type or to compare there. */
  readonly url: string;
  readonly urlWithCode: string;
  readonly code: string;
  /** Resolves when the person has signed in; throws a RequestFailed when not, or not in time. */
  readonly tokens: () => Promise<LoginTokens>;
}

export async function beginLogin(place: LoginPlace): Promise<LoginStep> {
  const { signal } = place;
  return asked(place, async (configuration) => {
    const device = await oauth.initiateDeviceAuthorization(configuration, {});
    return {
      url: device.verification_uri,
      urlWithCode: device.verification_uri_complete ?? device.verification_uri,
      code: device.user_code,
      tokens: () =>
        asked(place, async (again) =>
          tokensOf(await oauth.pollDeviceAuthorizationGrant(again, device, undefined, { signal })),
        ),
    };
  });
}

/** New tokens. Throws a RequestFailed NotAuthenticated when the refresh token is not taken any more. */
export function refreshLogin(place: LoginPlace, refreshToken: string): Promise<LoginTokens> {
  return asked(place, async (configuration) =>
    tokensOf(await oauth.refreshTokenGrant(configuration, refreshToken)),
  );
}

/** Ends the sign-in at the server: its tokens are refused from then on. */
export function endLogin(place: LoginPlace, refreshToken: string): Promise<void> {
  return asked(place, (configuration) => oauth.tokenRevocation(configuration, refreshToken));
}

/** Assumed when the answer does not say how long a token lasts, in seconds. */
const defaultLifetime = 300;

function tokensOf(answer: oauth.TokenEndpointResponse): LoginTokens {
  const {
    access_token: accessToken,
    refresh_token: refreshToken,
    expires_in: lifetime = defaultLifetime,
  } = answer;
  if (refreshToken === undefined) throw new Error('the server gave no refresh token');
  return { accessToken, refreshToken, expiresAt: Date.now() + lifetime * 1000 };
}

async function asked<Result>(
  { managementUrl, fetch, signal }: LoginPlace,
  work: (configuration: oauth.Configuration) => Promise<Result>,
): Promise<Result> {
  const issuer = managementUrl.replace(/\/+$/, '') + paths.identity;
  const server = {
    issuer,
    token_endpoint: `${issuer}/oauth2/v1/token`,
    device_authorization_endpoint: `${issuer}/oauth2/v1/device`,
    revocation_endpoint: `${issuer}/oauth2/v1/revoke`,
  };
  const configuration = new oauth.Configuration(server, loginClientId, undefined, oauth.None());
  if (issuer.startsWith('http:')) oauth.allowInsecureRequests(configuration);
  const network: { cause?: unknown } = {};
  configuration[oauth.customFetch] = async (url, { method, headers, body }) => {
    if (!(body instanceof URLSearchParams)) throw new TypeError('these requests have a form as their body');
    const request = { method, headers, body: body.toString(), redirect: 'manual', signal } as const;
    return fetch(url, request).catch((error: unknown) => {
      network.cause = error;
      throw error;
    });
  };
  try {
    return await work(configuration);
  } catch (error) {
    signal.throwIfAborted();
    if (network.cause !== undefined) throw new Unreachable(issuer, network.cause);
    if (error instanceof oauth.ResponseBodyError) throw refusalOf(error);
    throw error;
  }
}

function refusalOf({
  status,
  error,
  error_description: description,
}: oauth.ResponseBodyError): RequestFailed {
  return new RequestFailed(`Not signed in: ${description ?? error}`, {
    status: status >= 500 ? status : 401,
    code: status >= 500 ? '' : 'NotAuthenticated',
    opcRequestId: undefined,
    retryAfter: undefined,
  });
}
