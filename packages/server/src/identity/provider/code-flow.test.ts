import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { CreatedOAuthClient } from '@mooring/contract';
import { decodeJwt } from 'jose';
import * as oauth from 'openid-client';
import { TestBrowser, type Answer } from './browser.fixture.ts';
import { configOf, landing, openCodeFlow, password, redirectUri } from './code-flow.fixture.ts';
import { openTestDomain, temporaryFolder, weather } from './domain.fixture.ts';

const opened = await openTestDomain();
after(() => opened[Symbol.asyncDispose]());
await opened.addUser('mona', password);
const client = await opened.domain.createClient({
  name: 'Chart <b>&</b>',
  applicationId: 'w',
  redirectUris: [redirectUri],
});
const { begin, config, exchange, openPage, signIn } = await openCodeFlow(opened.domain, client);

describe('authorization code with PKCE', () => {
  test('leads through login and consent to a token for the application, in the name of the user', async () => {
    const request = await begin();
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
    const request = await begin();
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
    const plain = await begin({ scope: `openid ${client.scope}` });
    const tokens = await exchange(await signIn(new TestBrowser(), plain), plain);
    assert.equal(tokens.claims()?.sub, 'mona');
    assert.equal(tokens.refresh_token, undefined);
    assert.equal(decodeJwt(tokens.access_token).aud, 'weather');
    const offline = await begin({
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
      const request = await begin({ resource, scope });
      const tokens = await exchange(await signIn(new TestBrowser(), request), request, { resource });
      assert.ok(await opened.verify(tokens.access_token, { audience: resource, scope: 'invoke' }), scope);
      const renewed = await oauth.refreshTokenGrant(config, tokens.refresh_token ?? '', { resource });
      assert.ok(await opened.verify(renewed.access_token, { audience: resource, scope: 'invoke' }));
    }
  });

  test('of a signed-in user who consented asks nothing more', async () => {
    const browser = new TestBrowser();
    await signIn(browser, await begin());
    const request = await begin();
    const landed = landing(await openPage(browser, request));
    assert.ok(await exchange(landed, request));
  });

  test('spends a code once, and what came of it ends when it is used again', async () => {
    const request = await begin();
    const landed = await signIn(new TestBrowser(), request);
    const tokens = await exchange(landed, request);
    await assert.rejects(exchange(landed, request), { error: 'invalid_grant' });
    await assert.rejects(oauth.refreshTokenGrant(config, tokens.refresh_token ?? ''), {
      error: 'invalid_grant',
    });
  });

  test('spends a code once when it is used many times at the same moment', async () => {
    const request = await begin();
    const landed = await signIn(new TestBrowser(), request);
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => exchange(landed, request)));
    assert.ok(outcomes.filter(({ status }) => status === 'fulfilled').length <= 1);
  });

  test('refuses a wrong verifier, and another client with the code', async () => {
    const request = await begin();
    const landed = await signIn(new TestBrowser(), request);
    const wrong = { ...request, verifier: oauth.randomPKCECodeVerifier() };
    await assert.rejects(exchange(landed, wrong), { error: 'invalid_grant' });
    const other = await configOf(
      opened.domain,
      await opened.domain.createClient({ name: 'x', applicationId: 'w', redirectUris: [redirectUri] }),
    );
    const check = { pkceCodeVerifier: request.verifier, expectedState: request.state };
    await assert.rejects(oauth.authorizationCodeGrant(other, landed, check), { error: 'invalid_grant' });
  });

  test('gives a refresh token that another client cannot revoke, and its own can (RFC 7009)', async (context) => {
    const printed = context.mock.method(console, 'info', () => {});
    const request = await begin();
    const tokens = await exchange(await signIn(new TestBrowser(), request), request);
    const token = tokens.refresh_token ?? assert.fail('no refresh token');
    const stranger = await opened.domain.createClient({ name: 'x', applicationId: 'w' });
    const strange = await configOf(opened.domain, stranger);
    await assert.rejects(oauth.tokenRevocation(strange, token), { error: 'invalid_request' });
    const renewed = await oauth.refreshTokenGrant(config, token);
    const own = renewed.refresh_token ?? assert.fail('no refresh token');
    await oauth.tokenRevocation(config, own);
    await assert.rejects(oauth.refreshTokenGrant(config, own), { error: 'invalid_grant' });
    // The library says there which of its policies it has to guess.
    assert.deepEqual(
      printed.mock.calls.map(({ arguments: [text] }) => String(text)),
      [],
    );
  });

  test('leaves out what a resource does not have beside what it has: who steps up asks for both', async () => {
    const resource = `${weather.urls[0]}/mcp`;
    const request = await begin({ resource, scope: 'openid weatherread weatherinvoke' });
    const browser = new TestBrowser();
    const tokens = await exchange(await signIn(browser, request), request, { resource });
    assert.equal(tokens.scope, 'weatherinvoke');
    assert.ok(await opened.verify(tokens.access_token, { audience: resource, scope: 'invoke' }));
  });

  const refusals: [string, Record<string, string>, string][] = [
    ['no challenge', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
    [
      'a plain challenge',
      { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' },
      'invalid_request',
    ],
    ['an unknown scope', { scope: 'nope' }, 'invalid_scope'],
    [
      'an unknown scope of a resource',
      { scope: 'nope openid', resource: `${weather.urls[0]}/mcp` },
      'invalid_scope',
    ],
    ['one good scope and a strange one', { scope: 'weatherinvoke nope' }, 'invalid_scope'],
    ['a strange resource', { resource: 'https://elsewhere.test' }, 'invalid_target'],
    ['an implicit response', { response_type: 'token' }, 'unsupported_response_type'],
  ];
  for (const [what, parameters, error] of refusals)
    test(`with ${what} goes back with ${error}`, async () => {
      const answer = await openPage(new TestBrowser(), await begin(parameters));
      const { search, hash } = landing(answer);
      assert.equal(new URLSearchParams(search || hash.slice(1)).get('error'), error);
    });

  test('with a foreign redirect URI or an unknown client shows a page and redirects nowhere', async () => {
    const strange: Record<string, string>[] = [
      { redirect_uri: 'https://evil.test/' },
      { client_id: 'nobody' },
    ];
    for (const parameters of strange) {
      const answer = await openPage(new TestBrowser(), await begin(parameters));
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
    const landed = await signIn(new TestBrowser(), await begin(parameters));
    assert.equal(landed.host, '127.0.0.1:51234');
  });
});

test('a refresh token survives a restart, also under another name of the server', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'store.db');
  let client: CreatedOAuthClient;
  let refreshToken: string;
  {
    await using first = await openTestDomain({ path });
    await first.addUser('mona', password);
    client = await first.domain.createClient({ name: 'x', applicationId: 'w', redirectUris: [redirectUri] });
    const flow = await openCodeFlow(first.domain, client);
    const request = await flow.begin();
    const tokens = await flow.exchange(await flow.signIn(new TestBrowser(), request), request);
    refreshToken = tokens.refresh_token ?? assert.fail('no refresh token');
  }
  await using second = await openTestDomain({ path });
  const renewed = await oauth.refreshTokenGrant(await configOf(second.domain, client), refreshToken);
  const principal = await second.verify(renewed.access_token, { audience: 'weather', scope: 'invoke' });
  assert.deepEqual([principal.subject, principal.issuer], ['mona', second.domain.issuer]);
});

test('what has expired leaves the store', async () => {
  const clock = { offset: 0, now: () => Date.now() + clock.offset };
  await using fresh = await openTestDomain({ clock });
  const flow = await openCodeFlow(
    fresh.domain,
    await fresh.domain.createClient({ name: 'x', applicationId: 'w', redirectUris: [redirectUri] }),
  );
  const uidOf = ({ url }: Answer): string => url.split('/').at(-1) ?? '';
  const uid = uidOf(await flow.openPage(new TestBrowser(), await flow.begin()));
  assert.ok(await fresh.store.grants.get('Interaction', uid));
  clock.offset = 3_600_000;
  const next = uidOf(await flow.openPage(new TestBrowser(), await flow.begin()));
  assert.ok(await fresh.store.grants.get('Interaction', next));
  assert.equal(await fresh.store.grants.get('Interaction', uid), undefined);
});
