import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { hostLabel, ownConnectionTokenPath, ownTicketsPath } from '@mooring/contract';
import { verifies } from '@mooring/test/verifies';
import { WebSocket } from 'ws';
import type { EndpointAuth } from '../directory/endpoint.ts';
import { connectRaw } from '../kit/raw.fixture.ts';
import { anonymous, type VerifyToken } from '../identity/principal.ts';
import {
  ask,
  bearer,
  handshake,
  host,
  startGateway,
  startReplica,
  type Answer,
  type Question,
} from './gateway.fixture.ts';

const domain = 'apps.example.com';

const withoutAudience: EndpointAuth = {
  kind: 'oauth',
  issuer: 'https://issuer.example',
  audience: undefined,
  scope: 'invoke',
};

type Settings = Parameters<typeof host>[2];
type Options = Parameters<typeof startGateway>[0];

async function stand(settings: Settings = {}, options: Options = {}) {
  await using owned = new AsyncDisposableStack();
  const replica = owned.use(
    await startReplica({
      http: ({ url, headers }, response) => {
        response.writeHead(200, {
          'content-type': 'text/html',
          'set-cookie': 'a=1; Domain=example.com; Path=/x',
        });
        response.end(JSON.stringify({ url, headers }));
      },
      webSocket: (socket, { url }) => socket.send(String(url)),
    }),
  );
  const gateway = owned.use(
    await startGateway({ appsDomain: domain, publicUrls: ['https://shared.example.com'], ...options }),
  );
  const app = host(gateway.directory, [replica], settings);
  const name = `${hostLabel(app.id)}.${domain}`;
  const at = (path: string, question: Question = {}): Promise<Answer> =>
    ask(gateway.port, path, { ...question, headers: { host: name, ...question.headers } });
  const everything = owned.move();
  return { gateway, app, name, at, [Symbol.asyncDispose]: () => everything.disposeAsync() };
}

/** The first message of a connection: the path that the application was asked for. */
async function firstMessage(socket: WebSocket): Promise<string> {
  try {
    const [data] = await once(socket, 'message');
    return String(data);
  } finally {
    socket.terminate();
  }
}

for (const path of [
  '/',
  '/a//b/?x=1',
  '/health',
  '/ready',
  '/20251112/hostedApplications/x',
  '/.well-known/other',
]) {
  test(verifies('host:own', `the path ${path} reaches the application as it is`), async () => {
    await using own = await stand();
    const { status, body } = await own.at(path);
    assert.equal(status, 200);
    const seen = JSON.parse(body);
    assert.equal(seen.url, path);
    assert.equal(seen.headers['x-forwarded-host'], own.name);
    assert.equal(seen.headers['x-forwarded-prefix'], undefined);
  });
}

test(verifies('host:own', 'a path that two readers could take differently is refused'), async () => {
  await using own = await stand();
  for (const path of ['//evil.example', '/a/../b', '/%2e%2e/'])
    assert.equal((await own.at(path)).status, 400);
});

test(verifies('host:own', 'a WebSocket connection goes to its path'), async () => {
  await using own = await stand();
  const headers = { ...bearer, host: own.name.toUpperCase() };
  const socket = new WebSocket(`ws://127.0.0.1:${own.gateway.port}/ws?x=1`, { headers });
  assert.equal(await firstMessage(socket), '/ws?x=1');
});

test(verifies('host:own', 'a name of no application is refused, whatever is asked'), async () => {
  await using own = await stand();
  const other = 'a'.repeat(32);
  for (const name of [`${other}.${domain}`, `www.${domain}`]) {
    for (const path of ['/', own.app.invoke(), ownTicketsPath, '/.well-known/oauth-protected-resource']) {
      const { status, body } = await own.at(path, { headers: { host: name } });
      assert.equal(status, 404);
      assert.equal(JSON.parse(body).code, 'NotAuthorizedOrNotFound');
    }
    using client = await connectRaw(own.gateway.port);
    client.write(handshake('/', { Host: name }));
    await client.until(/^HTTP\/1\.1 404 /);
  }
});

test(verifies('host:own', 'an application of callers who sign has a host name, too'), async () => {
  await using own = await stand({ auth: { kind: 'signature' } });
  const { status, headers } = await own.at('/', { headers: { authorization: '' } });
  assert.equal(status, 401);
  assert.match(String(headers['www-authenticate']), /^Signature /);
});

test(verifies('host:own', 'the application stays where it was, too, and is sandboxed there'), async () => {
  await using own = await stand();
  const below = await ask(own.gateway.port, own.app.invoke('/x'));
  assert.equal(JSON.parse(below.body).url, '/x');
  assert.match(String(below.headers['content-security-policy']), /^sandbox /);
  assert.equal((await ask(own.gateway.port, '/health')).body, '{"status":"healthy"}');
});

