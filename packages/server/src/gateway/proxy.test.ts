import assert from 'node:assert/strict';
import { once } from 'node:events';
import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { test } from 'node:test';
import type { ApplicationSettings } from '@mooring/contract';
import * as fc from 'fast-check';
import { verifies } from '@mooring/test/verifies';
import { connectRaw } from '../kit/raw.fixture.ts';
import { ask, bearer, goodToken, host, startGateway, startReplica } from './gateway.fixture.ts';
import { until } from './relay.fixture.ts';

interface Stand extends AsyncDisposable {
  readonly port: number;
  readonly id: string;
  readonly path: (path?: string) => string;
  readonly requests: IncomingMessage[];
  readonly logged: () => string;
  idle(): Promise<void>;
  entry(message: string): Promise<Record<string, unknown>>;
}

/** A gateway with one application of one replica. */
async function stand(answer: RequestListener, settings: Partial<ApplicationSettings> = {}): Promise<Stand> {
  await using owned = new AsyncDisposableStack();
  const replica = owned.use(await startReplica({ http: answer }));
  const gateway = owned.use(await startGateway());
  const app = host(gateway.directory, [replica], { settings });
  const everything = owned.move();
  return {
    port: gateway.port,
    id: app.id,
    path: app.invoke,
    requests: replica.requests,
    logged: gateway.logged,
    idle: () => gateway.idle(),
    entry: (message) => gateway.entry(message),
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = await request.toArray();
  return Buffer.concat(chunks).toString();
}

/** Answers with what arrived. */
const echo: RequestListener = (request, response) => {
  const { method, url } = request;
  void bodyOf(request).then((body) => response.end(JSON.stringify({ method, url, body })));
};

for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
  test(verifies(['http:methods', 'forward:path'], `${method} reaches the replica`), async () => {
    await using app = await stand(echo);
    const body = method === 'GET' ? '' : 'hello';
    const answer = await ask(app.port, app.path('/a//b/?q=%2e%2e&q=2'), { method, body });
    assert.equal(answer.status, 200);
    assert.deepEqual(JSON.parse(answer.body), { method, url: '/a//b/?q=%2e%2e&q=2', body });
  });
}

test(verifies('forward:path', 'without a path the replica is asked for /'), async () => {
  await using app = await stand(echo);
  for (const query of ['', '?', '?q']) {
    const answer = await ask(app.port, app.path() + query);
    assert.equal(JSON.parse(answer.body).url, `/${query}`);
  }
});

test(
  verifies('http:methods', 'status, reason, redirects and repeated headers come back as they were'),
  async () => {
    await using app = await stand((_request, response) => {
      response.writeHead(307, 'Over There', [
        ['Location', 'https://elsewhere.example/'],
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
        ['X-Case', 'kept'],
      ]);
      response.end('moved');
    });
    using client = await connectRaw(app.port);
    client.write(
      `GET ${app.path()} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${goodToken}\r\n\r\n`,
    );
    const answer = await client.until(/moved/);
    assert.match(answer, /^HTTP\/1\.1 307 Over There\r\n/);
    assert.match(answer, /\r\nLocation: https:\/\/elsewhere\.example\/\r\n/);
    assert.match(answer, /\r\nSet-Cookie: a=1; Path=\S+\r\nSet-Cookie: b=2; Path=\S+\r\nX-Case: kept\r\n/);
    assert.match(answer, /^opc-request-id: [0-9A-F]{32}\r$/m);
  },
);

test(
  verifies('http:streaming', 'the first byte of a body arrives at the replica before the last is sent'),
  async () => {
    const arrived = Promise.withResolvers<string>();
    await using app = await stand((request, response) => {
      request.once('data', (chunk: Buffer) => arrived.resolve(chunk.toString()));
      request.once('end', () => response.end('done'));
    });
    const request = http.request({
      port: app.port,
      path: app.path(),
      method: 'POST',
      headers: bearer,
      agent: false,
    });
    request.write('first');
    assert.equal(await arrived.promise, 'first');
    request.end('last');
    const [answer]: IncomingMessage[] = await once(request, 'response');
    assert.equal(answer?.statusCode, 200);
    answer?.resume();
  },
);

