import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import http2 from 'node:http2';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import tls from 'node:tls';
import { invokePath, livePath } from '@mooring/contract';
import { bearer } from '../fixtures/live.ts';
import { startTestServer } from '../fixtures/server.ts';
import { verifies } from '../verifies.ts';

describe('the two listeners', () => {
  it(
    verifies(['listener:applications-only', 'listener:management-only'], 'do not answer for each other'),
    async () => {
      await using test = await startTestServer();
      const workingDirectory = new URL('../fixtures', import.meta.url).pathname;
      const app = await test.deploy({
        name: 'echo',
        command: ['node', '--conditions=mooring', 'echo-app.ts'],
        workingDirectory,
      });
      const token = await test.token(app.id);
      const { applicationsPlain, managementPlain } = test.server.urls;

      const foreign = [
        `${applicationsPlain}/identity/.well-known/openid-configuration`,
        `${applicationsPlain}/identity/oauth2/v1/token`,
        `${applicationsPlain}/v1/status`,
        `${applicationsPlain}/20231130/hostedApplications`,
        `${managementPlain}${invokePath(app.id)}`,
        `${managementPlain}${livePath(app.id)}`,
      ];
      for (const url of foreign) {
        const answer = await fetch(url, bearer(token));
        assert.ok(answer.status === 404 || answer.status === 401, `${url} answered ${answer.status}`);
        assert.doesNotMatch(await answer.text(), /"pid"|issuer/);
      }
    },
  );

  it('say in every answer which request it is for: the id that came, or one that was made', async () => {
    await using test = await startTestServer();
    const { applicationsPlain, managementPlain } = test.server.urls;
    const identity = '/identity/.well-known/openid-configuration';
    const targets = [
      ...['/health', '/ready', '/nothing', '/v1/status', '/openapi.json'].map(
        (path) => managementPlain + path,
      ),
      ...[identity, '/identity/nothing', '/identity/oauth2/v1/token'].map((path) => managementPlain + path),
      ...['/health', '/ready', '/nothing', '/20251112/x'].map((path) => applicationsPlain + path),
    ];
    for (const url of targets) {
      const given = await fetch(url, { headers: { 'opc-request-id': 'my-request_1' } });
      assert.equal(given.headers.get('opc-request-id'), 'my-request_1', url);
      const made = await fetch(url, { headers: { 'opc-request-id': 'not legal' } });
      assert.match(made.headers.get('opc-request-id') ?? '', /^[0-9A-F]{32}$/, url);
    }
  });

  it(
    verifies('http2:offered', 'speak HTTP/2 where applications are invoked over TLS, and nowhere else'),
    async () => {
      await using test = await startTestServer();
      const { urls, profilePath } = test.server;
      const { ca } = JSON.parse(await readFile(profilePath, 'utf8'));
      const protocolOf = async (url: string): Promise<string | false | null> => {
        const { hostname: host, port } = new URL(url);
        const socket = tls.connect({ host, port: Number(port), ca, ALPNProtocols: ['h2', 'http/1.1'] });
        await once(socket, 'secureConnect');
        socket.destroy();
        return socket.alpnProtocol;
      };
      assert.equal(await protocolOf(urls.applications), 'h2');
      assert.equal(await protocolOf(urls.management), 'http/1.1');
      const session = http2.connect(urls.applications, { ca });
      const stream = session.request({ ':path': '/health' });
      const [headers] = await once(stream, 'response');
      assert.equal(headers[':status'], 200);
      assert.equal(await text(stream), '{"status":"healthy"}');
      session.close();
    },
  );

  it('refuse a name that is not theirs', async () => {
    const { request } = await import('node:http');
    await using test = await startTestServer();
    for (const base of [test.server.urls.applicationsPlain, test.server.urls.managementPlain]) {
      const status = await new Promise((resolve) => {
        request(`${base}/health`, { headers: { host: 'rebound.example' } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        }).end();
      });
      assert.equal(status, 421);
    }
  });

  it('are ready once every application has been tried', async () => {
    await using test = await startTestServer();
    await test.server.firstPass;
    for (const base of [test.server.urls.applicationsPlain, test.server.urls.managementPlain]) {
      assert.equal((await fetch(`${base}/ready`)).status, 200);
      assert.equal((await fetch(`${base}/health`)).status, 200);
    }
  });
});
