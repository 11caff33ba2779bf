/** Browsers: a page elsewhere signs in and calls a hosted MCP server, and pages of applications are kept apart. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { ticketFor } from '@mooring/client';
import { invokePath, livePath, ownOrigin } from '@mooring/contract';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { bundle } from '../fixtures/bundle.ts';
import { chromiumMissing, chromiumPath, inContext, startChromium, startSite } from '../fixtures/chromium.ts';
import { startTestServer } from '../fixtures/server.ts';
import { verifies } from '../verifies.ts';

const module = (path: string): string => new URL(path, import.meta.url).pathname;

/** Chromium takes every name below localhost for this machine. */
const appsDomain = 'apps.localhost';

describe('the client as bundlers for pages find it', () => {
  it('needs nothing that only Node has', async () => {
    assert.match(await bundle(module('../page/page.ts')), /WebSocket/);
  });

  it('is another one than that for Node, which would not do', async () => {
    await assert.rejects(bundle(module('../../packages/client/src/index.ts')), /only Node has/);
  });
});

const program = chromiumPath();
if (program === undefined) it('a page in a browser', { skip: chromiumMissing });
else describe('a page in a browser', () => scenarios(program));

const heard = z.object({
  tools: z.object({ tools: z.array(z.object({ name: z.string() })) }),
  called: z.object({
    content: z.array(z.object({ type: z.literal('text'), text: z.string().min(1) })).min(1),
  }),
});

const heardLive = heard.extend({
  opened: z.object({ kind: z.literal('open'), subprotocol: z.string(), connectionId: z.string().optional() }),
  states: z.array(z.string()),
});

const toolsOf = ({ tools }: z.infer<typeof heard>): string[] => tools.tools.map(({ name }) => name);

/** Calls a function of the page's script. */
async function call(
  page: Page,
  name: 'begin' | 'finish' | 'talk' | 'talkOverHttp' | 'whoAmI',
  ...given: object[]
): Promise<unknown> {
  const parameters = given.map((each) => JSON.stringify(each)).join(', ');
  return await page.evaluate(`${name}(${parameters})`);
}

