/**
 * Authorization as the MCP specification has it: clients that know an endpoint's URL and nothing else get to a tool
 * call, a person signs in on the way, and whoever loses the right to call is sent away.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type OAuthClientInformation,
  type OAuthClientProvider,
  type OAuthTokens,
} from '@modelcontextprotocol/client';
import { UnauthorizedError as FirstUnauthorized } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client as FirstClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as FirstTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { invokePath, livePath } from '@mooring/contract';
import { bearer, openLive } from '../fixtures/live.ts';
import { finished, ownAuth, startTestServer, type DeployedApplication } from '../fixtures/server.ts';
import { consent, newPerson, signIn } from '../fixtures/sign-in.ts';
import { verifies } from '../verifies.ts';

const test = await startTestServer({ allowRegistration: true });
after(() => test[Symbol.asyncDispose]());
const { server, management } = test;
setDefaultCACertificates([...getCACertificates(), server.profile.ca ?? '']);
const weather = await deployWeather('weather');
const endpoint = new URL(`${server.urls.applications}${invokePath(weather.id, '/mcp')}`);
const redirectUrl = 'http://127.0.0.1:6274/oauth/callback';

async function deployWeather(name: string): Promise<DeployedApplication> {
  const app = await test.deploy({
    name,
    // Its answer without the forecast service: a text that says so.
    environment: { NWS_API_BASE: 'http://127.0.0.1:9' },
    command: ['node', '--conditions=mooring', 'server.ts'],
    workingDirectory: new URL('../../examples/weather', import.meta.url).pathname,
  });
  assert.deepEqual(app.errors, []);
  return app;
}

/** Milliseconds: a second, and what a machine with much else to do needs on top; nothing looks so rarely. */
const soon = 20_000;

interface Kept {
  client?: OAuthClientInformation;
  tokens?: OAuthTokens;
  verifier: string;
  url?: URL;
}