test(
  verifies('host:apart', 'a document is not sandboxed, and its cookies keep their path but no domain'),
  async () => {
    await using own = await stand();
    const { headers } = await own.at('/');
    assert.equal(headers['content-security-policy'], undefined);
    assert.deepEqual(headers['set-cookie'], ['a=1; Path=/x']);
  },
);

test(verifies('host:apart', 'the cookie of affinity is for the whole host'), async () => {
  await using own = await stand({ settings: { affinityCookie: 'stay' } });
  const { headers } = await own.at('/');
  assert.match(String(headers['set-cookie']?.[1]), /^stay=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/);
  assert.equal(headers['set-cookie']?.length, 2);
});

const listed = ['https://portal.example'];
const origins: [origin: (name: string) => string, allowedOrigins: string[], status: number][] = [
  [(name) => `https://${name}`, [], 200],
  [(name) => `https://${name}`, listed, 200],
  [() => 'https://shared.example.com', [], 200],
  [() => 'https://shared.example.com', listed, 403],
  [() => 'https://portal.example', listed, 200],
  [() => `https://${'b'.repeat(32)}.${domain}`, [], 403],
  [() => `https://${'b'.repeat(32)}.${domain}`, listed, 403],
  [(name) => `http://${name}`, [], 403],
  [(name) => `https://${name}.evil.example`, [], 403],
  [() => `https://${domain}`, [], 403],
];

for (const [spell, allowedOrigins, status] of origins) {
  const what = `${spell('<own>')} gets ${status} with the list [${allowedOrigins.join()}]`;
  test(verifies(['host:apart', 'auth:origin'], `a page of ${what}`), async () => {
    await using own = await stand({ settings: { allowedOrigins } });
    const origin = spell(own.name);
    const answer = await own.at('/', { headers: { origin } });
    assert.equal(answer.status, status);
    assert.equal(answer.headers['access-control-allow-origin'], status === 200 ? origin : undefined);
    const asked = { origin, authorization: '', 'access-control-request-method': 'POST' };
    const preflight = await own.at('/', { method: 'OPTIONS', headers: asked });
    assert.equal(preflight.status, status === 200 ? 204 : 403);
  });
}

for (const [path, resource] of [
  ['/', ''],
  ['/mcp?x=1', '/mcp'],
] as const) {
  test(
    verifies(['host:reserved', 'host:resource'], `the challenge at ${path} leads to the metadata`),
    async () => {
      await using own = await stand();
      const { status, headers } = await own.at(path, { headers: { authorization: '' } });
      assert.equal(status, 401);
      const url = `https://${own.name}/.well-known/oauth-protected-resource${resource}`;
      assert.ok(
        headers['www-authenticate']?.includes(`resource_metadata="${url}"`),
        headers['www-authenticate'],
      );
      const metadata = await own.at(new URL(url).pathname, { headers: { authorization: '' } });
      assert.equal(metadata.headers['access-control-allow-origin'], '*');
      assert.equal(JSON.parse(metadata.body).resource, `https://${own.name}${resource}`);
    },
  );
}

test(
  verifies('host:resource', 'a token may name either form as its audience, and no other application'),
  async () => {
    const seen: (readonly string[])[] = [];
    const verifyToken: VerifyToken = async (_, { audiences }) => {
      seen.push(audiences);
      return anonymous;
    };
    await using own = await stand({ auth: withoutAudience }, { verifyToken });
    await own.at('/mcp');
    await ask(own.gateway.port, own.app.invoke('/mcp'));
    const [here, there] = seen.map((audiences) => audiences.toSorted());
    assert.deepEqual(here, there);
    for (const tail of ['', '/', '/mcp']) assert.ok(here?.includes(`https://${own.name}${tail}`), tail);
    assert.ok(here?.includes(`https://shared.example.com${own.app.invoke('/mcp')}`));
  },
);

test(verifies('host:reserved', 'a ticket is got, opens a connection, and its token is renewed'), async () => {
  await using own = await stand();
  const issued = await own.at(ownTicketsPath, { method: 'POST' });
  assert.equal(issued.status, 201);
  const { ticket, connectionId } = JSON.parse(issued.body);
  const url = `ws://127.0.0.1:${own.gateway.port}/ws?mooring-ticket=${ticket}`;
  const socket = new WebSocket(url, { headers: { host: own.name } });
  const first = once(socket, 'message');
  assert.equal(String((await first)[0]), '/ws');
  const renewal = ownConnectionTokenPath(connectionId);
  assert.equal((await own.at(renewal, { method: 'PUT' })).status, 204);
  assert.equal((await own.at(renewal, { method: 'GET' })).status, 405);
  assert.equal((await own.at(ownConnectionTokenPath('other'), { method: 'PUT' })).status, 404);
  socket.terminate();
});

test(verifies('host:reserved', 'what is reserved and not there is refused'), async () => {
  await using own = await stand();
  for (const path of ['/.well-known/mooring', '/.well-known/mooring/', '/.well-known/mooring/other'])
    assert.equal((await own.at(path)).status, 404);
});
