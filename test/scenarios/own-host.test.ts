/** Host names of applications' own, over TLS as clients see it: every name leads to this machine. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http2 from 'node:http2';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { after, describe, it } from 'node:test';
import { hostLabel, invokePath, ownTicketsPath } from '@mooring/contract';
import { z } from 'zod';
import { bearer, openLive } from '../fixtures/live.ts';
import { startTestServer } from '../fixtures/server.ts';
import { verifies } from '../verifies.ts';

const appsDomain = 'apps.example.com';

const toLoopback: LookupFunction = (_name, { all }, found) =>
  all === true ? found(null, [{ address: '127.0.0.1', family: 4 }]) : found(null, '127.0.0.1', 4);

interface Answer {
  readonly status: number;
  readonly body: string;
}

const echoed = z.object({ url: z.string(), headers: z.record(z.string(), z.string()) });

describe('applications on host names of their own', async () => {
  const owned = new AsyncDisposableStack();
  after(() => owned.disposeAsync());
  const test = owned.use(await startTestServer({ appsDomain }));
  const { server, management } = test;
  const ca = server.profile.ca ?? '';
  const { port } = new URL(server.urls.applications);
  const echo = (name: string) =>
    test.deploy({
      name,
      command: ['node', '--conditions=mooring', 'echo-app.ts'],
      workingDirectory: new URL('../fixtures', import.meta.url).pathname,
      environment: { GREETING: name },
    });
  const [one, two] = [await echo('one'), await echo('two')];
  const own = `https://${hostLabel(one.id)}.${appsDomain}:${port}`;
  const sibling = `https://${hostLabel(two.id)}.${appsDomain}:${port}`;
  const token = await test.token(one.id);

  /** As a client that checks the certificate for the name in the URL, or for `servername`. */
  async function ask(url: string, options: https.RequestOptions = {}): Promise<Answer> {
    const request = https.request(url, { ca, lookup: toLoopback, agent: false, ...options });
    request.end();
    const [answer] = await once(request, 'response');
    return { status: answer.statusCode, body: Buffer.concat(await answer.toArray()).toString() };
  }

  it(verifies('host:own', 'are told as URLs, which answer with a certificate for the name'), async () => {
    assert.deepEqual([one.errors, two.errors], [[], []]);
    const { urls } = await management.status.application(one.id);
    assert.equal(urls.http, own);
    assert.equal(urls.ws, own.replace('https', 'wss'));
    assert.equal(urls.httpPlain, server.urls.applicationsPlain + invokePath(one.id));
    assert.equal((await management.status.server()).urls?.appsDomain, appsDomain);
    const { status, body } = await ask(`${urls.http}/health?x=1`, bearer(token));
    assert.equal(status, 200);
    const { url, headers } = echoed.parse(JSON.parse(body));
    assert.equal(url, '/health?x=1');
    assert.equal(headers['x-forwarded-host'], new URL(own).host);
    assert.equal(headers['x-forwarded-proto'], 'https');
  });

  it(verifies('host:own', 'are chosen by the Host, whatever name the TLS handshake had'), async () => {
    const { host } = new URL(own);
    for (const url of [`${sibling}/x`, `${server.urls.applications}/x`]) {
      const { status, body } = await ask(url, { headers: { ...bearer(token).headers, host } });
      assert.equal(status, 200);
      assert.equal(echoed.parse(JSON.parse(body)).headers['x-forwarded-host'], host);
    }
    // One connection for both names, as browsers have it where the certificate covers both.
    const session = http2.connect(own, { ca, lookup: toLoopback });
    try {
      for (const [authority, status] of [
        [host, 200],
        [new URL(sibling).host, 401],
        [`${'a'.repeat(32)}.${appsDomain}`, 404],
        [`two.labels.${appsDomain}`, 421],
      ] as const) {
        const stream = session.request({ ':path': '/', ':authority': authority, ...bearer(token).headers });
        const [headers] = await once(stream.resume(), 'response');
        assert.equal(headers[':status'], status, authority);
      }
    } finally {
      session.destroy();
    }
  });

  it(verifies('host:own', 'take WebSocket connections at any path'), async () => {
    const agent = new https.Agent({ ca, lookup: toLoopback });
    const url = `${own.replace('https', 'wss')}/any/path`;
    using live = await openLive(url, { agent, ...bearer(token) });
    live.send('headers');
    assert.equal(JSON.parse(await live.next())['x-forwarded-host'], new URL(own).host);
    await assert.rejects(
      openLive(url.replace(hostLabel(one.id), hostLabel(two.id)), { agent, ...bearer(token) }),
      /^Error: 401 /,
    );
  });

  it(
    verifies(['host:resource', 'host:reserved'], 'lead from nothing to a token that is good there'),
    async () => {
      const shut = await ask(`${own}/mcp`);
      assert.equal(shut.status, 401);
      const described = await ask(`${own}/.well-known/oauth-protected-resource/mcp`);
      const metadata = z
        .object({ resource: z.literal(`${own}/mcp`), authorization_servers: z.tuple([z.string()]) })
        .parse(JSON.parse(described.body));
      const client = await management.clients.create(one.id, { name: 'caller' });
      const tokenFor = async (resource: string): Promise<string | undefined> => {
        const answer = await fetch(`${server.urls.managementPlain}/identity/oauth2/v1/token`, {
          method: 'POST',
          body: new URLSearchParams({
            grant_type: 'client_credentials',
            client_id: client.clientId,
            client_secret: client.clientSecret,
            resource,
          }),
        });
        return z.object({ access_token: z.string().optional() }).parse(await answer.json()).access_token;
      };
      for (const resource of [metadata.resource, own, `${own}/`]) {
        const bound = await tokenFor(resource);
        assert.equal((await ask(`${own}/mcp`, bearer(bound ?? ''))).status, 200, resource);
      }
      const whole = bearer((await tokenFor(own)) ?? '');
      assert.equal((await ask(server.urls.applications + invokePath(one.id, '/mcp'), whole)).status, 200);
      assert.equal((await ask(`${sibling}/mcp`, whole)).status, 401);
      assert.equal((await ask(`${own}${ownTicketsPath}`, { ...whole, method: 'POST' })).status, 201);
      assert.equal(await tokenFor(sibling), undefined);
    },
  );
});