test(verifies('http:streaming', 'a replica may answer before the body has begun'), async () => {
  await using app = await stand((request, response) => {
    response.write('first');
    request.once('data', (chunk: Buffer) => response.end(chunk));
  });
  const target = { port: app.port, path: app.path(), headers: bearer, agent: false };
  const request = http.request({ ...target, method: 'POST' });
  request.flushHeaders();
  const [answer]: IncomingMessage[] = await once(request, 'response');
  assert.ok(answer);
  const [chunk]: Buffer[] = await once(answer, 'data');
  assert.equal(chunk?.toString(), 'first');
  request.end('last');
  assert.equal(await bodyOf(answer), 'last');
});

test(verifies('http:streaming', 'events of a stream arrive one by one'), async () => {
  const opened = Promise.withResolvers<ServerResponse>();
  await using app = await stand((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    opened.resolve(response);
  });
  const request = http.request({ port: app.port, path: app.path(), headers: bearer, agent: false }).end();
  const [answer]: IncomingMessage[] = await once(request, 'response');
  assert.ok(answer);
  const events = await opened.promise;
  for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
    events.write(event);
    const [chunk]: Buffer[] = await once(answer, 'data');
    assert.equal(chunk?.toString(), event);
  }
  events.end();
  await once(answer.resume(), 'end');
});

test(
  verifies('http:streaming', 'a client that does not read stops the replica, and loses nothing'),
  async () => {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    let sent = 0;
    let stalled = false;
    await using app = await stand((_request, response) => {
      const send = (): void => {
        while (sent < 512) {
          sent += 1;
          if (response.write(chunk)) continue;
          stalled = true;
          response.once('drain', send);
          return;
        }
        response.end();
      };
      send();
    });
    const request = http.request({ port: app.port, path: app.path(), headers: bearer, agent: false }).end();
    const [answer]: IncomingMessage[] = await once(request, 'response');
    assert.ok(answer);
    await until(() => stalled);
    assert.ok(sent < 512, 'the whole answer was taken in');
    const chunks: Buffer[] = await answer.toArray();
    assert.equal(Buffer.concat(chunks).length, 512 * chunk.length);
  },
);

test(
  verifies('http:slow-reader', 'a client that reads nothing for slowReader seconds is cut off'),
  async () => {
    let now = 1_000_000;
    await using replica = await startReplica({
      http: (_request, response) => {
        const send = (): void => {
          while (response.write(Buffer.alloc(64 * 1024, 'x')));
          response.once('drain', send);
        };
        send();
      },
    });
    await using gateway = await startGateway({ now: () => now });
    const app = host(gateway.directory, [replica], { settings: { slowReader: 60 } });
    using client = await connectRaw(gateway.port);
    client.write(
      `GET ${app.invoke()} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${goodToken}\r\n\r\n`,
    );
    await client.until(/xxxx/);
    client.socket.pause();
    let seconds = 0;
    await until(() => {
      now += 1000;
      seconds += 1;
      gateway.gateway.connections.tick();
      return replica.sockets.size === 0;
    });
    assert.ok(seconds > 60);
    await gateway.idle();
  },
);

test(verifies('http:continue', 'the replica says whether the client may go on'), async () => {
  await using app = await stand(echo);
  const request = http.request({
    port: app.port,
    path: app.path(),
    method: 'POST',
    headers: { ...bearer, expect: '100-continue' },
    agent: false,
  });
  request.flushHeaders();
  await once(request, 'continue');
  request.end('now');
  const [answer]: IncomingMessage[] = await once(request, 'response');
  assert.ok(answer);
  assert.equal(JSON.parse(await bodyOf(answer)).body, 'now');
});

test(verifies('http:continue', 'a replica that refuses is heard before the body is sent'), async () => {
  await using replica = await startReplica({});
  replica.server.on('checkContinue', (_request, response: ServerResponse) =>
    response.writeHead(417).end('no'),
  );
  await using gateway = await startGateway();
  const app = host(gateway.directory, [replica]);
  using client = await connectRaw(gateway.port);
  client.write(
    `POST ${app.invoke()} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${goodToken}\r\n` +
      'Content-Length: 3\r\nExpect: 100-continue\r\n\r\n',
  );
  assert.match(await client.until(/\r\nno\r\n/), /^HTTP\/1\.1 417/);
});

