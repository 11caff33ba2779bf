import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { CreatedOAuthClient } from '@mooring/contract';
import { decodeJwt } from 'jose';
import * as oauth from 'openid-client';
import { TestBrowser, type Answer } from './browser.fixture.ts';
import { openTestDomain, weather, type TestDomain } from './domain.fixture.ts';

const redirectUri = 'https://app.test/callback';
const password = 'correct horse battery';

let opened: TestDomain;
let client: CreatedOAuthClient;
let config: oauth.Configuration;
let origin: string;

before(async () => {
  opened = await openTestDomain();
  const { domain } = opened;
  origin = new URL(domain.issuer).origin;
  await domain.createUser({ name: 'mona', password });
  client = await domain.createClient({
    name: 'Chart <b>&</b>',
    applicationId: 'w',
    redirectUris: [redirectUri],
  });
  config = await configOf(client);
});
after(() => opened[Symbol.asyncDispose]());

function configOf({ clientId, clientSecret }: CreatedOAuthClient): Promise<oauth.Configuration> {
  const execute = [oauth.allowInsecureRequests];
  return oauth.discovery(new URL(opened.domain.issuer), clientId, clientSecret, undefined, { execute });
}

interface Authorization {
  readonly url: string;
  readonly verifier: string;
  readonly state: string;
}

