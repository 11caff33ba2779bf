import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { paths } from '@mooring/contract';
import * as fc from 'fast-check';
import { WebSocket } from 'ws';
import { verifies, type RequirementId } from '@mooring/test/verifies';
import { connectRaw } from '../kit/raw.fixture.ts';
import {
  ask,
  bearer,
  goodToken,
  handshake,
  host,
  startGateway,
  startReplica,
  switching,
  type TestReplica,
} from './gateway.fixture.ts';
import { sentinel } from './subprotocol.ts';

const willing = (): Promise<TestReplica> =>
  startReplica({
    http: (request, response) => {
      request.resume().once('end', () => response.end('served'));
    },
    upgrade: (request, socket) => void socket.write(switching(request)),
  });

/** The paths of the application that a bad request is sent to. */
interface Place {
  readonly invoke: (path?: string) => string;
  readonly live: (path?: string) => string;
}

interface Bad {
  readonly id: RequirementId;
  readonly name: string;
  readonly send: (place: Place) => string | Buffer;
  readonly status: number;
  readonly code: string;
  /** Must be in the answer as well. */
  readonly says?: RegExp;
}

const get = (target: string, ...lines: string[]): string =>
  [
    `GET ${target} HTTP/1.1`,
    'Host: localhost',
    `Authorization: ${bearer.authorization}`,
    ...lines,
    '',
    '',
  ].join('\r\n');
const invalid = { status: 400, code: 'InvalidParameter' };

const targets: [id: RequirementId, name: string, target: (path: (path?: string) => string) => string][] = [
  ['target:dot-segments', '..', (path) => path('/a/../b')],
  ['target:dot-segments', '.', (path) => path('/a/./b')],
  ['target:dot-segments', '.. at the end', (path) => path('/..')],
  ['target:dot-segments', '.. through the prefix', (path) => path().replace('/20251112', '/x/../20251112')],
  ['target:encoded', '%2e%2e', (path) => path('/%2e%2e/b')],
  ['target:encoded', '%2f', (path) => path('/a%2fb')],
  ['target:encoded', '%5C', (path) => path('/a%5Cb')],
  ['target:encoded', '%00', (path) => path('/a%00')],
  ['target:encoded', '%252e', (path) => path('/%252e%252e/b')],
  ['target:escapes', 'a broken escape', (path) => path('/a%g0')],
  ['target:characters', 'a backslash', (path) => path('/a\\b')],
  ['target:characters', 'a fragment', (path) => path('/a#b')],
  ['target:double-slash', '//host/x', () => '//evil.example/x'],
  ['target:double-slash', '// behind the prefix', (path) => path('//evil.example/x')],
  ['target:form', 'an absolute form', (path) => `http://localhost${path()}`],
  ['target:form', 'an asterisk', () => '*'],
];