test(verifies('http:trailers', 'trailers go both ways'), async () => {
  const seen = Promise.withResolvers<string[]>();
  await using app = await stand((request, response) => {
    request.resume().once('end', () => {
      seen.resolve(request.rawTrailers);
      response.writeHead(200, { trailer: 'X-Sum' });
      response.write('x');
      response.addTrailers([
        ['X-Sum', '1'],
        ['X-Sum', '2'],
      ]);
      response.end();
    });
  });
  using client = await connectRaw(app.port);
  client.write(
    `POST ${app.path()} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${goodToken}\r\nTE: trailers\r\n` +
      'Transfer-Encoding: chunked\r\nTrailer: X-Check\r\n\r\n1\r\na\r\n0\r\nX-Check: 3\r\nMooring-Subject: admin\r\n\r\n',
  );
  assert.match(await client.until(/X-Sum: 2\r\n\r\n$/), /0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n$/);
  assert.deepEqual(await seen.promise, ['X-Check', '3']);
  assert.equal(app.requests[0]?.headers.te, 'trailers');
});

test(verifies('http:bodiless', 'HEAD, 204 and 304 leave the connection usable'), async () => {
  await using app = await stand((request, response) => {
    const status = Number(request.url?.slice(1));
    response.writeHead(status, status === 200 ? { 'content-length': '5' } : { etag: '"x"' });
    response.end(status === 200 && request.method !== 'HEAD' ? 'hello' : undefined);
  });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  for (const [method, status] of [
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
    ['GET', 200],
  ] as const) {
    const answer = await ask(app.port, app.path(`/${status}`), { method, agent });
    assert.equal(answer.status, status);
    assert.equal(answer.body, status === 200 && method === 'GET' ? 'hello' : '');
    if (status === 200) assert.equal(answer.headers['content-length'], '5');
  }
  assert.equal(Object.values(agent.freeSockets).flat().length, 1);
  agent.destroy();
});

test(verifies('http:keep-alive', 'many requests share one connection, on both sides'), async () => {
  const ports = new Set<number>();
  await using app = await stand((request, response) => {
    ports.add(request.socket.remotePort ?? 0);
    response.end('hello');
  });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  for (let round = 0; round < 5; round += 1)
    assert.equal((await ask(app.port, app.path(), { agent })).body, 'hello');
  assert.equal(ports.size, 1);
  agent.destroy();
});

test(
  verifies('http:keep-alive', 'an answer before the end of a body leaves the connection usable'),
  async () => {
    await using app = await stand((request, response) => {
      if (request.method === 'GET') response.end('next');
      else response.writeHead(403, { connection: 'close' }).end('no');
    });
    using client = await connectRaw(app.port);
    const head = `Host: localhost\r\nAuthorization: Bearer ${goodToken}\r\n`;
    const body = Buffer.alloc(8 * 1024 * 1024, 'x');
    client.write(`POST ${app.path()} HTTP/1.1\r\n${head}Content-Length: ${body.length}\r\n\r\n`);
    client.write(body.subarray(0, 1024));
    await client.until(/no/);
    client.write(body.subarray(1024));
    client.write(`GET ${app.path()} HTTP/1.1\r\n${head}\r\n`);
    await client.until(/next/);
    await app.idle();
  },
);

test(verifies('http:client-left', 'a client that leaves ends the replica’s work'), async () => {
  for (const part of ['before', 'within'] as const) {
    const asked = Promise.withResolvers<IncomingMessage>();
    await using app = await stand((request, response) => {
      if (part === 'within') response.write('begun');
      asked.resolve(request);
    });
    using client = await connectRaw(app.port);
    client.write(
      `GET ${app.path()} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${goodToken}\r\n\r\n`,
    );
    const request = await asked.promise;
    if (part === 'within') await client.until(/begun/);
    const closed = once(request.socket, 'close');
    client.socket.resetAndDestroy();
    await closed;
    await app.idle();
  }
});

test(verifies('http:client-left', 'a client that leaves within its upload is a cut request'), async () => {
  const cut = Promise.withResolvers<void>();
  await using app = await stand((request) => {
    request.on('error', () => cut.resolve());
    request.resume();
  });
  using client = await connectRaw(app.port);
  client.write(
    `POST ${app.path()} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${goodToken}\r\nContent-Length: 10\r\n\r\nhalf`,
  );
  await until(() => app.requests.length > 0);
  client.socket.destroy();
  await cut.promise;
  await app.idle();
});

/** Hangs up on every request. */
const dying: RequestListener = (request) => request.socket.destroy();

