import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { TestBrowser } from './browser.fixture.ts';
import { credentials, landing, openCodeFlow, password, redirectUri } from './code-flow.fixture.ts';
import { openTestDomain } from './domain.fixture.ts';

const opened = await openTestDomain();
after(() => opened[Symbol.asyncDispose]());
await opened.addUser('mona', password);
const client = await opened.domain.createClient({
  name: 'Chart <b>&</b>',
  applicationId: 'w',
  redirectUris: [redirectUri],
});
const { begin, openPage, submit } = await openCodeFlow(opened.domain, client);

describe('the sign-in pages', () => {
  test('have no script, escape names, and forbid framing and foreign forms', async () => {
    const browser = new TestBrowser();
    const login = await openPage(browser, await begin());
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
    const answer = await new TestBrowser().get((await begin()).url);
    const lines = answer.headers.getSetCookie();
    assert.ok(lines.length >= 2);
    for (const line of lines) assert.match(line, /; path=\/identity\/.*; samesite=lax; httponly/i);
  });

  test('say in words when the password is wrong, keep the name, and let the user try again', async () => {
    const browser = new TestBrowser();
    const login = await openPage(browser, await begin());
    for (const name of ['mona', '"><i>', '']) {
      const again = await browser.submit(login.url, { action: 'login', name, password: 'wrong' });
      assert.equal(again.status, 403);
      assert.match(again.html, /role="alert" id="problem">The user name or the password is wrong/);
      assert.doesNotMatch(again.html, /<i>|wrong"/);
    }
    assert.equal((await submit(browser, login, credentials)).status, 200);
  });

  test('make a name wait after five failures, also with the right password', async () => {
    await opened.addUser('locked', password);
    const browser = new TestBrowser();
    const login = await openPage(browser, await begin());
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
    const login = await openPage(browser, await begin());
    const cancelled = landing(await submit(browser, login, { action: 'deny' }));
    assert.equal(cancelled.searchParams.get('error'), 'access_denied');
    const again = await openPage(browser, await begin());
    const consent = await submit(browser, again, credentials);
    const denied = landing(await submit(browser, consent, { action: 'deny' }));
    assert.equal(denied.searchParams.get('error'), 'access_denied');
    assert.equal(denied.searchParams.get('iss'), opened.domain.issuer);
  });

  test('belong to the browser that began: without its cookie, or with another one, there is nothing', async () => {
    const login = await openPage(new TestBrowser(), await begin());
    const stranger = new TestBrowser();
    await openPage(stranger, await begin());
    for (const browser of [new TestBrowser(), stranger]) {
      assert.equal((await browser.get(login.url)).status, 400);
      const answer = await browser.submit(login.url, credentials);
      assert.equal(answer.status, 400);
      assert.equal(answer.headers.get('location'), null);
    }
  });

  test('refuse a step out of turn, another method, another kind of body, and too large a form', async () => {
    const browser = new TestBrowser();
    const login = await openPage(browser, await begin());
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

test('behind a plain listener an https issuer still has https URLs and Secure cookies', async () => {
  await using secure = await openTestDomain({ issuer: 'https://mooring.test/identity' });
  const made = await secure.domain.createClient({
    name: 'x',
    applicationId: 'w',
    redirectUris: [redirectUri],
  });
  const query = new URLSearchParams({
    client_id: made.clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: made.scope,
    code_challenge: 'x'.repeat(43),
    code_challenge_method: 'S256',
  });
  const answer = await new TestBrowser().get(`${secure.base}/oauth2/v1/authorize?${query.toString()}`);
  assert.match(answer.headers.get('location') ?? '', /^https:\/\/mooring\.test\/identity\/interaction\//);
  const lines = answer.headers.getSetCookie();
  assert.ok(lines.length >= 2);
  for (const line of lines) assert.match(line, /; secure/i);
});
