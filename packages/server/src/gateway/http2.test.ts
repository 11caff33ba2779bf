import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { constants, type ClientHttp2Stream } from 'node:http2';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { promisify } from 'node:util';
import type { ApplicationSettings } from '@mooring/contract';
import * as fc from 'fast-check';
import { verifies } from '@mooring/test/verifies';
import { WebSocket } from 'ws';
import { connectRaw } from '../kit/raw.fixture.ts';
import {
  bearer,
  host,
  startGateway,
  startReplica,
  type TestGateway,
  type TestReplica,
} from './gateway.fixture.ts';
import {
  connectHttp2,
  makeCertificate,
  readAnswer,
  type Http2Client,
  type TestCertificate,
} from './http2.fixture.ts';
import { until } from './relay.fixture.ts';
import { standSigned } from './signed.fixture.ts';

let certificate: TestCertificate;
before(async () => (certificate = await makeCertificate()));
after(() => certificate[Symbol.asyncDispose]());

interface Stand extends AsyncDisposable {
  readonly gateway: TestGateway;
  readonly replica: TestReplica;
  readonly client: Http2Client;
  readonly path: (path?: string) => string;
}

/** A gateway over TLS with one application of one replica, and a client of it. */
async function stand(answer: RequestListener, settings: Partial<ApplicationSettings> = {}): Promise<Stand> {
  await using owned = new AsyncDisposableStack();
  const replica = owned.use(await startReplica({ http: answer }));
  const gateway = owned.use(await startGateway({ tls: certificate }));
  const client = owned.use(await connectHttp2(gateway.port, certificate.ca));
  const { invoke } = host(gateway.directory, [replica], { settings });
  const everything = owned.move();
  return { gateway, replica, client, path: invoke, [Symbol.asyncDispose]: () => everything.disposeAsync() };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = await request.toArray();
  return Buffer.concat(chunks).toString();
}

const echo: RequestListener = (request, response) => {
  const { method, url } = request;
  bodyOf(request).then(
    (body) => response.end(JSON.stringify({ method, url, body })),
    () => response.destroy(),
  );
};

for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
  test(verifies('http2:invoke', `${method} over HTTP/2 reaches the replica`), async () => {
    await using app = await stand(echo);
    const body = method === 'GET' ? undefined : 'hello';
    const answer = await app.client.ask({ ':method': method, ':path': app.path('/a//b/?q=%2e') }, body);
    assert.equal(answer.status, 200);
    assert.deepEqual(JSON.parse(answer.body), { method, url: '/a//b/?q=%2e', body: body ?? '' });
    await app.gateway.idle();
  });
}

test(
  verifies('http2:headers', 'the replica gets the headers that it would have had over HTTP/1.1'),
  async () => {
    await using app = await stand((request, response) => response.end(JSON.stringify(request.rawHeaders)));
    const { port } = app.gateway;
    const answer = await app.client.ask({
      ':path': app.path(),
      cookie: ['a=1', 'b=2'],
      'x-own': 'é',
      te: 'trailers',
    });
    const lines: string[] = JSON.parse(answer.body);
    const value = (name: string): string[] =>
      lines.filter((_line, index) => index % 2 === 1 && lines[index - 1]?.toLowerCase() === name);
    assert.deepEqual(value('cookie'), ['a=1; b=2']);
    assert.deepEqual(value('x-own'), ['é']);
    assert.deepEqual(value('host'), [`127.0.0.1:${app.replica.port}`]);
    assert.deepEqual(value('x-forwarded-host'), [`localhost:${port}`]);
    assert.deepEqual(value('x-forwarded-proto'), ['https']);
    assert.deepEqual(value('te'), ['trailers']);
    assert.deepEqual(value('transfer-encoding'), []);
    assert.deepEqual(value('authorization'), []);
    assert.ok(!lines.some((line) => line.startsWith(':')));
  },
);

test(
  verifies('http2:headers', 'what only HTTP/1.1 has is left out of the answer, what is there twice stays'),
  async () => {
    await using app = await stand((_request, response) => {
      response.writeHead(203, 'Odd Reason', [
        ['Connection', 'close, X-Hop'],
        ['Keep-Alive', 'timeout=5'],
        ['X-Hop', '1'],
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
        ['Content-Type', 'text/plain'],
        ['ETag', '"1"'],
        ['ETag', '"2"'],
        ['X-Latin', 'é'],
      ]);
      response.end('body');
    });
    const answer = await app.client.ask({ ':path': app.path() });
    const { headers } = answer;
    assert.equal(answer.status, 203);
    assert.equal(answer.body, 'body');
    assert.deepEqual(headers['set-cookie']?.length, 2);
    assert.equal(headers['x-latin'], 'é');
    assert.match(String(headers['opc-request-id']), /^[0-9A-F]{32}$/);
    for (const name of ['connection', 'keep-alive', 'x-hop', 'transfer-encoding'])
      assert.equal(headers[name], undefined);
  },
);