test(verifies('http:retry', 'a GET goes once to another replica when the first one hangs up'), async () => {
  await using first = await startReplica({ http: dying });
  await using second = await startReplica({ http: echo });
  await using gateway = await startGateway();
  const app = host(gateway.directory, [first, second], { settings: { ejectAfter: 0 } });
  for (let round = 0; round < 32; round += 1)
    assert.equal((await ask(gateway.port, app.invoke())).status, 200);
  assert.ok(first.requests.length > 0);
  assert.equal(second.requests.length, 32);
});

for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']) {
  test(verifies('http:retry', `${method} without a body is repeated once`), async () => {
    let asked = 0;
    await using app = await stand((request, response) => {
      asked += 1;
      if (asked === 1) request.socket.destroy();
      else response.end('second time');
    });
    assert.equal((await ask(app.port, app.path(), { method })).status, 200);
    assert.equal(asked, 2);
  });
}

const unrepeated: [method: string, body: string | undefined][] = [
  ['POST', undefined],
  ['POST', ''],
  ['POST', 'x'],
  ['PATCH', undefined],
  ['PUT', 'x'],
  ['DELETE', 'x'],
];

for (const [method, body] of unrepeated) {
  test(
    verifies(
      'http:bad-gateway',
      `${method} with the body ${JSON.stringify(body)} is not repeated, but a 502`,
    ),
    async () => {
      let asked = 0;
      await using app = await stand((request) => {
        asked += 1;
        request.socket.destroy();
      });
      const answer = await ask(app.port, app.path(), { method, body });
      assert.equal(answer.status, 502);
      assert.equal(JSON.parse(answer.body).code, 'BadGateway');
      assert.equal(asked, 1);
    },
  );
}

test(verifies('http:bad-gateway', 'a second failure is a 502'), async () => {
  await using app = await stand(dying);
  assert.equal((await ask(app.port, app.path())).status, 502);
  assert.equal(app.requests.length, 2);
});

const garbage: [name: string, bytes: string][] = [
  ['garbage', 'what?\r\n\r\n'],
  ['a broken status', 'HTTP/1.1 xyz Nothing\r\n\r\n'],
  ['a reason that nobody may send', 'HTTP/1.1 200 O\x01K\r\nContent-Length: 0\r\n\r\n'],
  ['status 600', 'HTTP/1.1 600 Nothing\r\nContent-Length: 0\r\n\r\n'],
  ['status 000', 'HTTP/1.1 000 Nothing\r\nContent-Length: 0\r\n\r\n'],
  ['a header without a name', 'HTTP/1.1 200 OK\r\n: x\r\n\r\n'],
  ['a head without an end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}`],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx'],
  ['an upgrade that nobody asked for', 'HTTP/1.1 101 Fine\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'],
];

for (const [name, bytes] of garbage) {
  test(verifies('http:bad-gateway', `a replica that answers with ${name} is a 502`), async () => {
    await using app = await stand((request) => request.socket.end(bytes));
    const answer = await ask(app.port, app.path(), { method: 'POST' });
    assert.equal(answer.status, 502);
    await app.idle();
  });
}

test(
  verifies('http:bad-gateway', 'whatever a replica answers, the client gets an answer or a cut, never a 500'),
  async () => {
    let bytes = Buffer.alloc(0);
    await using app = await stand((request) => request.socket.end(bytes));
    const whole =
      'HTTP/1.1 200 Fine\r\nX-Name: value\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n';
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        bytes = Buffer.from(whole);
        for (const [position, value] of changes) bytes[position] = value;
        const answer = await ask(app.port, app.path(), { method: 'POST' }).catch(() => undefined);
        assert.doesNotMatch(answer?.body ?? '', /InternalServerError/, bytes.toString('latin1'));
      }),
      { numRuns: 300 },
    );
    await app.idle();
  },
);