/** What the SDK remembers for a client that says of itself as much as `described` does. */
function remembering(described: { token_endpoint_auth_method?: string }) {
  const kept: Kept = { verifier: '' };
  const provider = {
    redirectUrl,
    clientMetadata: {
      client_name: 'Inspector',
      redirect_uris: [redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      ...described,
    },
    clientInformation: () => kept.client,
    saveClientInformation: (client: OAuthClientInformation) => void (kept.client = client),
    tokens: () => kept.tokens,
    saveTokens: (tokens: OAuthTokens) => void (kept.tokens = tokens),
    redirectToAuthorization: (url: URL) => void (kept.url = url),
    saveCodeVerifier: (verifier: string) => void (kept.verifier = verifier),
    codeVerifier: () => kept.verifier,
  } satisfies OAuthClientProvider;
  return { kept, provider };
}

describe('from nothing but the URL of an endpoint', () => {
  it(
    verifies('auth:discovery', 'the second SDK gets to a tool call, and on by its refresh token'),
    async () => {
      const person = await newPerson(management, 'mona');
      const { kept, provider } = remembering({ token_endpoint_auth_method: 'none' });
      const connect = async (): Promise<Client> => {
        const client = new Client({ name: 'test', version: '1' });
        await client.connect(new StreamableHTTPClientTransport(endpoint, { authProvider: provider }));
        return client;
      };
      const first = new StreamableHTTPClientTransport(endpoint, { authProvider: provider });
      await assert.rejects(new Client({ name: 'test', version: '1' }).connect(first), UnauthorizedError);
      assert.equal(kept.url?.searchParams.get('resource'), endpoint.href);
      const landed = await signIn(kept.url ?? assert.fail(), person);
      assert.equal(landed.searchParams.get('iss'), `${server.urls.management}/identity`);
      await first.finishAuth(landed.searchParams);
      const client = await connect();
      const answer = await client.callTool({ name: 'get-alerts', arguments: { state: 'CA' } });
      assert.ok(answer.content);
      await client.close();

      const before = kept.tokens?.refresh_token;
      assert.ok(kept.tokens);
      kept.tokens = { ...kept.tokens, access_token: 'no.token.more' };
      const again = await connect();
      assert.ok((await again.listTools()).tools.length > 0);
      assert.notEqual(kept.tokens?.refresh_token, before);
      await again.close();
    },
  );

  it(verifies('auth:scope', 'the second SDK gets more scope when a call needs it, and goes on'), async () => {
    const app = await deployWeather('forecast');
    const url = new URL(`${server.urls.applications}${invokePath(app.id, '/mcp')}`);
    const person = await newPerson(management, 'stephanie');
    const { kept, provider } = remembering({ token_endpoint_auth_method: 'none' });
    const authorize = async (transport: StreamableHTTPClientTransport): Promise<void> => {
      const landed = await signIn(kept.url ?? assert.fail('nobody is sent to sign in'), person);
      await transport.finishAuth(landed.searchParams);
    };
    const first = new StreamableHTTPClientTransport(url, { authProvider: provider });
    await assert.rejects(new Client({ name: 'test', version: '1' }).connect(first), UnauthorizedError);
    await authorize(first);
    const client = new Client({ name: 'test', version: '1' });
    const transport = new StreamableHTTPClientTransport(url, { authProvider: provider });
    await client.connect(transport);
    const call = () => client.callTool({ name: 'get-alerts', arguments: { state: 'CA' } });
    assert.ok((await call()).content);

    const own = ownAuth(server, 'forecast');
    assert(own.inboundAuthConfigType === 'IDCS_AUTH_CONFIG');
    const changed = await management.applications.update(app.id, {
      inboundAuthConfig: { ...own, idcsConfig: { ...own.idcsConfig, scope: 'forecast' } },
    });
    await finished(management, changed.workRequestId);
    const refused = await fetch(url, { method: 'POST', ...bearer(kept.tokens?.access_token ?? '') });
    assert.equal(refused.status, 403);
    assert.match(
      refused.headers.get('www-authenticate') ?? '',
      /scope="urn:test:forecast:forecast", error="insufficient_scope"/,
    );
    await assert.rejects(call(), UnauthorizedError);
    assert.deepEqual(kept.url?.searchParams.get('scope')?.split(' ').toSorted(), [
      'offline_access',
      'urn:test:forecast:forecast',
      'urn:test:forecast:invoke',
    ]);
    await authorize(transport);
    assert.ok((await call()).content);
    await client.close();
  });

  for (const method of ['none', 'client_secret_post', undefined])
    it(
      verifies(
        'auth:discovery',
        `the first SDK, on which the Inspector is built, does so with ${method ?? 'no preference'}`,
      ),
      async () => {
        const person = await newPerson(management, `inspector-${method}`);
        const { kept, provider } = remembering(
          method === undefined ? {} : { token_endpoint_auth_method: method },
        );
        const first = new FirstTransport(endpoint, { authProvider: provider });
        await assert.rejects(
          new FirstClient({ name: 'test', version: '1' }).connect(first),
          FirstUnauthorized,
        );
        const landed = await signIn(kept.url ?? assert.fail(), person);
        await first.finishAuth(landed.searchParams.get('code') ?? '');
        const client = new FirstClient({ name: 'test', version: '1' });
        await client.connect(new FirstTransport(endpoint, { authProvider: provider }));
        assert.ok((await client.listTools()).tools.length > 0);
        await client.close();
      },
    );
});

describe('what was revoked', () => {
  it(
    verifies(
      'auth:revoked',
      'ends the connections of a user within a second, and refuses the tokens that are out',
    ),
    async () => {
      const person = await newPerson(management, 'olga');
      const { accessToken: token } = await consent({ management, applicationId: weather.id, person });
      const url = weather.ws('/ws');
      using live = await openLive(url, { ...bearer(token), subprotocols: ['mcp'] });
      using other = await openLive(url, { ...bearer(await test.token(weather.id)), subprotocols: ['mcp'] });
      const begun = performance.now();
      await management.users.delete(person.name);
      assert.deepEqual(await live.closed, { code: 3003, reason: 'access was withdrawn' });
      assert.ok(performance.now() - begun < soon);
      await assert.rejects(
        openLive(url, { ...bearer(token), subprotocols: ['mcp'] }),
        /^Error: 401 .*revoked/,
      );
      assert.equal(other.socket.readyState, other.socket.OPEN);
    },
  );

  it(
    verifies('auth:revoked', 'ends the connections of a consent, and none of another one of the same user'),
    async () => {
      const person = await newPerson(management, 'dora');
      const asked = { management, applicationId: weather.id, person };
      const [revoked, kept] = [await consent(asked), await consent(asked)];
      const options = (token: string) => ({ ...bearer(token), subprotocols: ['mcp'] });
      const url = weather.ws('/ws');
      using live = await openLive(url, options(revoked.accessToken));
      using other = await openLive(url, options(kept.accessToken));
      const begun = performance.now();
      await revoked.revoke();
      assert.deepEqual(await live.closed, { code: 3003, reason: 'access was withdrawn' });
      assert.ok(performance.now() - begun < soon);
      await assert.rejects(openLive(url, options(revoked.accessToken)), /^Error: 401 .*revoked/);
      using again = await openLive(url, options(kept.accessToken));
      assert.deepEqual(
        [other, again].map(({ socket }) => socket.readyState),
        [WebSocket.OPEN, WebSocket.OPEN],
      );
    },
  );

  it(verifies('auth:revoked', 'ends those of a client that was deleted'), async () => {
    const { clientId, clientSecret, tokenUrl, scope } = await management.clients.create(weather.id, {
      name: 'x',
    });
    const form = {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope,
    };
    const answer = await fetch(tokenUrl, { method: 'POST', body: new URLSearchParams(form) });
    const { access_token: token } = Object(await answer.json());
    using live = await openLive(weather.ws('/ws'), { ...bearer(token), subprotocols: ['mcp'] });
    await management.clients.delete(weather.id, clientId);
    assert.equal((await live.closed).code, 3003);
    const { status } = await fetch(weather.http('/mcp'), bearer(token));
    assert.equal(status, 401);
  });
});

it(
  verifies(
    ['auth:missing', 'auth:discovery'],
    'every form of an endpoint is described at the place that its challenge names',
  ),
  async () => {
    const shut = await fetch(endpoint);
    assert.equal(shut.status, 401);
    const challenge = shut.headers.get('www-authenticate') ?? '';
    const metadata = /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? assert.fail(challenge);
    const described = Object(await (await fetch(metadata)).json());
    assert.equal(described.resource, endpoint.href);
    assert.match(challenge, new RegExp(`scope="${described.scopes_supported[0]}"`));
    const issuer = new URL(described.authorization_servers[0]);
    for (const document of ['oauth-authorization-server', 'openid-configuration']) {
      const found = await fetch(`${issuer.origin}/.well-known/${document}${issuer.pathname}`);
      assert.equal(Object(await found.json()).issuer, issuer.href);
    }
    const other = livePath(weather.id, '/ws');
    const live = Object(
      await (await fetch(`${server.urls.applications}/.well-known/oauth-protected-resource${other}`)).json(),
    );
    assert.equal(live.resource, `${server.urls.applications.replace('https', 'wss')}${other}`);
  },
);
