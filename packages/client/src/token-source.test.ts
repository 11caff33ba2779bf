import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Unreachable } from './failure.ts';
import { testServer, type Reply } from './testing/server.ts';
import { clientCredentials, type TokenSource } from './token-source.ts';

const { signal } = new AbortController();

const source = (url: string, now: () => number = Date.now): TokenSource =>
  clientCredentials({
    tokenUrl: `${url}/oauth2/v1/token`,
    clientId: 'cli',
    clientSecret: 'secret_1',
    scope: 'urn:managementadmin',
    fetch: globalThis.fetch,
    now,
  });

const json = (status: number, body: unknown): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body,
});

test('a token is asked for once and again shortly before its end', async () => {
  let count = 0;
  await using server = await testServer(() => {
    count += 1;
    return json(200, { access_token: `token-${count}`, token_type: 'Bearer', expires_in: 3600 });
  });
  let now = 0;
  const token = source(server.url, () => now);
  assert.equal(await token({ signal }), 'token-1');
  now = 3_560_000;
  assert.equal(await token({ signal }), 'token-1');
  now = 3_580_000;
  assert.equal(await token({ signal }), 'token-2');
  const form = new URLSearchParams(server.received[0]?.body);
  assert.deepEqual(Object.fromEntries(form), {
    grant_type: 'client_credentials',
    scope: 'urn:managementadmin',
    client_id: 'cli',
    client_secret: 'secret_1',
  });
});

test('a credential that is not taken is NotAuthenticated', async () => {
  await using server = await testServer(() =>
    json(400, { error: 'invalid_client', error_description: 'unknown client' }),
  );
  await assert.rejects(source(server.url)({ signal }), {
    name: 'RequestFailed',
    status: 401,
    code: 'NotAuthenticated',
    message: 'No token: unknown client',
  });
});

test('a failing issuer is not mistaken for a bad credential', async () => {
  await using server = await testServer(() => ({ status: 503, body: 'starting' }));
  await assert.rejects(source(server.url)({ signal }), { name: 'RequestFailed', status: 503 });
});

test('nobody at the token endpoint is told as such', async () => {
  await using server = await testServer(() => ({}));
  const { url } = server;
  await server[Symbol.asyncDispose]();
  await assert.rejects(source(url)({ signal }), Unreachable);
});