const refused: [name: string, headers: Record<string, string | string[]>, status: number][] = [
  ['a Host beside another :authority', { ':authority': 'localhost', host: 'localhost:1' }, 400],
  ['a name that is not ours', { ':authority': 'example.org' }, 421],
  ['a bad token', { authorization: 'Bearer bad' }, 401],
];

for (const [name, headers, status] of refused) {
  test(verifies('http2:headers', `${name} is refused with ${status}`), async () => {
    await using app = await stand(echo);
    const answer = await app.client.ask({ ':path': app.path(), ...headers });
    assert.equal(answer.status, status);
    assert.match(JSON.parse(answer.body).code, /^[A-Z]/);
    assert.equal(app.replica.requests.length, 0);
  });
}

test(verifies('http2:headers', 'the same name in Host and :authority is one name'), async () => {
  await using app = await stand(echo);
  const name = `localhost:${app.gateway.port}`;
  assert.equal((await app.client.ask({ ':path': app.path(), ':authority': name, host: name })).status, 200);
});

test(verifies('http2:stream', 'bytes go both ways before either end is done'), async () => {
  await using app = await stand((request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    request.on('data', (chunk: Buffer) => response.write(`got ${chunk.toString()}`));
    request.once('end', () => response.end('bye'));
  });
  const stream = app.client.request({ ':method': 'POST', ':path': app.path() }, { endStream: false });
  await once(stream, 'response');
  for (const word of ['one', 'two']) {
    stream.write(word);
    const [chunk]: Buffer[] = await once(stream, 'data');
    assert.equal(chunk?.toString(), `got ${word}`);
  }
  stream.end();
  const [last]: Buffer[] = await once(stream, 'data');
  assert.equal(last?.toString(), 'bye');
});

test(verifies('http2:stream', 'a megabyte and more goes through each way, whole'), async () => {
  await using app = await stand((request, response) => request.pipe(response));
  const body = Buffer.alloc(3_000_000, 'abc');
  const answer = await app.client.ask({ ':method': 'POST', ':path': app.path() }, body);
  assert.equal(answer.body.length, body.length);
  assert.equal(answer.body, body.toString());
});

test(
  verifies('http2:stream', 'a client that does not read stops the replica, and no other stream'),
  async () => {
    let sent = 0;
    let stalled = false;
    await using app = await stand((request, response) => {
      if (request.url === '/small') return void response.end('small');
      const send = (): void => {
        while (sent < 512) {
          sent += 1;
          if (response.write(Buffer.alloc(64 * 1024, 'x'))) continue;
          stalled = true;
          response.once('drain', send);
          return;
        }
        response.end();
      };
      send();
    });
    const stream = app.client.request({ ':path': app.path('/large') });
    await once(stream, 'response');
    await until(() => stalled);
    assert.equal((await app.client.ask({ ':path': app.path('/small') })).body, 'small');
    assert.ok(sent < 512, 'the whole answer was taken in');
    const chunks: Buffer[] = await stream.toArray();
    assert.equal(Buffer.concat(chunks).length, 512 * 64 * 1024);
  },
);

test(verifies('http2:stream', 'trailers go both ways'), async () => {
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
  const stream = app.client.session.request(
    { ':method': 'POST', ':path': app.path(), authorization: 'Bearer good.token.value', te: 'trailers' },
    { endStream: false, waitForTrailers: true },
  );
  stream.once('wantTrailers', () => stream.sendTrailers({ 'x-check': '3', 'mooring-subject': 'admin' }));
  stream.end('a');
  const answer = await readAnswer(stream);
  assert.equal(answer.trailers?.['x-sum'], '1, 2');
  assert.deepEqual(await seen.promise, ['x-check', '3']);
});

test(verifies('http2:continue', 'the replica says whether the client may go on'), async () => {
  await using app = await stand(echo);
  const stream = app.client.request(
    { ':method': 'POST', ':path': app.path(), expect: '100-continue' },
    { endStream: false },
  );
  await once(stream, 'continue');
  stream.end('now');
  assert.equal(JSON.parse((await readAnswer(stream)).body).body, 'now');
});

