import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http2, { constants, type ClientHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import tls, { type TLSSocket } from 'node:tls';
import { verifies } from '@mooring/test/verifies';
import { developmentCertificate } from './certificate.ts';
import { alpn } from './http2.ts';
import { listen, type Listener, type ListenOptions } from './listen.ts';

let directory: string;
let files: { cert: string; key: string; ca: string };
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mooring-http2-'));
  files = await developmentCertificate(directory, ['localhost'], Date.now());
});
after(() => rm(directory, { recursive: true }));

async function listenBoth(options: Partial<ListenOptions> = {}): Promise<Listener> {
  return listen({
    host: '127.0.0.1',
    port: 0,
    tls: files,
    onRequest: (_request, response) => response.end('one'),
    onHttp2Request: (_request, response) => response.end('two'),
    onBroken: (_error, socket) => socket.destroy(),
    ...options,
  });
}

async function connect(port: number): Promise<ClientHttp2Session & Disposable> {
  const session = http2.connect(`https://localhost:${port}`, { ca: files.ca });
  session.on('error', () => {});
  await once(session, 'remoteSettings');
  return Object.assign(session, { [Symbol.dispose]: () => session.destroy() });
}

/** The bare connection of a client that says what it likes. */
async function connectBare(port: number): Promise<TLSSocket> {
  const socket = tls.connect({ port, host: 'localhost', ca: files.ca, ALPNProtocols: alpn });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  return socket;
}

test(verifies('http2:limits', 'a client is told how much it may ask for at once'), async () => {
  await using listener = await listenBoth();
  using session = await connect(listener.port);
  const { maxConcurrentStreams, maxHeaderListSize, enablePush, enableConnectProtocol } =
    session.remoteSettings;
  assert.deepEqual(
    { maxConcurrentStreams, maxHeaderListSize, enablePush, enableConnectProtocol },
    { maxConcurrentStreams: 100, maxHeaderListSize: 16_384, enablePush: false, enableConnectProtocol: false },
  );
});

test(verifies('http2:limits', 'a head of more than 16 KiB ends its stream, and no other'), async () => {
  await using listener = await listenBoth();
  using session = await connect(listener.port);
  const large = session.request({ ':path': '/', 'x-large': 'x'.repeat(17 * 1024) });
  await assert.rejects(once(large, 'response'));
  assert.equal(large.rstCode, constants.NGHTTP2_ENHANCE_YOUR_CALM);
  const small = session.request({ ':path': '/', 'x-large': 'x'.repeat(15 * 1024) });
  const [headers] = await once(small, 'response');
  assert.equal(headers[':status'], 200);
});

test(verifies('http2:limits', 'a connection that asks for nothing is closed'), async () => {
  await using listener = await listenBoth({ headLimit: 50 });
  const socket = await connectBare(listener.port);
  await once(socket.resume(), 'close');
  using session = await connect(listener.port);
  if (!session.closed) await once(session, 'close');
});

/** A frame: its type, flags and stream (RFC 9113 section 4.1). */
function frame(type: number, flags: number, stream: number, payload = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const preface = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0)]);
/** GET, https, / and ":authority: localhost" (RFC 7541), as a whole request. */
const get = Buffer.concat([Buffer.from([0x82, 0x87, 0x84, 0x01, 9]), Buffer.from('localhost')]);
const ask = (stream: number): Buffer => frame(1, 5, stream, get);
const reset = (stream: number): Buffer =>
  frame(3, 0, stream, Buffer.from([0, 0, 0, constants.NGHTTP2_CANCEL]));

/** Resolves when such a frame came, with the number that it begins with: of a reset its code. */
async function frameFrom(socket: TLSSocket, type: number, stream: number): Promise<number> {
  let received = Buffer.alloc(0);
  for (;;) {
    const [chunk]: Buffer[] = await once(socket, 'data');
    received = Buffer.concat([received, chunk ?? Buffer.alloc(0)]);
    for (let at = 0; at + 9 <= received.length; at += 9 + received.readUIntBE(at, 3))
      if (received[at + 3] === type && received.readUInt32BE(at + 5) === stream)
        return received.length < at + 13 ? 0 : received.readUInt32BE(at + 9);
  }
}

const odd = (count: number): number[] => Array.from({ length: count }, (_none, index) => 2 * index + 1);

