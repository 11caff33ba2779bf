import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import tls from 'node:tls';
import { verifies } from '@mooring/test/verifies';
import { developmentCertificate } from './certificate.ts';
import { listen, type ListenOptions } from './listen.ts';
import { connectRaw } from './raw.fixture.ts';

const broken = 'HTTP/1.1 400 Broken\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
const quiet: ListenOptions = {
  host: '127.0.0.1',
  port: 0,
  onRequest: (request, response) => response.end(request.url),
  onBroken: (error, socket) => socket.end(broken.replace('Broken', error.code ?? 'Broken')),
};
const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

test('it answers requests one after the other on one connection', async () => {
  await using listener = await listen(quiet);
  using client = await connectRaw(listener.port);
  client.write(get('/one') + get('/two'));
  await client.until(/\/one[^]*\/two/);
  client.write(get('/three'));
  await client.until(/\/three/);
});

test('it speaks TLS 1.2 or newer when it has a certificate', async (context) => {
  const directory = await mkdtemp(join(tmpdir(), 'mooring-listen-'));
  context.after(() => rm(directory, { recursive: true }));
  const { cert, key, ca } = await developmentCertificate(directory, ['localhost'], Date.now());
  await using listener = await listen({ ...quiet, tls: { cert, key } });
  const socket = tls.connect({ port: listener.port, host: 'localhost', ca });
  await once(socket, 'secureConnect');
  assert.equal(socket.getProtocol(), 'TLSv1.3');
  socket.end(get('/'));
  await once(socket, 'data');
  const old = tls.connect({
    port: listener.port,
    host: 'localhost',
    ca,
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
  });
  await assert.rejects(once(old, 'secureConnect'));
  using plain = await connectRaw(listener.port);
  plain.write(get('/'));
  assert.equal(await plain.ended, '');
});

test('a connection that is not taken is closed, plain and over TLS, and the next one is served', async (context) => {
  const directory = await mkdtemp(join(tmpdir(), 'mooring-listen-'));
  context.after(() => rm(directory, { recursive: true }));
  const { cert, key, ca } = await developmentCertificate(directory, ['localhost'], Date.now());
  for (const secure of [false, true]) {
    let asked = 0;
    const takes = (): boolean => (asked += 1) > 1;
    await using listener = await listen({ ...quiet, takes, ...(secure && { tls: { cert, key } }) });
    using refused = await connectRaw(listener.port);
    assert.equal(await refused.ended, '');
    const place = { port: listener.port, host: 'localhost' };
    const socket = secure ? tls.connect({ ...place, ca }) : net.connect(place);
    socket.write(get('/'));
    const [answer] = await once(socket, 'data');
    assert.match(String(answer), /^HTTP\/1\.1 200/);
    socket.destroy();
  }
});

test(verifies('head:time-limit', 'a head that does not come in time is a broken request'), async () => {
  await using listener = await listen({ ...quiet, headLimit: 50 });
  for (const start of ['', 'GET / HTTP/1.1\r\nHost: local']) {
    using client = await connectRaw(listener.port);
    client.write(start);
    assert.match(await client.ended, /^HTTP\/1\.1 400 ERR_HTTP_REQUEST_TIMEOUT/);
  }
});

test(verifies('head:garbage', 'a broken request is answered once, however much follows it'), async () => {
  let times = 0;
  await using listener = await listen({
    ...quiet,
    onBroken: (_error, socket) => {
      times += 1;
      socket.write(broken);
    },
  });
  using client = await connectRaw(listener.port);
  client.write('garbage\r\n\r\n');
  await client.until(/Broken/);
  for (let round = 0; round < 3; round += 1) {
    client.write('garbage\r\n\r\n');
    await new Promise(setImmediate);
  }
  assert.equal(times, 1);
});

test(
  verifies(
    'head:garbage',
    'a broken request behind one that is being answered ends the connection, and nothing is put into the answer',
  ),
  async () => {
    const { promise: asked, resolve } = Promise.withResolvers<ServerResponse>();
    await using listener = await listen({
      ...quiet,
      onRequest: (_request, response) => {
        response.write('the beginning');
        resolve(response);
      },
    });
    using client = await connectRaw(listener.port);
    client.write(get('/'));
    await asked;
    await client.until(/the beginning/);
    client.write('garbage\r\n\r\n');
    assert.doesNotMatch(await client.ended, /Broken/);
  },
);

test('an upgrade behind a request that is being answered ends the connection', async () => {
  let upgrades = 0;
  await using listener = await listen({
    ...quiet,
    onRequest: (_request, response) => void response.write('the beginning'),
    onUpgrade: () => (upgrades += 1),
  });
  using client = await connectRaw(listener.port);
  client.write(get('/') + 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  await client.ended;
  assert.equal(upgrades, 0);
});

const upgrades: [header: string, upgraded: boolean][] = [
  ['websocket', true],
  ['WebSocket', true],
  ['h2c', false],
  ['websocket, h2c', false],
];

for (const [header, upgraded] of upgrades) {
  test(`"Upgrade: ${header}" is ${upgraded ? 'an upgrade' : 'an ordinary request'}`, async () => {
    await using listener = await listen({
      ...quiet,
      onUpgrade: (_request, socket) => socket.end('HTTP/1.1 101 Upgraded\r\n\r\n'),
    });
    using client = await connectRaw(listener.port);
    client.write(`GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ${header}\r\n\r\n`);
    await client.until(upgraded ? /^HTTP\/1\.1 101/ : /^HTTP\/1\.1 200/);
  });
}

test('without a place for upgrades they are ordinary requests', async () => {
  await using listener = await listen(quiet);
  using client = await connectRaw(listener.port);
  client.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  await client.until(/^HTTP\/1\.1 200/);
});

test('once stopped it takes nobody, ends who is idle, and lets an answer finish', async () => {
  const { promise: asked, resolve } = Promise.withResolvers<ServerResponse>();
  await using listener = await listen({
    ...quiet,
    onRequest: (request, response) => (request.url === '/slow' ? resolve(response) : response.end()),
  });
  using idle = await connectRaw(listener.port);
  idle.write(get('/'));
  await idle.until(/200/);
  using busy = await connectRaw(listener.port);
  busy.write(get('/slow'));
  const response = await asked;
  listener.stop();
  await idle.ended;
  await assert.rejects(connectRaw(listener.port), { code: 'ECONNREFUSED' });
  response.end('finished');
  await busy.until(/finished/);
  listener.stop();
  await busy.ended;
});

test('disposing of it ends every connection, also when it had stopped by itself', async () => {
  const listener = await listen({ ...quiet, onRequest: (_request, response) => void response.write('x') });
  using client = await connectRaw(listener.port);
  client.write(get('/'));
  await client.until(/x/);
  await listener[Symbol.asyncDispose]();
  await client.ended;
  await listener[Symbol.asyncDispose]();
});

test('a port that is taken is said so', async () => {
  await using listener = await listen(quiet);
  await assert.rejects(listen({ ...quiet, port: listener.port }), { code: 'EADDRINUSE' });
});