test(verifies('http2:continue', 'a replica that refuses is heard before the body is sent'), async () => {
  await using app = await stand(echo);
  app.replica.server.on('checkContinue', (_request, response: ServerResponse) =>
    response.writeHead(417).end('no'),
  );
  const stream = app.client.request(
    { ':method': 'POST', ':path': app.path(), expect: '100-continue', 'content-length': 3 },
    { endStream: false },
  );
  let continued = false;
  stream.once('continue', () => (continued = true));
  const [headers] = await once(stream, 'response');
  assert.equal(headers[':status'], 417);
  assert.equal(continued, false);
  await app.gateway.idle();
});

test(
  verifies(
    'http2:client-left',
    'a client that resets a stream ends the replica’s work on it, and on nothing else',
  ),
  async () => {
    const asked: IncomingMessage[] = [];
    await using app = await stand((request, response) => {
      asked.push(request);
      response.write('begun');
      if (request.url === '/other') setImmediate(() => response.write(' and'));
    });
    const other = app.client.request({ ':path': app.path('/other') });
    await once(other, 'response');
    const stream = app.client.request({ ':path': app.path('/left') });
    await once(stream, 'response');
    const [kept, left] = asked;
    assert.ok(kept && left);
    const closed = once(left.socket, 'close');
    stream.close(constants.NGHTTP2_CANCEL);
    await closed;
    assert.equal(kept.socket.destroyed, false);
    assert.equal(app.client.session.destroyed, false);
  },
);

const leaves: [how: string, leave: (stream: ClientHttp2Stream, client: Http2Client) => void][] = [
  // With close() Node's client would end the body before it resets the stream.
  ['resets it', (stream) => stream.destroy()],
  ['resets the connection', (_stream, { session }) => session.socket.destroy()],
  ['ends the session', (_stream, { session }) => session.destroy()],
];

for (const [how, leave] of leaves) {
  test(verifies('http2:client-left', `a client that ${how} within its upload is a cut request`), async () => {
    const cut = Promise.withResolvers<void>();
    let whole = false;
    await using app = await stand((request) => {
      request.on('error', () => cut.resolve());
      request.once('end', () => (whole = true));
      request.resume();
    });
    const stream = app.client.request({ ':method': 'POST', ':path': app.path() }, { endStream: false });
    stream.on('error', () => {});
    stream.write('half');
    await until(() => app.replica.requests.length > 0);
    leave(stream, app.client);
    await until(() => app.replica.sockets.size === 0);
    assert.equal(whole, false);
    await cut.promise;
    await app.gateway.idle();
  });
}

test(verifies('http2:client-left', 'a session that ends takes all its requests along'), async () => {
  await using app = await stand(() => {});
  for (let count = 0; count < 3; count += 1)
    app.client.request({ ':path': app.path() }).on('error', () => {});
  await until(() => app.replica.requests.length === 3);
  app.client.session.destroy();
  await app.gateway.idle();
  await until(() => app.replica.sockets.size === 0);
});