const bad: Bad[] = [
  ...targets.flatMap(([id, name, target]): Bad[] => [
    { id, name: `${name} in a request`, send: ({ invoke }) => get(target(invoke)), ...invalid },
    { id, name: `${name} in a handshake`, send: ({ live }) => handshake(target(live)), ...invalid },
  ]),
  { id: 'head:garbage', name: 'NUL in the target', send: ({ invoke }) => get(invoke('/a\0b')), ...invalid },
  { id: 'head:garbage', name: 'NUL in a header', send: ({ invoke }) => get(invoke(), 'X: a\0b'), ...invalid },
  { id: 'head:garbage', name: 'garbage', send: () => 'garbage and more of it\r\n\r\n', ...invalid },
  { id: 'head:garbage', name: 'TLS', send: () => Buffer.from('16030100c8010000c40303', 'hex'), ...invalid },
  { id: 'head:garbage', name: 'HTTP/0.9', send: () => 'GET /\r\n\r\n', ...invalid },
  { id: 'head:garbage', name: 'HTTP/2', send: () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', ...invalid },
  {
    id: 'head:garbage',
    name: 'an unknown method',
    send: () => 'BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n',
    ...invalid,
  },
  {
    id: 'forward:framing',
    name: 'a length and chunks together',
    send: ({ invoke }) => get(invoke(), 'Content-Length: 3', 'Transfer-Encoding: chunked'),
    ...invalid,
  },
  {
    id: 'forward:framing',
    name: 'two lengths',
    send: ({ invoke }) => get(invoke(), 'Content-Length: 3', 'Content-Length: 4'),
    ...invalid,
  },
  {
    id: 'forward:framing',
    name: 'a broken length',
    send: ({ invoke }) => get(invoke(), 'Content-Length: 3x'),
    ...invalid,
  },
  {
    id: 'forward:framing',
    name: 'a space before the colon',
    send: ({ invoke }) => get(invoke(), 'Content-Length : 3'),
    ...invalid,
  },
  {
    id: 'head:too-large',
    name: 'a request line that is too long',
    send: ({ invoke }) => get(invoke(`/${'x'.repeat(20_000)}`)),
    status: 431,
    code: 'RequestHeaderFieldsTooLarge',
  },
  {
    id: 'head:too-large',
    name: 'a header that is far too long',
    send: ({ live }) => handshake(live(), { 'X-Long': 'x'.repeat(1_000_000) }),
    status: 431,
    code: 'RequestHeaderFieldsTooLarge',
  },
  {
    id: 'upgrade:plain',
    name: 'a plain request at the WebSocket URL',
    send: ({ live }) => get(live()),
    status: 426,
    code: 'UpgradeRequired',
    says: /\r\nupgrade: websocket\r\n/i,
  },
  {
    id: 'upgrade:plain',
    name: 'another upgrade at the WebSocket URL',
    send: ({ live }) => handshake(live(), { Upgrade: 'h2c' }),
    status: 426,
    code: 'UpgradeRequired',
  },
  {
    id: 'upgrade:plain',
    name: 'a handshake without "Connection: Upgrade"',
    send: ({ live }) => handshake(live(), { Connection: 'keep-alive' }),
    status: 426,
    code: 'UpgradeRequired',
  },
  {
    id: 'upgrade:wrong-url',
    name: 'a handshake at the HTTP URL',
    send: ({ invoke }) => handshake(invoke()),
    ...invalid,
    says: /\/20251112\/ws\/hostedapplication\/ocid1/,
  },
  ...(['8', '14', '013', '13, 8', undefined] as const).map((version) => ({
    id: 'upgrade:version' as const,
    name: `version ${version}`,
    send: ({ live }: Place) => handshake(live(), { 'Sec-WebSocket-Version': version }),
    status: 426,
    code: 'UpgradeRequired',
    says: /\r\nsec-websocket-version: 13\r\n/i,
  })),
  ...(
    [undefined, '', 'short', 'dGhlIHNhbXBsZSBub25jZQ', 'dGhlIHNhbXBsZSBub25jZSBhbmQgbW9yZQ=='] as const
  ).map((key) => ({
    id: 'upgrade:handshake' as const,
    name: `the key ${key}`,
    send: ({ live }: Place) => handshake(live(), { 'Sec-WebSocket-Key': key }),
    ...invalid,
  })),
  {
    id: 'upgrade:handshake',
    name: 'a handshake by POST',
    send: ({ live }) => handshake(live()).replace('GET', 'POST'),
    ...invalid,
  },
  {
    id: 'upgrade:handshake',
    name: 'a handshake of HTTP/1.0',
    send: ({ live }) => handshake(live()).replace('HTTP/1.1', 'HTTP/1.0'),
    ...invalid,
  },
  {
    id: 'upgrade:handshake',
    name: 'a handshake with a body',
    send: ({ live }) => `${handshake(live(), { 'Content-Length': '5' })}hello`,
    ...invalid,
  },
  {
    id: 'upgrade:handshake',
    name: 'a handshake with a chunked body',
    send: ({ live }) => `${handshake(live(), { 'Transfer-Encoding': 'chunked' })}0\r\n\r\n`,
    ...invalid,
  },
  ...['', ',', 'mcp, mcp', 'a b', 'a/b'].map((list) => ({
    id: 'upgrade:subprotocol:malformed' as const,
    name: `the subprotocols "${list}"`,
    send: ({ live }: Place) => handshake(live(), { 'Sec-WebSocket-Protocol': list }),
    ...invalid,
  })),
  ...(
    [
      '',
      '/',
      '/20251112',
      '/favicon.ico',
      '/20251112/hostedApplications',
      '/20251112/hostedApplications/x',
      '/20251112/ws/hostedapplication/',
    ] as const
  ).map((path) => ({
    id: 'auth:unknown-application' as const,
    name: `nothing at "${path}"`,
    send: () => get(path === '' ? '/' : path),
    status: 404,
    code: 'NotAuthorizedOrNotFound',
  })),
  ...[paths.management, paths.extension, paths.identity, '/metrics', '/.mooring'].flatMap((path): Bad[] =>
    ['', '/', '/hostedApplications', '/oauth2/v1/token', '/status'].map((rest) => ({
      id: 'listener:applications-only',
      name: `${path}${rest}`,
      send: () => get(path + rest),
      status: 404,
      code: 'NotAuthorizedOrNotFound',
    })),
  ),
];

for (const { id, name, send, status, code, says = /^/ } of bad) {
  test(verifies([id, 'refusal:body'], `${name} is refused with ${status}`), async () => {
    await using replica = await willing();
    await using gateway = await startGateway();
    const app = host(gateway.directory, [replica]);
    using client = await connectRaw(gateway.port);
    client.write(send(app));
    const answer = await client.until(/"message":"[^"]+"/);
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} [A-Z]`));
    assert.match(answer, /\r\ncontent-type: application\/json\r\n/i);
    assert.match(answer, /\r\nopc-request-id: [0-9A-Za-z-]{32,36}\r\n/i);
    assert.ok(answer.includes(`\r\n\r\n{"code":"${code}","message":"`), answer);
    assert.match(answer, says);
    assert.equal(replica.requests.length, 0);
    assert.equal((await ask(gateway.port, app.invoke())).status, 200);
  });
}

test(
  verifies(
    'auth:unknown-application',
    'an application that is not there, or not any more, is the same 404 to everybody',
  ),
  async () => {
    await using replica = await willing();
    await using gateway = await startGateway();
    const app = host(gateway.directory, [replica]);
    const gone = host(gateway.directory, [replica]);
    gateway.directory.remove(gone.id);
    const answers: string[] = [];
    for (const path of [gone.invoke(), app.invoke().replace('ocid1', 'ocid2')]) {
      for (const authorization of [bearer.authorization, 'Bearer wrong', '']) {
        const { status, body } = await ask(gateway.port, path, { headers: { authorization } });
        assert.equal(status, 404);
        answers.push(body);
      }
    }
    for (const authorization of [bearer.authorization, undefined]) {
      using client = await connectRaw(gateway.port);
      client.write(handshake(gone.live(), { Authorization: authorization }));
      const answer = await client.ended;
      assert.match(answer, /^HTTP\/1\.1 404 /);
      answers.push(answer.split('\r\n\r\n')[1] ?? '');
    }
    assert.equal(new Set(answers).size, 1);
  },
);

test('HTTP/1.0 is answered, and its connection ends', async () => {
  await using replica = await willing();
  await using gateway = await startGateway();
  const app = host(gateway.directory, [replica]);
  using client = await connectRaw(gateway.port);
  client.write(get(app.invoke()).replace('HTTP/1.1', 'HTTP/1.0'));
  assert.match(await client.ended, /^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n\r\nserved$/);
});

test(
  verifies(
    'refusal:connection',
    'a refusal before the body was read ends the connection, and reaches who is still sending',
  ),
  async () => {
    await using replica = await willing();
    await using gateway = await startGateway();
    const app = host(gateway.directory, [replica]);
    for (const path of [app.invoke(), '/nowhere']) {
      using client = await connectRaw(gateway.port);
      client.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000000\r\n\r\n`);
      for (let count = 0; count < 64; count += 1) client.write(Buffer.alloc(65_536));
      const answer = await client.ended;
      assert.match(answer, /^HTTP\/1\.1 40[14] [^]*\r\nConnection: close\r\n/i);
      assert.match(answer, /"code":"NotAuth/);
    }
    assert.equal(replica.requests.length, 0);
  },
);

test('a refusal of HEAD has no body, and the connection goes on', async () => {
  await using gateway = await startGateway();
  using client = await connectRaw(gateway.port);
  client.write(
    'HEAD /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\nGET /health HTTP/1.1\r\nHost: localhost\r\n\r\n',
  );
  assert.match(await client.until(/healthy/), /^HTTP\/1\.1 404 [^{]*\r\n\r\nHTTP\/1\.1 200 /);
});

test(
  verifies('head:garbage', 'whatever a client sends, the server goes on, and nothing is a fault of its own'),
  async () => {
    await using replica = await willing();
    await using gateway = await startGateway();
    const app = host(gateway.directory, [replica]);
    const heads = [
      handshake(app.live('/a?b')),
      get(app.invoke('/a?b'), 'TE: trailers', 'Expect: 100-continue', 'X-Forwarded-For: a'),
    ];
    const change = fc.tuple(fc.nat(500), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...heads),
        fc.array(change, { maxLength: 4 }),
        async (head, changes) => {
          const bytes = Buffer.from(head);
          for (const [position, value] of changes) bytes[position % bytes.length] = value;
          using client = await connectRaw(gateway.port);
          client.socket.end(bytes);
          await client.ended;
        },
      ),
      { numRuns: 300 },
    );
    assert.doesNotMatch(gateway.logged(), /"failed"|InternalServerError/);
    assert.equal((await ask(gateway.port, app.invoke())).status, 200);
  },
);

test(verifies('listener:health', '/health answers as long as the process runs, to readers'), async () => {
  await using gateway = await startGateway({ isReady: () => false });
  const answer = await ask(gateway.port, '/health', { headers: { authorization: '' } });
  assert.deepEqual([answer.status, JSON.parse(answer.body)], [200, { status: 'healthy' }]);
  assert.equal((await ask(gateway.port, '/health', { method: 'HEAD' })).status, 200);
  const post = await ask(gateway.port, '/health', { method: 'POST' });
  assert.equal(post.status, 405);
  assert.equal(post.headers.allow, 'GET, HEAD');
});

test(
  verifies('listener:ready', '/ready answers 200 once everything was tried, and not any more when it stops'),
  async () => {
    let ready = false;
    await using gateway = await startGateway({ isReady: () => ready });
    assert.equal((await ask(gateway.port, '/ready')).status, 503);
    ready = true;
    assert.equal((await ask(gateway.port, '/ready')).status, 200);
    await gateway.gateway.drain({ grace: 1 });
    assert.equal((await ask(gateway.port, '/ready')).status, 503);
    assert.equal((await ask(gateway.port, '/health')).status, 200);
  },
);

test(verifies('listener:metadata', 'an endpoint says where its tokens come from'), async () => {
  await using gateway = await startGateway({ publicUrls: ['https://apps.example.com/'] });
  const app = host(gateway.directory, []);
  const expected = {
    resource_name: 'test',
    authorization_servers: ['https://issuer.example'],
    scopes_supported: ['urn:testinvoke'],
    bearer_methods_supported: ['header'],
  };
  for (const [path, resource] of [
    [app.invoke(), `https://apps.example.com${app.invoke()}`],
    [app.invoke('/mcp'), `https://apps.example.com${app.invoke('/mcp')}`],
    [app.live('/ws'), `wss://apps.example.com${app.live('/ws')}`],
  ]) {
    const answer = await ask(gateway.port, `${paths.resourceMetadata}${path}`, {
      headers: { authorization: '' },
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['access-control-allow-origin'], '*');
    assert.deepEqual(JSON.parse(answer.body), { resource, ...expected });
  }
  const own = await ask(gateway.port, `${paths.resourceMetadata}${app.invoke()}`, {
    headers: { host: 'localhost:8080' },
  });
  assert.equal(JSON.parse(own.body).resource, `http://localhost:8080${app.invoke()}`);
});

test(
  verifies('listener:metadata', 'where no token is needed, or nothing is, there is no metadata'),
  async () => {
    await using gateway = await startGateway();
    const open = host(gateway.directory, [], { auth: { kind: 'none' } });
    for (const path of [open.invoke(), '/20251112/hostedApplications/x/actions/invoke', '', '/'])
      assert.equal((await ask(gateway.port, paths.resourceMetadata + path)).status, 404);
    const post = await ask(gateway.port, paths.resourceMetadata + host(gateway.directory, []).invoke(), {
      method: 'POST',
    });
    assert.equal(post.status, 405);
  },
);

test(
  verifies(
    ['shutdown:drain', 'http:drain'],
    'a server that stops sends connections away and lets requests finish',
  ),
  async () => {
    const asked = Promise.withResolvers<() => void>();
    await using replica = await startReplica({
      http: (_request, response) => asked.resolve(() => response.end('finished')),
      webSocket: (socket) => socket.on('message', (data) => socket.send(data)),
    });
    await using gateway = await startGateway();
    const app = host(gateway.directory, [replica]);
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}${app.live()}`, { headers: bearer });
    await once(socket, 'open');
    const answer = ask(gateway.port, app.invoke());
    const finish = await asked.promise;
    const closed = once(socket, 'close');
    const drained = gateway.gateway.drain({ grace: 4 });
    const [code, reason]: unknown[] = await closed;
    assert.equal(code, 1012);
    assert.match(String(reason), /^\{"retryAfterMs":\d+\}$/);
    assert.equal((await ask(gateway.port, app.invoke())).status, 503);
    finish();
    assert.equal((await answer).body, 'finished');
    await drained;
  },
);

test(verifies('shutdown:drain', 'what does not end within the grace is ended'), async () => {
  const asked = Promise.withResolvers<void>();
  await using replica = await startReplica({ http: () => asked.resolve() });
  await using gateway = await startGateway();
  const app = host(gateway.directory, [replica]);
  using client = await connectRaw(gateway.port);
  client.write(get(app.invoke()));
  await asked.promise;
  await gateway.gateway.drain({ grace: 0.05 });
  assert.match(await client.until(/"message"/), /^HTTP\/1\.1 50[23] /);
});

test(
  verifies(
    ['auth:secret', 'upgrade:subprotocol:token-not-echoed'],
    'no token is in any log, any answer or any request to a replica',
  ),
  async () => {
    const encoded = Buffer.from(goodToken).toString('base64url');
    const bads = ['bad.token.value', 'eyJhbGciOiJub25lIn0.e30.'];
    const everything: string[] = [];
    await using replica = await startReplica({
      http: (_request, response) => response.writeHead(500).end('no'),
      upgrade: (request, socket) => {
        if (request.url === '/refuse') socket.end('HTTP/1.1 404 Nothing\r\nContent-Length: 0\r\n\r\n');
        else if (request.url === '/garbage') socket.end('garbage\r\n\r\n');
        else socket.write(switching(request));
      },
    });
    await using gateway = await startGateway();
    const app = host(gateway.directory, [replica]);
    const waiting = host(gateway.directory, [], { settings: { hold: 0 } });
    for (const token of [goodToken, ...bads]) {
      const offer = `mcp, ${sentinel}.${Buffer.from(token).toString('base64url')}, ${sentinel}`;
      for (const path of [
        app.live(),
        app.live('/refuse'),
        app.live('/garbage'),
        app.invoke(),
        waiting.live(),
        '/nowhere',
      ]) {
        for (const headers of [
          { Authorization: `Bearer ${token}` },
          { Authorization: undefined, 'Sec-WebSocket-Protocol': offer },
          { Authorization: undefined, 'Sec-WebSocket-Protocol': `${offer}, ${offer.replace('mcp', 'x')}` },
        ]) {
          for (const request of [
            handshake(path, headers),
            handshake(`${path}?access_token=x`, { ...headers, Upgrade: undefined }),
          ]) {
            using client = await connectRaw(gateway.port);
            client.write(request);
            everything.push(await client.until(/\r\n\r\n/));
          }
        }
      }
    }
    for (const { rawHeaders } of replica.requests) everything.push(rawHeaders.join('\n'));
    everything.push(gateway.logged());
    const secrets = [
      goodToken,
      encoded,
      ...bads,
      ...bads.map((token) => Buffer.from(token).toString('base64url')),
      'access_token',
    ];
    for (const text of everything)
      for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} is in ${text}`);
    assert.ok(replica.requests.length > 0);
  },
);