async function authorization(parameters: Record<string, string> = {}): Promise<Authorization> {
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

const openPage = async (browser: TestBrowser, { url }: Authorization): Promise<Answer> =>
  browser.follow(await browser.get(url), origin);

const submit = async (browser: TestBrowser, page: Answer, fields: Record<string, string>): Promise<Answer> =>
  browser.follow(await browser.submit(page.url, fields), origin);

const credentials = { action: 'login', name: 'mona', password };

/** Signs in and consents; returns where the browser is sent to in the end. */
async function signIn(browser: TestBrowser, request: Authorization): Promise<URL> {
  const login = await openPage(browser, request);
  const consent = await submit(browser, login, credentials);
  return landing(await submit(browser, consent, { action: 'allow' }));
}

const landing = ({ headers }: Answer): URL => new URL(headers.get('location') ?? assert.fail('no redirect'));

const exchange = (landed: URL, { verifier, state }: Authorization, more = {}) =>
  oauth.authorizationCodeGrant(config, landed, { pkceCodeVerifier: verifier, expectedState: state }, more);

describe('authorization code with PKCE', () => {
  test('leads through login and consent to a token for the application, in the name of the user', async () => {
    const request = await authorization();
    const landed = await signIn(new TestBrowser(), request);
    assert.equal(landed.origin + landed.pathname, redirectUri);
    assert.equal(landed.searchParams.get('iss'), opened.domain.issuer);
    const tokens = await exchange(landed, request);
    const principal = await opened.verify(tokens.access_token, { audience: 'weather', scope: 'invoke' });
    assert.deepEqual(
      [principal.subject, principal.clientId, principal.scope],
      ['mona', client.clientId, 'invoke'],
    );
  });

  test('gives a refresh token that is renewed at each use and ends everything when it is used twice', async () => {
    const request = await authorization();
    const tokens = await exchange(await signIn(new TestBrowser(), request), request);
    const first = tokens.refresh_token ?? assert.fail('no refresh token');
    const renewed = await oauth.refreshTokenGrant(config, first);
    assert.ok(await opened.verify(renewed.access_token, { audience: 'weather', scope: 'invoke' }));
    assert.equal(decodeJwt(renewed.access_token).sub, 'mona');
    const second = renewed.refresh_token ?? assert.fail('no refresh token');
    assert.notEqual(second, first);
    await assert.rejects(oauth.refreshTokenGrant(config, first), { error: 'invalid_grant' });
    await assert.rejects(oauth.refreshTokenGrant(config, second), { error: 'invalid_grant' });
  });

  test('with openid gives an ID token, and a refresh token for offline_access only', async () => {
    const plain = await authorization({ scope: `openid ${client.scope}` });
    const tokens = await exchange(await signIn(new TestBrowser(), plain), plain);
    assert.equal(tokens.claims()?.sub, 'mona');
    assert.equal(tokens.refresh_token, undefined);
    assert.equal(decodeJwt(tokens.access_token).aud, 'weather');
    const offline = await authorization({
      scope: `openid offline_access ${client.scope}`,
      prompt: 'consent',
    });
    const more = await exchange(await signIn(new TestBrowser(), offline), offline);
    assert.ok(more.refresh_token);
    assert.equal(decodeJwt(more.access_token).scope, 'invoke');
  });

  test('takes the endpoint as resource and makes it the audience, with no scope named either', async () => {
    const resource = `${weather.urls[0]}/mcp`;
    for (const scope of [client.scope, '']) {
      const request = await authorization({ resource, scope });
      const tokens = await exchange(await signIn(new TestBrowser(), request), request, { resource });
      assert.ok(await opened.verify(tokens.access_token, { audience: resource, scope: 'invoke' }), scope);
      const renewed = await oauth.refreshTokenGrant(config, tokens.refresh_token ?? '', { resource });
      assert.ok(await opened.verify(renewed.access_token, { audience: resource, scope: 'invoke' }));
    }
  });

  test('of a signed-in user who consented asks nothing more', async () => {
    const browser = new TestBrowser();
    await signIn(browser, await authorization());
    const request = await authorization();
    const landed = landing(await openPage(browser, request));
    assert.ok(await exchange(landed, request));
  });

  test('spends a code once, and what came of it ends when it is used again', async () => {
    const request = await authorization();
    const landed = await signIn(new TestBrowser(), request);
    const tokens = await exchange(landed, request);
    await assert.rejects(exchange(landed, request), { error: 'invalid_grant' });
    await assert.rejects(oauth.refreshTokenGrant(config, tokens.refresh_token ?? ''), {
      error: 'invalid_grant',
    });
  });

  test('spends a code once when it is used many times at the same moment', async () => {
    const request = await authorization();
    const landed = await signIn(new TestBrowser(), request);
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => exchange(landed, request)));
    assert.ok(outcomes.filter(({ status }) => status === 'fulfilled').length <= 1);
  });

  test('refuses a wrong verifier, and another client with the code', async () => {
    const request = await authorization();
    const landed = await signIn(new TestBrowser(), request);
    const wrong = { ...request, verifier: oauth.randomPKCECodeVerifier() };
    await assert.rejects(exchange(landed, wrong), { error: 'invalid_grant' });
    const other = await configOf(
      await opened.domain.createClient({ name: 'x', applicationId: 'w', redirectUris: [redirectUri] }),
    );
    const check = { pkceCodeVerifier: request.verifier, expectedState: request.state };
    await assert.rejects(oauth.authorizationCodeGrant(other, landed, check), { error: 'invalid_grant' });
  });

  const refusals: [string, Record<string, string>, string][] = [
    ['no challenge', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
    [
      'a plain challenge',
      { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' },
      'invalid_request',
    ],
    ['an unknown scope', { scope: 'nope' }, 'invalid_scope'],
    ['a strange resource', { resource: 'https://elsewhere.test' }, 'invalid_target'],
    ['an implicit response', { response_type: 'token' }, 'unsupported_response_type'],
  ];
  for (const [what, parameters, error] of refusals)
    test(`with ${what} goes back with ${error}`, async () => {
      const answer = await openPage(new TestBrowser(), await authorization(parameters));
      const { search, hash } = landing(answer);
      assert.equal(new URLSearchParams(search || hash.slice(1)).get('error'), error);
    });

  test('with a foreign redirect URI or an unknown client shows a page and redirects nowhere', async () => {
    const strange: Record<string, string>[] = [
      { redirect_uri: 'https://evil.test/' },
      { client_id: 'nobody' },
    ];
    for (const parameters of strange) {
      const answer = await openPage(new TestBrowser(), await authorization(parameters));
      assert.equal(answer.status, 400);
      assert.equal(answer.headers.get('location'), null);
      assert.match(answer.headers.get('content-security-policy') ?? '', /form-action 'none'/);
      assert.match(answer.html, /Sign-in failed/);
    }
  });

  test('of an installed app may come back to any loopback port', async () => {
    const redirectUris = ['http://127.0.0.1/callback'];
    const native = await opened.domain.createClient({ name: 'native', applicationId: 'w', redirectUris });
    const parameters = { client_id: native.clientId, redirect_uri: 'http://127.0.0.1:51234/callback' };
    const landed = await signIn(new TestBrowser(), await authorization(parameters));
    assert.equal(landed.host, '127.0.0.1:51234');
  });
});

describe('the sign-in pages', () => {
  test('have no script, escape names, and forbid framing and foreign forms', async () => {
    const browser = new TestBrowser();
    const login = await openPage(browser, await authorization());
    const consent = await submit(browser, login, credentials);
    for (const page of [login, consent]) {
      assert.equal(page.status, 200);
      assert.match(page.html, /Chart &lt;b&gt;&amp;&lt;\/b&gt;/);
      assert.doesNotMatch(page.html, /<script|<b>| on[a-z]+=/);
      const policy = page.headers.get('content-security-policy') ?? '';
      for (const part of [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "form-action 'self' https://app.test;",
      ])
        assert.ok(policy.includes(part), policy);
      assert.equal(page.headers.get('cache-control'), 'no-store');
      assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
      assert.match(page.html, /<html lang="en">/);
    }
    assert.match(login.html, /<label for="name">/);
    assert.match(login.html, /<label for="password">/);
    assert.match(consent.html, /<code>weatherinvoke<\/code>/);
  });

  test('set HttpOnly, SameSite cookies below the path of the domain only', async () => {
    const answer = await new TestBrowser().get((await authorization()).url);
    const lines = answer.headers.getSetCookie();
    assert.ok(lines.length >= 2);
    for (const line of lines) assert.match(line, /; path=\/identity\/.*; samesite=lax; httponly/i);
  });

  test('say in words when the password is wrong, keep the name, and let the user try again', async () => {
    const browser = new TestBrowser();
    const login = await openPage(browser, await authorization());
    for (const name of ['mona', '"><i>', '']) {
      const again = await browser.submit(login.url, { action: 'login', name, password: 'wrong' });
      assert.equal(again.status, 403);
      assert.match(again.html, /role="alert" id="problem">The user name or the password is wrong/);
      assert.doesNotMatch(again.html, /<i>|wrong"/);
    }
    assert.equal((await submit(browser, login, credentials)).status, 200);
  });

  test('make a name wait after five failures, also with the right password', async () => {
    await opened.domain.createUser({ name: 'locked', password });
    const browser = new TestBrowser();
    const login = await openPage(browser, await authorization());
    const attempts = Array.from({ length: 5 }, () =>
      browser.submit(login.url, { action: 'login', name: 'locked', password: 'wrong' }),
    );
    for (const { status } of await Promise.all(attempts)) assert.equal(status, 403);
    const sixth = await browser.submit(login.url, { action: 'login', name: 'locked', password });
    assert.equal(sixth.status, 429);
    assert.ok(Number(sixth.headers.get('retry-after')) > 0);
  });

  test('go back with access_denied when the user cancels or denies', async () => {
    const browser = new TestBrowser();
    const login = await openPage(browser, await authorization());
    const cancelled = landing(await submit(browser, login, { action: 'deny' }));
    assert.equal(cancelled.searchParams.get('error'), 'access_denied');
    const again = await openPage(browser, await authorization());
    const consent = await submit(browser, again, credentials);
    const denied = landing(await submit(browser, consent, { action: 'deny' }));
    assert.equal(denied.searchParams.get('error'), 'access_denied');
    assert.equal(denied.searchParams.get('iss'), opened.domain.issuer);
  });

  test('belong to the browser that began: without its cookie, or with another one, there is nothing', async () => {
    const login = await openPage(new TestBrowser(), await authorization());
    const stranger = new TestBrowser();
    await openPage(stranger, await authorization());
    for (const browser of [new TestBrowser(), stranger]) {
      assert.equal((await browser.get(login.url)).status, 400);
      const answer = await browser.submit(login.url, credentials);
      assert.equal(answer.status, 400);
      assert.equal(answer.headers.get('location'), null);
    }
  });

  test('refuse a step out of turn, another method, another kind of body, and too large a form', async () => {
    const browser = new TestBrowser();
    const login = await openPage(browser, await authorization());
    assert.equal((await browser.submit(login.url, { action: 'allow' })).status, 400);
    assert.equal((await browser.submit(login.url, {})).status, 400);
    assert.equal(
      (await browser.submit(login.url, { ...credentials, padding: 'x'.repeat(20_000) })).status,
      413,
    );
    const cookie = [...browser.cookies]
      .map(([name, { value }]) => `${name.split(' ')[0]}=${value}`)
      .join('; ');
    const json = await fetch(login.url, {
      method: 'POST',
      body: '{}',
      headers: { cookie, 'content-type': 'application/json' },
    });
    assert.equal(json.status, 415);
    const put = await fetch(login.url, { method: 'PUT', headers: { cookie } });
    assert.deepEqual([put.status, put.headers.get('allow')], [405, 'GET, POST']);
  });
});
