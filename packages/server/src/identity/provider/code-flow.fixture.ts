/** An application that signs users in with openid-client, and the browser steps of that. */
import assert from 'node:assert/strict';
import type { CreatedOAuthClient } from '@mooring/contract';
import * as oauth from 'openid-client';
import type { Answer, TestBrowser } from './browser.fixture.ts';
import type { IdentityDomain } from './open.ts';

export const redirectUri = 'https://app.test/callback';
export const password = 'correct horse battery';
export const credentials = { action: 'login', name: 'mona', password };

/** One authorization request, as the application remembers it. */
export interface Authorization {
  readonly url: string;
  readonly verifier: string;
  readonly state: string;
}

export interface CodeFlow {
  readonly client: CreatedOAuthClient;
  readonly config: oauth.Configuration;
  readonly begin: (parameters?: Record<string, string>) => Promise<Authorization>;
  /** Opens the request in a browser up to the first page. */
  readonly openPage: (browser: TestBrowser, request: Authorization) => Promise<Answer>;
  readonly submit: (browser: TestBrowser, page: Answer, fields: Record<string, string>) => Promise<Answer>;
  /** Signs in and consents; returns where the browser is sent to in the end. */
  readonly signIn: (browser: TestBrowser, request: Authorization) => Promise<URL>;
  readonly exchange: (
    landed: URL,
    request: Authorization,
    parameters?: Record<string, string>,
  ) => Promise<oauth.TokenEndpointResponse & oauth.TokenEndpointResponseHelpers>;
}

/** Where a page redirects to. */
export const landing = ({ headers }: Answer): URL =>
  new URL(headers.get('location') ?? assert.fail('no redirect'));

export function configOf(domain: IdentityDomain, client: CreatedOAuthClient): Promise<oauth.Configuration> {
  const { clientId, clientSecret } = client;
  const execute = [oauth.allowInsecureRequests];
  return oauth.discovery(new URL(domain.issuer), clientId, clientSecret, undefined, { execute });
}

export async function openCodeFlow(domain: IdentityDomain, client: CreatedOAuthClient): Promise<CodeFlow> {
  const config = await configOf(domain, client);
  const { origin } = new URL(domain.issuer);
  const openPage: CodeFlow['openPage'] = async (browser, { url }) =>
    browser.follow(await browser.get(url), origin);
  const submit: CodeFlow['submit'] = async (browser, page, fields) =>
    browser.follow(await browser.submit(page.url, fields), origin);
  return {
    client,
    config,
    begin: (parameters = {}) => begin({ client, config, parameters }),
    openPage,
    submit,
    async signIn(browser, request) {
      const consent = await submit(browser, await openPage(browser, request), credentials);
      return landing(await submit(browser, consent, { action: 'allow' }));
    },
    exchange: (landed, { verifier, state }, parameters) =>
      oauth.authorizationCodeGrant(
        config,
        landed,
        { pkceCodeVerifier: verifier, expectedState: state },
        parameters,
      ),
  };
}

interface Beginning {
  readonly client: CreatedOAuthClient;
  readonly config: oauth.Configuration;
  readonly parameters: Record<string, string>;
}

async function begin({ client, config, parameters }: Beginning): Promise<Authorization> {
  const verifier = oauth.randomPKCECodeVerifier();
  const state = oauth.randomState();
  const url = oauth.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: client.scope,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    ...parameters,
  });
  return { url: url.href, verifier, state };
}