function scenarios(executablePath: string): void {
  const owned = new AsyncDisposableStack();
  after(() => owned.disposeAsync());
  const started = start();

  async function start() {
    const test = owned.use(await startTestServer({ allowRegistration: true, appsDomain }));
    setDefaultCACertificates([...getCACertificates(), test.server.profile.ca ?? '']);
    const script = await bundle(module('../page/page.ts'));
    const ours = owned.use(await startSite('localhost', script));
    const foreign = owned.use(await startSite('127.0.0.1', script));
    const weather = await test.deploy({
      name: 'weather',
      // Its answer without the forecast service: a text that says so.
      environment: { NWS_API_BASE: 'http://127.0.0.1:9' },
      command: ['node', '--conditions=mooring', 'server.ts'],
      workingDirectory: module('../../examples/weather'),
      settings: { allowedOrigins: [ours.origin] },
    });
    assert.deepEqual(weather.errors, []);
    const browser: Browser = await startChromium(executablePath);
    owned.defer(() => browser.close());
    const url = test.server.urls.applications.replace('https', 'wss') + livePath(weather.id, '/ws');
    const weatherHttp = test.server.urls.applications + invokePath(weather.id, '/mcp');
    return { test, script, ours, foreign, weather, browser, url, weatherHttp };
  }

  const tools = ['get-weather', 'get-alerts', 'get-forecast'];
  const forecast = { name: 'get-alerts', arguments: { state: 'CA' } };

  it(
    verifies(
      ['auth:origin', 'origin:preflight', 'origin:readable', 'ticket:single', 'token:renewal'],
      'of an allowed origin signs in by code and PKCE, lists the tools and calls one, over WebSocket and HTTP',
    ),
    async () => {
      const { test, ours, browser, url, weatherHttp } = await started;
      const { server, management } = test;
      const { password = '' } = await management.users.create({ name: 'mona' });
      const issuer = `${server.urls.management}/identity`;
      const redirectUri = `${ours.origin}/back`;
      const registered = await fetch(`${issuer}/oauth2/v1/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }),
      });
      const { client_id: clientId } = z.object({ client_id: z.string() }).parse(await registered.json());
      const signIn = { issuer, clientId, redirectUri };

      await inContext(browser, async (context) => {
        const page = await context.newPage();
        await page.goto(ours.origin);
        const begun = z
          .object({ url: z.string(), verifier: z.string(), state: z.string() })
          .parse(await call(page, 'begin', { ...signIn, scope: 'urn:test:weather:invoke' }));
        await page.goto(begun.url);
        await page.getByLabel('User name').fill('mona');
        await page.getByLabel('Password').fill(password);
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByRole('button', { name: 'Allow' }).click();
        await page.waitForURL(`${redirectUri}?*`);
        const token = await call(page, 'finish', signIn, { ...begun, url: page.url() });

        for (const tokenBy of ['ticket', 'subprotocol']) {
          const answer = heardLive.parse(await call(page, 'talk', { url, token, tokenBy, call: forecast }));
          assert.equal(answer.opened.subprotocol, 'mcp');
          assert.equal(answer.opened.connectionId !== undefined, tokenBy === 'ticket');
          assert.deepEqual(answer.states, ['connecting', 'open', 'closed']);
          assert.deepEqual(toolsOf(answer), tools);
        }
        const http = { url: weatherHttp, token, call: forecast };
        assert.deepEqual(toolsOf(heard.parse(await call(page, 'talkOverHttp', http))), tools);
      });
    },
  );

  it(verifies('auth:origin', 'of another origin is refused, with the same token'), async () => {
    const { test, foreign, browser, url, weather, weatherHttp } = await started;
    await inContext(browser, async (context) => {
      const page = await context.newPage();
      await page.goto(foreign.origin);
      const token = await test.token(weather.id);
      for (const tokenBy of ['ticket', 'subprotocol'])
        await assert.rejects(
          call(page, 'talk', { url, token, tokenBy, call: forecast }),
          /Unreachable: No server answers/,
        );
      const http = { url: weatherHttp, token, call: forecast };
      await assert.rejects(call(page, 'talkOverHttp', http), /Failed to fetch/);
    });
  });

  it(
    verifies(
      ['browser:sandbox', 'browser:cookies'],
      'of an application reads neither the answers nor the cookies of another application',
    ),
    async () => {
      const { test, browser } = await started;
      const site = (name: string) =>
        test.deploy({
          name,
          auth: { inboundAuthConfigType: 'NO_AUTH_CONFIG' },
          environment: { NAME: name },
          command: ['node', '--conditions=mooring', 'site-app.ts'],
          workingDirectory: module('../fixtures'),
        });
      const [good, evil] = [await site('good'), await site('evil')];
      assert.deepEqual([good.errors, evil.errors], [[], []]);
      await inContext(browser, async (context) => {
        const page = await context.newPage();
        const cookiesAt = async (url: string): Promise<unknown> => {
          await page.goto(url);
          return JSON.parse((await page.textContent('body')) ?? '');
        };
        await page.goto(good.http('/'));
        await page.goto(evil.http('/'));
        assert.deepEqual(await cookiesAt(good.http('/cookies')), {
          name: 'good',
          cookies: 'from-good=secret',
        });
        assert.deepEqual(await cookiesAt(evil.http('/cookies')), {
          name: 'evil',
          cookies: 'from-evil=secret',
        });

        await page.goto(evil.http('/'));
        assert.equal(await page.evaluate('origin'), 'null');
        await assert.rejects(page.evaluate('document.cookie'), /SecurityError|sandboxed/);
        const target = JSON.stringify(good.http('/cookies'));
        await assert.rejects(
          page.evaluate(`fetch(${target}).then((answer) => answer.text())`),
          /Failed to fetch/,
        );
        const framed = await page.evaluate(`new Promise((resolve) => {
        const frame = document.createElement('iframe');
        frame.onload = () => resolve(frame.contentDocument === null);
        frame.src = ${target};
        document.body.append(frame);
      })`);
        assert.equal(framed, true);
      });
    },
  );

  it(
    verifies(
      ['host:apart', 'host:own', 'host:reserved'],
      'that an application serves on its own host runs, keeps its cookies, and opens its own connection; a sibling reads nothing',
    ),
    async () => {
      const { test, script, browser } = await started;
      const site = async (name: string) => {
        const { id, errors } = await test.deploy({
          name,
          environment: { NAME: name, DOMAIN: appsDomain },
          command: ['node', '--conditions=mooring', 'site-app.ts'],
          workingDirectory: module('../fixtures'),
        });
        assert.deepEqual(errors, []);
        const token = await test.token(id);
        const origin = ownOrigin(test.server.urls.applications, id, appsDomain);
        const below = test.server.urls.applications.replace('https', 'wss') + livePath(id);
        return { origin, token, below, live: `${origin.replace('https', 'wss')}/live` };
      };
      const [home, sibling] = [await site('home'), await site('sibling')];
      // The development authority is none that Chromium knows; own-host.test.ts checks the certificate.
      await inContext(browser, async (context) => {
        const page = await context.newPage();
        const visit = async ({ origin, token, below }: typeof home): Promise<void> => {
          const { ticket } = await ticketFor(below, { token, signal: AbortSignal.timeout(10_000) });
          await page.goto(`${origin}/?mooring-ticket=${ticket}`);
          await page.addScriptTag({ content: script });
        };
        const read = ({ origin, token }: typeof home): Promise<unknown> =>
          page.evaluate(`fetch('${origin}/cookies', {
          headers: { authorization: 'Bearer ${token}' },
        }).then((answer) => answer.json())`);

        await visit(sibling);
        await visit(home);
        assert.equal(await page.title(), 'home runs');
        assert.equal(await page.evaluate('origin'), home.origin);
        await page.evaluate(`document.cookie = 'by-script=1'`);
        await page.evaluate(`localStorage.setItem('kept', 'yes')`);
        const kept = { name: 'home', cookies: 'from-home=secret; wide-home=secret; by-script=1' };
        assert.deepEqual(await read(home), kept);
        for (const tokenBy of ['ticket', 'subprotocol'])
          assert.deepEqual(await call(page, 'whoAmI', { url: home.live, token: home.token, tokenBy }), kept);

        await visit(sibling);
        assert.equal(await page.evaluate('document.cookie'), 'from-sibling=secret; wide-sibling=secret');
        assert.equal(await page.evaluate(`localStorage.getItem('kept')`), null);
        await assert.rejects(read(home), /Failed to fetch/);
        for (const tokenBy of ['ticket', 'subprotocol'])
          await assert.rejects(
            call(page, 'whoAmI', { url: home.live, token: home.token, tokenBy }),
            /Unreachable: No server answers/,
          );
        const framed = await page.evaluate(`new Promise((resolve) => {
        const frame = document.createElement('iframe');
        frame.onload = () => resolve(frame.contentDocument === null);
        frame.src = '${home.origin}/cookies';
        document.body.append(frame);
      })`);
        assert.equal(framed, true);
      });
    },
  );
}
