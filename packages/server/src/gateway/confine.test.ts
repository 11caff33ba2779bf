import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostLabel } from '@mooring/contract';
import { verifies } from '@mooring/test/verifies';
import { confine } from './confine.ts';
import { connectRaw } from '../kit/raw.fixture.ts';
import { ask, handshake, host, startGateway, startReplica, switching } from './gateway.fixture.ts';

const cookies: [set: string, kept: string][] = [
  ['id=1', 'id=1; Path=/app'],
  ['id=1; Path=/', 'id=1; Path=/app'],
  ['id=1; Path=/chat; HttpOnly', 'id=1; HttpOnly; Path=/app/chat'],
  ['id=1; path = /chat', 'id=1; Path=/app/chat'],
  ['id=1; Path=/one; Path=/two', 'id=1; Path=/app/two'],
  ['id=1; Path=relative; Secure', 'id=1; Secure; Path=/app'],
  ['id=1; Domain=example.com; SameSite=Lax', 'id=1; SameSite=Lax; Path=/app'],
  ['id=1;DOMAIN=.example.com;Max-Age=3', 'id=1; Max-Age=3; Path=/app'],
  ['id="a b"; domain', 'id="a b"; Path=/app'],
  ['', '; Path=/app'],
];

for (const [set, kept] of cookies) {
  test(verifies('browser:cookies', `the cookie "${set}" becomes "${kept}"`), () => {
    const headers = confine(['Content-Type', 'text/plain', 'Set-Cookie', set], '/app');
    assert.deepEqual(headers, ['Content-Type', 'text/plain', 'Set-Cookie', kept]);
  });
}

const ownCookies: [set: string, kept: string][] = [
  ['id=1', 'id=1'],
  ['id=1; Path=/chat; HttpOnly', 'id=1; Path=/chat; HttpOnly'],
  ['id=1; Domain=apps.example.com; SameSite=Lax', 'id=1; SameSite=Lax'],
  ['id=1;DOMAIN=.example.com', 'id=1'],
  ['id=1; domain', 'id=1'],
];

for (const [set, kept] of ownCookies) {
  test(
    verifies('host:apart', `on its own host the cookie "${set}" becomes "${kept}", and nothing else`),
    () => {
      assert.deepEqual(confine(['Content-Type', 'text/html', 'Set-Cookie', set], ''), [
        'Content-Type',
        'text/html',
        'Set-Cookie',
        kept,
      ]);
    },
  );
}

const types: [type: string | undefined, isDocument: boolean][] = [
  ['text/html; charset=utf-8', true],
  ['application/xhtml+xml', true],
  ['image/svg+xml', true],
  ['text/xml', true],
  ['application/pdf', true],
  [undefined, true],
  ['application/json', false],
  ['text/event-stream', false],
  ['image/png', false],
];

for (const [type, isDocument] of types) {
  test(
    verifies('browser:sandbox', `an answer of type ${type} is ${isDocument ? '' : 'not '}sandboxed`),
    () => {
      const headers = confine(type === undefined ? [] : ['content-type', type], '/app');
      assert.equal(headers.includes('Content-Security-Policy'), isDocument);
      if (isDocument) assert.doesNotMatch(headers.at(-1) ?? '', /allow-same-origin|allow-top-navigation/);
    },
  );
}

test(
  verifies(['browser:sandbox', 'browser:cookies'], "a replica's own policy stands beside the sandbox"),
  async () => {
    await using replica = await startReplica({
      http: (_, response) =>
        response
          .writeHead(200, {
            'content-type': 'text/html',
            'content-security-policy': "default-src 'self'",
            'set-cookie': ['a=1; Path=/', 'b=2'],
          })
          .end('<p>hello</p>'),
    });
    await using gateway = await startGateway();
    const app = host(gateway.directory, [replica]);
    const { headers } = await ask(gateway.port, app.invoke('/page'));
    assert.match(String(headers['content-security-policy']), /^default-src 'self', sandbox allow-scripts /);
    assert.deepEqual(headers['set-cookie'], [`a=1; Path=${app.invoke()}`, `b=2; Path=${app.invoke()}`]);
  },
);

test(
  verifies(['browser:cookies', 'host:apart'], 'a cookie that comes with a 101 is confined as well'),
  async () => {
    await using replica = await startReplica({
      upgrade: (request, socket) =>
        void socket.write(switching(request, 'Set-Cookie: a=1; Domain=example.com; Path=/')),
    });
    await using gateway = await startGateway({ appsDomain: 'apps.example.com' });
    const app = host(gateway.directory, [replica]);
    for (const [target, name, kept] of [
      [app.live('/ws'), 'localhost', `a=1; Path=${app.live()}`],
      ['/ws', `${hostLabel(app.id)}.apps.example.com`, 'a=1; Path=/'],
    ] as const) {
      using client = await connectRaw(gateway.port);
      client.write(handshake(target, { Host: name }));
      const head = await client.until(/^HTTP\/1\.1 101 [^]*\r\n\r\n/);
      assert.equal(/^Set-Cookie: (.*)\r$/m.exec(head)?.[1], kept);
    }
  },
);
