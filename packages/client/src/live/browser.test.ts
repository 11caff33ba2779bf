/** With Node's own WebSocket, which is that of browsers; test/scenarios/browser.test.ts has a real one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, keepConnected } from './browser.ts';
import { startPeer } from './peer.fixture.ts';
import type { ConnectionState } from './state.ts';

test('the token travels as a ticket, which names the connection', async () => {
  const urls: (string | undefined)[] = [];
  await using peer = await startPeer((_socket, { url, headers }) => {
    urls.push(url, headers.authorization);
  });
  await using connection = await connect(`${peer.url}?a=1`, { token: 'T', subprotocols: ['mcp'] });
  assert.deepEqual([connection.connectionId, connection.subprotocol], ['c1', 'mcp']);
  assert.match(urls[0] ?? '', /\/ws\?a=1&mooring-ticket=t1$/);
  assert.match(peer.asked[0] ?? '', /^POST \/20251112\/hostedApplications\/[^/]+\/tickets Bearer T$/);
});

test('or as a subprotocol beside those of the application', async () => {
  const offered: (string | undefined)[] = [];
  await using peer = await startPeer((socket, { headers }) => {
    offered.push(headers['sec-websocket-protocol']);
    socket.on('message', (data, binary) => socket.send(data, { binary }));
  });
  const options = { token: 'T', tokenBy: 'subprotocol', subprotocols: ['mcp'] } as const;
  await using connection = await connect(peer.url, options);
  assert.match(offered[0] ?? '', /^mcp, ?base64UrlBearerAuthorization, ?base64UrlBearerAuthorization\.VA$/);
  await connection.send(new Uint8Array([1, 2]));
  await connection.send('text');
  const messages = connection[Symbol.asyncIterator]();
  assert.deepEqual((await messages.next()).value, new Uint8Array([1, 2]));
  assert.equal((await messages.next()).value, 'text');
  assert.deepEqual(await connection.close(), { code: 1000, reason: '' });
});

test('it lasts as in Node', async () => {
  await using peer = await startPeer((socket, _request, before) => {
    if (before === 0) socket.close(1012, '{"retryAfterMs":0}');
    else socket.send('back');
  });
  const states: string[] = [];
  const onState = ({ kind }: ConnectionState): unknown => states.push(kind);
  await using connection = await keepConnected(peer.url, { onState, token: async () => 'T' });
  assert.equal((await connection[Symbol.asyncIterator]().next()).value, 'back');
  assert.deepEqual(states, ['connecting', 'open', 'reconnecting', 'open']);
  assert.equal(peer.asked.length, 2);
});

test('a handshake that fails, and an abort during it', async () => {
  await using peer = await startPeer(() => {});
  peer.refusals.push({ status: 404 });
  await assert.rejects(connect(peer.url), { name: 'Unreachable' });
  await assert.rejects(connect(peer.url, { signal: AbortSignal.abort(new Error('enough')) }), /enough/);
});
