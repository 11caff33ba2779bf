import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { WebSocketServer, type WebSocket } from 'ws';
import { connect } from './connect.ts';
import { TimedOut, Unreachable } from '../failure.ts';

interface Peer extends AsyncDisposable {
  readonly url: string;
  readonly server: WebSocketServer;
}

async function peer(serve: (socket: WebSocket, authorization: string | undefined) => void): Promise<Peer> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket, request) => serve(socket, request.headers.authorization));
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address && typeof address === 'object');
  return {
    url: `ws://127.0.0.1:${address.port}`,
    server,
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('messages go both ways, text as text and bytes as bytes', async () => {
  await using echo = await peer((socket) =>
    socket.on('message', (data, binary) => socket.send(data, { binary })),
  );
  await using connection = await connect(echo.url, { subprotocols: ['a', 'b'] });
  assert.equal(connection.subprotocol, 'a');
  await connection.send('hello');
  await connection.send(new Uint8Array([1, 2]));
  const got: (string | Uint8Array)[] = [];
  for await (const message of connection) {
    got.push(message);
    if (got.length === 2) break;
  }
  assert.equal(got[0], 'hello');
  assert.deepEqual(new Uint8Array(Buffer.from(got[1] ?? '')), new Uint8Array([1, 2]));
});

test('a message that comes with the handshake is not lost', async () => {
  await using greeter = await peer((socket, authorization) => {
    socket.send(`you are ${authorization}`);
    socket.close(1000, 'that was all');
  });
  const connection = await connect(greeter.url, { token: 'T' });
  assert.deepEqual(await connection.closed, { code: 1000, reason: 'that was all' });
  assert.deepEqual(await Array.fromAsync(connection), ['you are Bearer T']);
});

test('a refusal of the handshake is an error with its code', async () => {
  await using refusing = await peer(() => undefined);
  refusing.server.options.verifyClient = (_info, answer) =>
    answer(false, 401, '{"code":"NotAuthenticated","message":"no token"}');
  await assert.rejects(connect(refusing.url), {
    name: 'RequestFailed',
    status: 401,
    code: 'NotAuthenticated',
    message: 'no token',
  });
});

test('a peer that does not answer the handshake is a time-out', async () => {
  const silent = createServer((socket) => void socket.resume()).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  assert.ok(address && typeof address === 'object');
  await assert.rejects(connect(`ws://127.0.0.1:${address.port}`, { timeout: 30 }), TimedOut);
  await new Promise((resolve) => silent.close(resolve));
  await assert.rejects(connect(`ws://127.0.0.1:${address.port}`), Unreachable);
});

test('an abort during the handshake ends it, a later one closes the connection', async () => {
  const early = new AbortController();
  const silent = createServer((socket) => {
    socket.resume();
    early.abort(new Error('enough'));
  }).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  assert.ok(address && typeof address === 'object');
  await assert.rejects(connect(`ws://127.0.0.1:${address.port}`, { signal: early.signal }), /enough/);
  await new Promise((resolve) => silent.close(resolve));

  await using quiet = await peer(() => undefined);
  const late = new AbortController();
  const connection = await connect(quiet.url, { signal: late.signal });
  late.abort();
  assert.equal((await connection.closed).code, 1000);
});

test('a reset in mid-life ends the iteration and is told as 1006', async () => {
  await using dying = await peer((socket) => socket.on('message', () => socket.terminate()));
  const connection = await connect(dying.url);
  await connection.send('die');
  assert.deepEqual(await Array.fromAsync(connection), []);
  assert.equal((await connection.closed).code, 1006);
  await assert.rejects(connection.send('more'));
});

test('a peer that misses two pings is given up; one that answers is not', async () => {
  await using silent = await peer(() => undefined);
  silent.server.options.autoPong = false;
  const lost = await connect(silent.url, { pingInterval: 10 });
  assert.equal((await lost.closed).code, 1006);

  let pings = 0;
  const often = Promise.withResolvers<void>();
  await using living = await peer((socket) =>
    socket.on('ping', () => {
      pings += 1;
      if (pings === 4) often.resolve();
    }),
  );
  await using kept = await connect(living.url, { pingInterval: 10 });
  await often.promise;
  assert.equal((await kept.close()).code, 1000);
});