test(verifies('http2:limits', 'who resets requests as fast as they can be begun is sent away'), async () => {
  let asked = 0;
  await using listener = await listenBoth({ onHttp2Request: () => (asked += 1) });
  const socket = await connectBare(listener.port);
  const gone = frameFrom(socket, 7, 0);
  socket.write(Buffer.concat([preface, ...odd(2_000).flatMap((stream) => [ask(stream), reset(stream)])]));
  await gone;
  if (!socket.destroyed) await once(socket, 'close');
  assert.ok(asked < 1_000, `${asked} requests were begun`);
});

test(
  verifies('http2:limits', 'who resets requests that are over, as some clients do, is served on'),
  async () => {
    await using listener = await listenBoth();
    const socket = await connectBare(listener.port);
    socket.write(preface);
    const streams = odd(1_500);
    while (streams.length > 0) {
      const some = streams.splice(0, 50);
      const ended = frameFrom(socket, 0, some.at(-1) ?? 0);
      socket.write(Buffer.concat(some.map(ask)));
      await ended;
      socket.write(Buffer.concat(some.map(reset)));
    }
    assert.equal(socket.destroyed, false);
    socket.destroy();
  },
);

test(verifies('http2:limits', 'more requests at once than were granted are refused'), async () => {
  let asked = 0;
  await using listener = await listenBoth({ onHttp2Request: () => (asked += 1) });
  const socket = await connectBare(listener.port);
  const refused = frameFrom(socket, 3, 201);
  socket.write(Buffer.concat([preface, ...odd(101).map(ask)]));
  assert.ok([constants.NGHTTP2_REFUSED_STREAM, constants.NGHTTP2_PROTOCOL_ERROR].includes(await refused));
  assert.equal(asked, 100);
  socket.destroy();
});

test(verifies('http2:headers', 'a header of an HTTP/1.1 connection is a stream error'), async () => {
  let asked = 0;
  await using listener = await listenBoth({ onHttp2Request: () => (asked += 1) });
  for (const [name, value] of [
    ['connection', 'close'],
    ['transfer-encoding', 'chunked'],
    ['upgrade', 'websocket'],
    ['te', 'gzip'],
  ] as const) {
    const socket = await connectBare(listener.port);
    const refused = frameFrom(socket, 3, 1);
    // A literal that is not indexed, with a new name.
    const line = [
      Buffer.from([0, name.length]),
      Buffer.from(name),
      Buffer.from([value.length]),
      Buffer.from(value),
    ];
    socket.write(Buffer.concat([preface, frame(1, 5, 1, Buffer.concat([get, ...line]))]));
    assert.equal(await refused, constants.NGHTTP2_PROTOCOL_ERROR, name);
    socket.destroy();
  }
  assert.equal(asked, 0);
});

test('once stopped it begins no requests over HTTP/2, and lets an answer finish', async () => {
  const { promise: asked, resolve } = Promise.withResolvers<ServerHttp2Stream>();
  await using listener = await listenBoth({
    onHttp2Request: (request, response) => {
      response.writeHead(200);
      resolve(request.stream);
    },
  });
  using session = await connect(listener.port);
  const stream = session.request({ ':path': '/' });
  const answering = await asked;
  const away = once(session, 'goaway');
  listener.stop();
  await away;
  answering.end('finished');
  const chunks: Buffer[] = await stream.toArray();
  assert.equal(Buffer.concat(chunks).toString(), 'finished');
  if (!session.closed) await once(session, 'close');
});

test('disposing of it ends every session', async () => {
  const listener = await listenBoth({ onHttp2Request: (_request, response) => void response.write('x') });
  using session = await connect(listener.port);
  const stream = session.request({ ':path': '/' });
  stream.on('error', () => {});
  await once(stream, 'response');
  const closed = once(session, 'close');
  await listener[Symbol.asyncDispose]();
  await closed;
});

test('without a place for it HTTP/2 is not offered', async () => {
  await using listener = await listen({
    host: '127.0.0.1',
    port: 0,
    tls: files,
    onRequest: (_request, response) => response.end('one'),
    onBroken: (_error, socket) => socket.destroy(),
  });
  const socket = await connectBare(listener.port);
  assert.equal(socket.alpnProtocol, 'http/1.1');
  socket.destroy();
});
