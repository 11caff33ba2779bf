import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifies } from '@mooring/test/verifies';
import { ask, host, startGateway, startReplica, type Answer } from './gateway.fixture.ts';

const page = 'https://app.example';
const preflight = {
  origin: page,
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'authorization, content-type, mcp-session-id',
};

const granted = (answer: Answer): string[] =>
  Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'));

test(
  verifies(['origin:preflight'], 'a preflight is granted to an allowed page and never seen by the replica'),
  async () => {
    await using replica = await startReplica({ http: (_, response) => response.end() });
    await using gateway = await startGateway();
    const app = host(gateway.directory, [replica], { settings: { allowedOrigins: [page] } });
    const answer = await ask(gateway.port, app.invoke('/mcp'), { method: 'OPTIONS', headers: preflight });
    assert.equal(answer.status, 204);
    assert.equal(answer.headers['access-control-allow-origin'], page);
    assert.equal(answer.headers['access-control-allow-methods'], 'POST');
    assert.equal(
      answer.headers['access-control-allow-headers'],
      'authorization, content-type, mcp-session-id',
    );
    assert.equal(answer.headers['access-control-allow-credentials'], undefined);
    assert.equal(answer.headers.vary, 'Origin');
    assert.deepEqual(replica.requests, []);
  },
);

const refused: [what: string, headers: Record<string, string>, status: number][] = [
  ['of a page that may not call', { origin: 'https://evil.example' }, 403],
  ['for a header that is none', { 'access-control-request-headers': 'a b' }, 400],
  ['for a method that is none', { 'access-control-request-method': 'PO ST' }, 400],
];

for (const [what, headers, status] of refused) {
  test(verifies('origin:preflight', `a preflight ${what} is a ${status}`), async () => {
    await using gateway = await startGateway();
    const app = host(gateway.directory, [], { settings: { allowedOrigins: [page] } });
    const question = { method: 'OPTIONS', headers: { ...preflight, ...headers } };
    const answer = await ask(gateway.port, app.invoke(), question);
    assert.equal(answer.status, status);
    assert.equal(answer.headers['access-control-allow-methods'], undefined);
  });
}

test('an OPTIONS request that asks for nothing in the name of a page goes to the replica', async () => {
  await using replica = await startReplica({ http: (_, response) => response.end('mine') });
  await using gateway = await startGateway();
  const app = host(gateway.directory, [replica]);
  assert.equal((await ask(gateway.port, app.invoke(), { method: 'OPTIONS' })).body, 'mine');
});

test(
  verifies('origin:readable', 'an allowed page reads answers and refusals, whatever the replica says of it'),
  async () => {
    await using replica = await startReplica({
      http: (_, response) =>
        response
          .writeHead(200, {
            'access-control-allow-origin': '*',
            'access-control-allow-credentials': 'true',
            vary: 'Accept',
          })
          .end('read me'),
    });
    await using gateway = await startGateway();
    const app = host(gateway.directory, [replica], { settings: { allowedOrigins: [page] } });
    const answer = await ask(gateway.port, app.invoke(), { headers: { origin: page } });
    assert.equal(answer.body, 'read me');
    assert.equal(answer.headers.vary, 'Accept, Origin');
    const refusal = await ask(gateway.port, app.invoke(), {
      headers: { origin: page, authorization: 'Bearer bad' },
    });
    assert.equal(refusal.status, 401);
    assert.match(String(refusal.headers['www-authenticate']), /^Bearer /);
    for (const { headers } of [answer, refusal]) {
      assert.equal(headers['access-control-allow-origin'], page);
      assert.equal(headers['access-control-expose-headers'], '*');
      assert.equal(headers['access-control-allow-credentials'], undefined);
    }
  },
);

test(
  verifies('origin:readable', 'nobody else can read them, and a cache keeps pages and others apart'),
  async () => {
    await using replica = await startReplica({ http: (_, response) => response.end() });
    await using gateway = await startGateway();
    const app = host(gateway.directory, [replica], { settings: { allowedOrigins: [page] } });
    const foreign = await ask(gateway.port, app.invoke(), { headers: { origin: 'https://evil.example' } });
    assert.equal(foreign.status, 403);
    assert.equal(foreign.headers['access-control-allow-origin'], undefined);
    const none = await ask(gateway.port, app.invoke());
    assert.deepEqual(granted(none), []);
    assert.equal(none.headers.vary, 'Origin');
  },
);
