import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
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
