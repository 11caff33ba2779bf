import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { after, describe, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { loginClientId } from '@mooring/contract';
import { decodeJwt } from 'jose';
import * as oauth from 'openid-client';
import { readCertificate } from '../../kit/certificate.ts';
import { TestBrowser } from './browser.fixture.ts';
import { credentials, password } from './code-flow.fixture.ts';
import { openTestDomain, temporaryFolder, weather } from './domain.fixture.ts';

const opened = await openTestDomain({ allowRegistration: true });
after(() => opened[Symbol.asyncDispose]());
await opened.addUser('mona', password);
await opened.addUser('olga', password, 'operator');

const execute = [oauth.allowInsecureRequests];
const { issuer } = opened.domain;
const { origin } = new URL(issuer);
const endpoint = `${weather.urls[0]}/mcp`;

/** Goes by code and PKCE as whoever knows the endpoint's URL alone. */
async function signIn(
  config: oauth.Configuration,
  redirectUri: string,
): Promise<oauth.TokenEndpointResponse> {
  const verifier = oauth.randomPKCECodeVerifier();
  const url = oauth.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    resource: endpoint,
    scope: 'weatherinvoke',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const browser = new TestBrowser();
  const { origin } = url;
  const login = await browser.follow(await browser.get(url.href), origin);
  const consent = await browser.follow(await browser.submit(login.url, credentials), origin);
  assert.match(consent.html, /The answer goes to/);
  const done = await browser.follow(await browser.submit(consent.url, { action: 'allow' }), origin);
  const landed = new URL(done.headers.get('location') ?? assert.fail('no redirect'));
  return oauth.authorizationCodeGrant(config, landed, { pkceCodeVerifier: verifier }, { resource: endpoint });
}

describe('a client that registers itself', () => {
  for (const method of ['none', 'client_secret_post', 'client_secret_basic'])
    test(`with ${method} gets a token for the endpoint, and a new one by its refresh token`, async () => {
      const config = await oauth.dynamicClientRegistration(
        new URL(issuer),
        {
          client_name: 'Inspector',
          redirect_uris: ['http://127.0.0.1:6274/oauth/callback'],
          grant_types: ['authorization_code', 'refresh_token'],
          token_endpoint_auth_method: method,
          scope: 'weatherinvoke',
        },
        undefined,
        { execute },
      );
      const tokens = await signIn(config, 'http://127.0.0.1:6274/oauth/callback');
      const rules = { audience: endpoint, scope: 'invoke' };
      assert.equal((await opened.verify(tokens.access_token, rules)).subject, 'mona');
      const renewed = await oauth.refreshTokenGrant(config, tokens.refresh_token ?? '');
      assert.ok(await opened.verify(renewed.access_token, rules));
      await assert.rejects(oauth.clientCredentialsGrant(config), { error: 'invalid_request' });
    });

  test('may not ask for management, nor for what is not there', async () => {
    const config = await oauth.dynamicClientRegistration(
      new URL(issuer),
      { redirect_uris: ['https://app.test/'], token_endpoint_auth_method: 'none' },
      undefined,
      { execute },
    );
    const questions: Record<string, string>[] = [
      { scope: 'urn:mooring:managementadmin' },
      { resource: 'https://elsewhere.test/' },
      {},
    ];
    for (const asked of questions) {
      const url = oauth.buildAuthorizationUrl(config, {
        redirect_uri: 'https://app.test/',
        code_challenge: 'x'.repeat(43),
        code_challenge_method: 'S256',
        ...asked,
      });
      const answer = await new TestBrowser().get(url.href);
      assert.match(answer.headers.get('location') ?? '', /error=invalid_(target|scope)/);
    }
  });

  test('is refused when it says nothing useful, and a page in a browser may register', async () => {
    const register = `${issuer}/oauth2/v1/register`;
    for (const body of ['{', '[]', '{"redirect_uris":["x"]}', '{"redirect_uris":[]}']) {
      const headers = { 'content-type': 'application/json' };
      const { status } = await fetch(register, { method: 'POST', headers, body });
      assert.equal(status, 400, body);
    }
    const preflight = { origin: 'https://app.test', 'access-control-request-method': 'POST' };
    const { headers } = await fetch(register, { method: 'OPTIONS', headers: preflight });
    assert.equal(headers.get('access-control-allow-origin'), '*');
  });

  test('cannot do so where the switch is off', async () => {
    await using closed = await openTestDomain();
    const { status } = await fetch(`${closed.base}/oauth2/v1/register`, { method: 'POST', body: '{}' });
    assert.equal(status, 404);
    const document = await fetch(`${closed.base}/.well-known/openid-configuration`);
    const described = new Map(Object.entries(Object(await document.json())));
    assert.equal(described.get('registration_endpoint'), undefined);
    assert.equal(described.get('client_id_metadata_document_supported'), true);
    assert.deepEqual(described.get('code_challenge_methods_supported'), ['S256']);
    assert.equal(described.get('authorization_response_iss_parameter_supported'), true);
  });
});

describe('the device flow', () => {
  const configOf = (): Promise<oauth.Configuration> =>
    oauth.discovery(new URL(issuer), loginClientId, undefined, oauth.None(), { execute });

  async function begin(name: string, link: (device: oauth.DeviceAuthorizationResponse) => string) {
    const config = await configOf();
    const device = await oauth.initiateDeviceAuthorization(config, {});
    const browser = new TestBrowser();
    const input = await browser.get(link(device));
    const xsrf = /name="xsrf" value="(\w+)"/.exec(input.html)?.[1] ?? assert.fail('no form');
    const fields = { xsrf, user_code: device.user_code };
    const confirm = await browser.submit(`${issuer}/device`, fields);
    assert.match(confirm.html, new RegExp(device.user_code));
    const login = await browser.follow(
      await browser.submit(`${issuer}/device`, { ...fields, confirm: 'yes' }),
      origin,
    );
    const consent = await browser.follow(
      await browser.submit(login.url, { action: 'login', name, password }),
      origin,
    );
    return { config, device, browser, input, consent };
  }

  test('leads an operator to a token of that role, which a refresh token renews', async () => {
    const { config, device, browser, input, consent } = await begin(
      'olga',
      (one) => one.verification_uri_complete ?? '',
    );
    assert.match(input.html, new RegExp(`value="${device.user_code}"`));
    assert.doesNotMatch(input.html, /<script/);
    assert.match(consent.html, /management of this server \(operator\)/);
    const done = await browser.follow(await browser.submit(consent.url, { action: 'allow' }), origin);
    assert.match(done.html, /Signed in/);
    const tokens = await oauth.pollDeviceAuthorizationGrant(config, { ...device, interval: 0.1 });
    const { sub, scope, aud } = decodeJwt(tokens.access_token);
    assert.deepEqual([sub, scope, aud], ['olga', 'read-only operator', 'urn:mooring:management']);
    const renewed = await oauth.refreshTokenGrant(config, tokens.refresh_token ?? assert.fail());
    assert.equal(decodeJwt(renewed.access_token)['scope'], 'read-only operator');
    await oauth.tokenRevocation(config, renewed.refresh_token ?? '');
    await assert.rejects(oauth.refreshTokenGrant(config, renewed.refresh_token ?? ''), {
      error: 'invalid_grant',
    });
    assert.equal((await opened.store.revocations.list()).at(-1)?.kind, 'grant');
  });

  test('tells a user without a role, and gives no token', async () => {
    const { consent } = await begin('mona', ({ verification_uri: uri }) => uri);
    assert.equal(consent.status, 403);
    assert.match(consent.html, /may not manage this server/);
  });

  test('refuses a form that comes without the session of its page', async () => {
    for (const cookie of ['', 'mooring_sign_in=made-up']) {
      const body = new URLSearchParams({ user_code: 'BBBB-BBBB', xsrf: 'x' });
      const answer = await fetch(`${issuer}/device`, { method: 'POST', body, headers: { cookie } });
      assert.equal(answer.status, 400);
      assert.match(await answer.text(), /no longer valid/);
    }
  });

  test('says that a code is wrong, and has everybody wait after many wrong ones', async () => {
    await using fresh = await openTestDomain();
    const browser = new TestBrowser();
    let page = await browser.get(`${fresh.base}/device`);
    for (let count = 0; count < 60; count += 1) {
      const xsrf = /name="xsrf" value="(\w+)"/.exec(page.html)?.[1] ?? assert.fail('no form');
      page = await browser.submit(`${fresh.base}/device`, { xsrf, user_code: 'BBBB-BBBB' });
      assert.match(page.html, /role="alert"[^>]*>There is no such code/);
    }
    const refused = await browser.submit(`${fresh.base}/device`, { user_code: 'BBBB-BBBB' });
    assert.equal(refused.status, 429);
  });
});

describe('a client that is described by a document at its own URL', () => {
  /** Such a document, over https with an authority that this process trusts. */
  async function publish(document: (url: string) => unknown) {
    await using owned = new AsyncDisposableStack();
    const folder = owned.use(await temporaryFolder());
    const choice = { host: '127.0.0.1', publicUrl: [], managePublicUrl: [] };
    const certificate = await readCertificate(folder.path, choice, Date.now());
    setDefaultCACertificates([...getCACertificates(), certificate.ca ?? '']);
    const server = createServer(certificate, (_request, response) => {
      asked.count += 1;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(document(url)));
    });
    const asked = { count: 0 };
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://localhost:${Object(server.address()).port}/client.json`;
    owned.defer(() => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    });
    const everything = owned.move();
    return { url, asked, [Symbol.asyncDispose]: () => everything.disposeAsync() };
  }

  const redirectUri = 'http://127.0.0.1:33418/callback';
  const sound = (url: string): unknown => ({
    client_id: url,
    client_name: 'Editor',
    redirect_uris: [redirectUri],
    scope: 'whatever it thinks of',
  });

  test('gets a token for the endpoint', async () => {
    await using documents = await publish(sound);
    await using trusting = await openTestDomain({ allowPrivateIssuers: true });
    await trusting.addUser('mona', password);
    const config = await oauth.discovery(
      new URL(trusting.domain.issuer),
      documents.url,
      undefined,
      oauth.None(),
      { execute },
    );
    const tokens = await signIn(config, redirectUri);
    const rules = { audience: endpoint, scope: 'invoke' };
    assert.equal((await trusting.verify(tokens.access_token, rules)).clientId, documents.url);
  });

  const bad: [string, (url: string) => unknown, boolean][] = [
    ['at a private address', sound, false],
    ['of another client', () => sound('https://elsewhere.test/client.json'), true],
    [
      'with a secret',
      (url) => ({ ...Object(sound(url)), token_endpoint_auth_method: 'client_secret_post' }),
      true,
    ],
    ['that is no object', () => 'nothing', true],
    ['that is too large', (url) => ({ ...Object(sound(url)), more: 'x'.repeat(70_000) }), true],
  ];
  for (const [what, document, allowPrivateIssuers] of bad)
    test(`is refused with a page when it is one ${what}`, async () => {
      await using documents = await publish(document);
      await using domain = await openTestDomain({ allowPrivateIssuers });
      const query = new URLSearchParams({
        client_id: documents.url,
        response_type: 'code',
        redirect_uri: redirectUri,
        resource: endpoint,
        code_challenge: 'x'.repeat(43),
        code_challenge_method: 'S256',
      });
      const answer = await new TestBrowser().get(`${domain.base}/oauth2/v1/authorize?${query.toString()}`);
      assert.deepEqual([Math.floor(answer.status / 100), answer.headers.get('location')], [4, null]);
      assert.match(answer.html, /Sign-in failed/);
      if (!allowPrivateIssuers) assert.equal(documents.asked.count, 0);
    });
});