const cuts: [name: string, bytes: string][] = [
  ['short of its length', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'],
  ['within its chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
  ['within a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf'],
  [
    'by garbage among its chunks',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nwhat?\r\n',
  ],
];

for (const [name, bytes] of cuts) {
  test(verifies('http:cut', `an answer that ends ${name} is cut for the client as well`), async () => {
    await using app = await stand((request) => request.socket.end(bytes));
    await assert.rejects(ask(app.port, app.path(), { method: 'POST' }), { code: 'ECONNRESET' });
    await app.idle();
  });
}

test(verifies('http:cut', 'an answer that ends with its connection is whole'), async () => {
  await using app = await stand((request) => request.socket.end('HTTP/1.1 200 OK\r\n\r\nall of it'));
  assert.equal((await ask(app.port, app.path())).body, 'all of it');
});

test(
  verifies('http:too-large', 'a body that is too long by its own word never reaches the replica'),
  async () => {
    await using app = await stand(echo, { maxBodyBytes: 5 });
    const answer = await ask(app.port, app.path(), { method: 'POST', body: '123456' });
    assert.equal(answer.status, 413);
    assert.match(JSON.parse(answer.body).message, /5 bytes/);
    assert.equal(app.requests.length, 0);
    assert.equal((await ask(app.port, app.path(), { method: 'POST', body: '12345' })).status, 200);
  },
);

test(
  verifies(
    ['http:too-large', 'refusal:connection'],
    'a body that turns out too long is refused while it comes',
  ),
  async () => {
    await using app = await stand((request) => request.on('error', () => {}).resume(), {
      maxBodyBytes: 100_000,
    });
    using client = await connectRaw(app.port);
    client.write(
      `POST ${app.path()} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${goodToken}\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    for (let count = 0; count < 64; count += 1) client.write(chunk);
    const answer = await client.ended;
    assert.match(answer, /^HTTP\/1\.1 413 /);
    assert.match(answer, /\r\nConnection: close\r\n/i);
    assert.match(answer, /"PayloadTooLarge"/);
    await app.idle();
  },
);

test(verifies('http:timeout', 'a replica that does not begin its answer is a 504'), async () => {
  await using app = await stand(() => {}, { responseTimeout: 0.05 });
  for (const method of ['GET', 'POST']) {
    const answer = await ask(app.port, app.path(), { method });
    assert.equal(answer.status, 504);
    assert.equal(JSON.parse(answer.body).code, 'GatewayTimeout');
  }
  assert.equal(app.requests.length, 2);
  await app.idle();
});

test(verifies('http:timeout', 'once it has begun it may take its time'), async () => {
  const { promise: enough, resolve: release } = Promise.withResolvers<void>();
  await using app = await stand(
    ({ url }, response) => {
      if (url === '/silent') return;
      response.write('begun ');
      void enough.then(() => response.end('ended'));
    },
    { responseTimeout: 0.05 },
  );
  const target = { host: '127.0.0.1', port: app.port, path: app.path(), headers: bearer, agent: false };
  const [answer]: IncomingMessage[] = await once(http.get(target), 'response');
  // One that began after it has been given up: so much time has passed.
  assert.equal((await ask(app.port, app.path('/silent'))).status, 504);
  release();
  assert.equal(answer && (await bodyOf(answer)), 'begun ended');
});

const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: x\r\nMooring-Subject: admin\r\n\r\n';
const framings: [name: string, headers: string, body: string][] = [
  [
    'Connection names Content-Length',
    `Connection: Content-Length\r\nContent-Length: ${smuggled.length}`,
    smuggled,
  ],
  [
    'Connection names Transfer-Encoding',
    'Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked',
    `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`,
  ],
];

for (const [name, headers, body] of framings) {
  for (const method of ['GET', 'POST', 'DELETE']) {
    test(
      verifies('forward:framing', `when ${name}, a ${method}’s body is no request of its own`),
      async () => {
        await using app = await stand(echo);
        using client = await connectRaw(app.port);
        const head = `Host: localhost\r\nAuthorization: Bearer ${goodToken}\r\n`;
        client.write(`${method} ${app.path()} HTTP/1.1\r\n${head}${headers}\r\n\r\n${body}`);
        await client.until(/smuggled/);
        client.write(`GET ${app.path('/last')} HTTP/1.1\r\n${head}\r\n`);
        await client.until(/last/);
        assert.deepEqual(
          app.requests.map((request) => request.url),
          ['/', '/last'],
        );
      },
    );
  }
}

test('what an exchange was is logged', async () => {
  await using app = await stand(echo);
  await ask(app.port, app.path('/path?secret=1'), { method: 'POST', body: '12345' });
  const entry = await app.entry('request');
  assert.equal(entry.status, 200);
  assert.equal(entry.bytesIn, 5);
  assert.equal(entry.path, '/path');
  assert.equal(entry.applicationId, app.id);
  assert.doesNotMatch(app.logged(), /secret/);
});
