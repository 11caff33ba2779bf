import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifies } from '@mooring/test/verifies';
import { connectRaw } from '../kit/raw.fixture.ts';
import { ask, handshake, host, startGateway, startReplica, switching } from './gateway.fixture.ts';

/** Answers with the headers that it got. */
const mirror = {
  http: (request: { headers: object }, response: { end(text: string): void }): void =>
    response.end(JSON.stringify(request.headers)),
};

const ids: [given: string | undefined, kept: boolean][] = [
  ['a', true],
  ['ABC-123_x', true],
  ['x'.repeat(128), true],
  ['x'.repeat(129), false],
  ['', false],
  ['a/b', false],
  ['a b', false],
  ['a"b', false],
  [undefined, false],
];

for (const [given, kept] of ids) {
  test(
    verifies('refusal:request-id', `an opc-request-id of ${given} is ${kept ? 'kept' : 'replaced'}`),
    async () => {
      await using replica = await startReplica(mirror);
      await using gateway = await startGateway();
      const app = host(gateway.directory, [replica]);
      const headers = given === undefined ? {} : { 'opc-request-id': given };
      const answers = [
        await ask(gateway.port, app.invoke(), { headers }),
        await ask(gateway.port, '/nowhere', { headers }),
        await ask(gateway.port, '/health', { headers }),
      ];
      for (const answer of answers) {
        const id = String(answer.headers['opc-request-id']);
        assert.equal(id === given, kept);
        if (!kept) assert.match(id, /^[0-9A-F]{32}$/);
      }
      assert.equal(
        JSON.parse(answers[0]?.body ?? '')['opc-request-id'],
        answers[0]?.headers['opc-request-id'],
        'the replica is told the same',
      );
    },
  );
}

const forwarded = {
  'x-forwarded-for': '203.0.113.1, 203.0.113.2',
  'x-forwarded-proto': 'http, https',
  'x-forwarded-host': 'evil.example, apps.example.com',
  'x-forwarded-prefix': '/evil',
  'x-forwarded-port': '1',
};

test(verifies('listener:forwarded', 'X-Forwarded-* of just anybody is not believed'), async () => {
  await using replica = await startReplica(mirror);
  await using gateway = await startGateway({ publicUrls: ['https://apps.example.com'] });
  const app = host(gateway.directory, [replica]);
  const seen = JSON.parse((await ask(gateway.port, app.invoke(), { headers: forwarded })).body);
  assert.equal(seen['x-forwarded-for'], '127.0.0.1');
  assert.equal(seen['x-forwarded-proto'], 'http');
  assert.equal(seen['x-forwarded-host'], `127.0.0.1:${gateway.port}`);
  assert.equal(seen['x-forwarded-prefix'], app.invoke());
  assert.equal(seen['x-forwarded-port'], undefined);
});

test(
  verifies('listener:forwarded', 'of X-Forwarded-* of a trusted proxy its own entry is believed'),
  async () => {
    await using replica = await startReplica(mirror);
    await using gateway = await startGateway({
      publicUrls: ['https://apps.example.com'],
      trustedProxies: ['127.0.0.0/8'],
    });
    const app = host(gateway.directory, [replica]);
    const seen = JSON.parse((await ask(gateway.port, app.invoke(), { headers: forwarded })).body);
    assert.equal(seen['x-forwarded-for'], '203.0.113.2');
    assert.equal(seen['x-forwarded-proto'], 'https');
    assert.equal(seen['x-forwarded-host'], 'apps.example.com');
    const without = JSON.parse((await ask(gateway.port, app.invoke())).body);
    assert.equal(without['x-forwarded-for'], '127.0.0.1');
    const unknown = await ask(gateway.port, app.invoke(), {
      headers: { 'x-forwarded-host': 'evil.example' },
    });
    assert.equal(unknown.status, 421);
  },
);

const doubled = [
  'Host: localhost',
  'Authorization: Bearer other',
  'Origin: http://localhost:8080',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  'Sec-WebSocket-Protocol: other',
  'Sec-WebSocket-Extensions: permessage-deflate',
  'sec-websocket-anything: x',
];

for (const line of doubled) {
  test(verifies('head:doubled', `a handshake with a second "${line}" is refused`), async () => {
    await using replica = await startReplica({
      upgrade: (request, socket) => void socket.write(switching(request)),
    });
    await using gateway = await startGateway();
    const app = host(gateway.directory, [replica]);
    const [name = ''] = line.split(':');
    const first = handshake(app.live(), {
      Origin: 'http://localhost:8080',
      'Sec-WebSocket-Protocol': 'mcp',
      'Sec-WebSocket-Extensions': 'permessage-deflate',
      'Sec-WebSocket-Anything': 'x',
    });
    using good = await connectRaw(gateway.port);
    good.write(first);
    await good.until(/^HTTP\/1\.1 101/);
    using client = await connectRaw(gateway.port);
    client.write(first.replace(/\r\n\r\n$/, `\r\n${line}\r\n\r\n`));
    const answer = await client.ended;
    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.ok(answer.includes(name.toLowerCase()), answer);
    assert.equal(replica.requests.length, 1);
  });
}

for (const [what, request] of [
  ['a request', 'GET / HTTP/1.1\r\n\r\n'],
  ['an upgrade', handshake('/', { Host: undefined })],
] as const) {
  test(verifies('head:host', `${what} without Host is refused`), async () => {
    await using gateway = await startGateway();
    using client = await connectRaw(gateway.port);
    client.write(request);
    await client.until(/^HTTP\/1\.1 400 [^]*"InvalidParameter"[^]*host/);
  });
}

for (const name of ['rebound.example', 'localhost.', 'a b', '']) {
  test(verifies('listener:names', `a request for the host "${name}" is misdirected`), async () => {
    await using gateway = await startGateway();
    for (const request of [`GET /health HTTP/1.1\r\nHost: ${name}\r\n\r\n`, handshake('/', { Host: name })]) {
      using client = await connectRaw(gateway.port);
      client.write(request);
      await client.until(/^HTTP\/1\.1 421 [^]*"MisdirectedRequest"/);
    }
  });
}