const cuts: [name: string, bytes: string][] = [
  ['short of its length', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'],
  ['within its chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
];

for (const [name, bytes] of cuts) {
  test(verifies('http2:cut', `an answer that ends ${name} is a reset stream`), async () => {
    await using app = await stand((request) => request.socket.end(bytes));
    await assert.rejects(app.client.ask({ ':method': 'POST', ':path': app.path() }), /INTERNAL_ERROR/);
    assert.equal(app.client.session.destroyed, false);
    await app.gateway.idle();
  });
}

test(
  verifies('http2:cut', 'whatever a replica answers, the client gets an answer or a cut, never a 500'),
  async () => {
    let bytes = Buffer.alloc(0);
    await using app = await stand((request) => request.socket.end(bytes));
    const wholes = [
      'HTTP/1.1 200 Fine\r\nX-Name: value\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 Fine\r\nContent-Length: 2\r\nETag: "1"\r\n\r\nhi',
    ];
    const change = fc.tuple(fc.nat(), fc.nat(255));
    const changes = fc.array(change, { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...wholes), changes, async (whole, changed) => {
        bytes = Buffer.from(whole);
        for (const [position, value] of changed) bytes[position % bytes.length] = value;
        const answer = await app.client
          .ask({ ':method': 'POST', ':path': app.path() })
          .catch(() => undefined);
        assert.doesNotMatch(answer?.body ?? '', /InternalServerError/, bytes.toString('latin1'));
      }),
      { numRuns: 300 },
    );
    assert.equal(app.client.session.destroyed, false);
    await app.gateway.idle();
  },
);

test(
  verifies(
    ['http2:stream', 'http:slow-reader'],
    'a stream whose reader stops for slowReader seconds is cut, and no other',
  ),
  async () => {
    let now = 1_000_000;
    await using replica = await startReplica({
      http: (request, response) => {
        if (request.url === '/small') return void response.end('small');
        response.writeHead(200, { 'content-length': 1024 ** 3 });
        const send = (): void => {
          while (response.write(Buffer.alloc(64 * 1024, 'x')));
          response.once('drain', send);
        };
        send();
      },
    });
    await using gateway = await startGateway({ tls: certificate, now: () => now });
    const app = host(gateway.directory, [replica], { settings: { slowReader: 60 } });
    await using client = await connectHttp2(gateway.port, certificate.ca);
    const stream = client.request({ ':path': app.invoke('/large') });
    stream.on('error', () => {});
    await once(stream, 'response');
    const closed = new Promise((resolve) => stream.once('close', resolve));
    let seconds = 0;
    await until(() => {
      now += 1000;
      seconds += 1;
      gateway.gateway.connections.tick();
      return replica.sockets.size === 0;
    });
    assert.ok(seconds > 60);
    stream.resume();
    await closed;
    assert.equal(stream.rstCode, constants.NGHTTP2_INTERNAL_ERROR);
    assert.equal((await client.ask({ ':path': app.invoke('/small') })).body, 'small');
  },
);

test(
  verifies(
    'http2:stream',
    'the end of an answer comes with its last bytes, so that nobody resets what is over',
  ),
  async () => {
    await using app = await stand((request, response) => {
      const chunks = request.url === '/two' ? ['one', 'two'] : request.url === '/none' ? [] : ['one'];
      response.writeHead(200, { 'content-length': 3 * chunks.length });
      for (const chunk of chunks) response.write(chunk);
      response.end();
    });
    for (const target of [app.path('/one'), app.path('/two'), app.path('/none'), '/health', '/nothing']) {
      const stream = app.client.request({ ':path': target });
      let left = 0;
      stream.once('response', (headers) => (left = Number(headers['content-length'])));
      const { promise: ended, resolve } = Promise.withResolvers<boolean>();
      stream.on('data', (chunk: Buffer) => {
        left -= chunk.length;
        // Node tells of the end in the same turn if it came in the same packet.
        if (left === 0) setImmediate(() => resolve(stream.readableEnded));
      });
      stream.once('end', () => resolve(true));
      assert.equal(await ended, true, target);
    }
  },
);

test(
  verifies(
    'http2:refusal',
    'who sends a body that is too large gets the whole refusal, and is then asked to stop',
  ),
  async () => {
    await using app = await stand((request) => request.on('error', () => {}).resume(), {
      maxBodyBytes: 100_000,
    });
    const stream = app.client.request({ ':method': 'POST', ':path': app.path() }, { endStream: false });
    const send = (): void => {
      while (!stream.closed && stream.write(Buffer.alloc(65_536)));
      if (!stream.closed) stream.once('drain', send);
    };
    send();
    const answer = await readAnswer(stream);
    assert.equal(answer.status, 413);
    assert.equal(JSON.parse(answer.body).code, 'PayloadTooLarge');
    await until(() => stream.closed);
    assert.equal(stream.rstCode, constants.NGHTTP2_NO_ERROR);
    assert.equal((await app.client.ask({ ':path': '/health' })).status, 200);
  },
);

test(
  verifies('http2:refusal', 'an answer before the end of a body comes whole, and frees the seat at once'),
  async () => {
    const text = 'no'.repeat(100_000);
    await using app = await stand((_request, response) =>
      response.writeHead(403, { connection: 'close' }).end(text),
    );
    const stream = app.client.request({ ':method': 'POST', ':path': app.path() }, { endStream: false });
    stream.on('error', () => {});
    stream.write('beginning');
    const answer = await readAnswer(stream);
    assert.equal(answer.status, 403);
    assert.equal(answer.body, text);
    await app.gateway.idle();
  },
);

test(verifies('http2:refusal', 'HEAD, 204 and 304 have no body'), async () => {
  await using app = await stand((request, response) => {
    const status = Number(request.url?.slice(1));
    response.writeHead(status, status === 200 ? { 'content-length': '5' } : { etag: '"x"' });
    response.end(status === 200 && request.method !== 'HEAD' ? 'hello' : undefined);
  });
  for (const [method, status, body] of [
    ['HEAD', 200, ''],
    ['GET', 204, ''],
    ['GET', 304, ''],
    ['GET', 200, 'hello'],
  ] as const) {
    const answer = await app.client.ask({ ':method': method, ':path': app.path(`/${status}`) });
    assert.deepEqual([answer.status, answer.body], [status, body]);
  }
  const health = await app.client.ask({ ':method': 'HEAD', ':path': '/health' });
  assert.deepEqual([health.status, health.body], [200, '']);
});

test(verifies('http2:offered', 'who asks for HTTP/2 gets it, and everybody else HTTP/1.1'), async () => {
  await using app = await stand(echo);
  const { port } = app.gateway;
  for (const [offered, chosen] of [
    [['h2', 'http/1.1'], 'h2'],
    [['http/1.1'], 'http/1.1'],
    [undefined, false],
  ] as const) {
    const socket = tls.connect({
      port,
      host: 'localhost',
      ca: certificate.ca,
      ...(offered && { ALPNProtocols: [...offered] }),
    });
    await once(socket, 'secureConnect');
    assert.equal(socket.alpnProtocol, chosen);
    if (chosen !== 'h2') {
      socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
      const [answer]: Buffer[] = await once(socket, 'data');
      assert.match(String(answer), /^HTTP\/1\.1 200 /);
    }
    socket.destroy();
  }
});

test(verifies('http2:offered', 'on the plain listener HTTP/2 is a broken request'), async () => {
  await using gateway = await startGateway();
  using client = await connectRaw(gateway.port);
  client.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  assert.match(await client.ended, /^HTTP\/1\.1 400 /);
});

test(
  verifies(
    'http2:websocket',
    'a WebSocket over HTTP/2 is refused, one over HTTP/1.1 on the same port is served',
  ),
  async () => {
    await using replica = await startReplica({ webSocket: (socket) => socket.send('hello') });
    await using gateway = await startGateway({ tls: certificate });
    const app = host(gateway.directory, [replica]);
    await using client = await connectHttp2(gateway.port, certificate.ca);
    assert.equal(client.session.remoteSettings.enableConnectProtocol, false);
    const plain = await client.ask({ ':path': app.live() });
    assert.equal(plain.status, 426);
    const { socket } = client.session;
    // Node's own client would not send it to a server that has not announced it.
    const stream = client.session.request({ ':method': 'CONNECT', ':authority': 'localhost' });
    stream.on('error', () => {});
    const [headers] = await once(stream, 'response');
    assert.equal(headers[':status'], 405);
    assert.equal(socket.destroyed, false);
    const webSocket = new WebSocket(`wss://localhost:${gateway.port}${app.live()}`, {
      ca: certificate.ca,
      headers: bearer,
    });
    const [message] = await once(webSocket, 'message');
    assert.equal(String(message), 'hello');
    webSocket.close();
    await once(webSocket, 'close');
  },
);

const curl = spawnSync('curl', ['--version'], { encoding: 'utf8' }).stdout ?? '';

test(
  verifies(['http2:invoke', 'http2:stream'], 'curl invokes over HTTP/2'),
  { skip: !/\bHTTP2\b/.test(curl) && 'there is no curl with HTTP/2' },
  async () => {
    await using app = await stand(echo);
    const url = `https://localhost:${app.gateway.port}${app.path('/curl?q')}`;
    const trust = ['--cacert', certificate.file, '--header', `Authorization: ${bearer.authorization}`];
    const summarize = [
      '--silent',
      '--show-error',
      '--max-time',
      '10',
      '--write-out',
      '\n%{http_version} %{http_code}',
    ];
    const question = ['--http2', '--data-binary', `@${certificate.file}`, url];
    const { stdout } = await promisify(execFile)('curl', [...trust, ...summarize, ...question]);
    const [body = '', summary] = stdout.split('\n');
    assert.equal(summary, '2 200');
    assert.equal(JSON.parse(body).body, certificate.ca);
  },
);

test(
  verifies(
    ['iam:signature', 'iam:body:checked'],
    'a signed request over HTTP/2 is served, and another body is a 401',
  ),
  async () => {
    await using app = await standSigned({ http: echo }, {}, certificate);
    await using client = await connectHttp2(app.gateway.port, certificate.ca);
    for (const [body, status] of [
      ['signed', 200],
      ['forged', 401],
    ] as const) {
      const sent = app.sign({ method: 'POST', body: 'signed' });
      const { host: authority, ...headers } = sent.headers;
      const stream = client.session.request(
        { ':method': 'POST', ':path': sent.path, ':authority': authority, ...headers },
        { endStream: false },
      );
      stream.end(body);
      assert.equal((await readAnswer(stream)).status, status);
    }
    await app.gateway.idle();
  },
);
