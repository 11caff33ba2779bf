/** The server's end over a WebSocket that the caller accepted: by hand, without serveWebSocket. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { McpServer } from '@modelcontextprotocol/server';
import { WebSocketServerTransport } from './server-transport.ts';
import { acceptAll, connectRaw, initialize, request } from './testbed.ts';

it('serves a legacy client through server.connect(), also what was sent before', async () => {
  const accepted = Promise.withResolvers<WebSocketServerTransport>();
  await using at = await acceptAll((socket) => accepted.resolve(new WebSocketServerTransport(socket)));
  using client = await connectRaw(`ws://127.0.0.1:${at.port}/`);
  const initialized = initialize(client);
  client.send(request(2, 'ping'));
  const transport = await accepted.promise;
  const mcp = new McpServer({ name: 'x', version: '1' });
  await mcp.connect(transport);
  await initialized;
  assert.deepEqual(await client.next(), { jsonrpc: '2.0', id: 2, result: {} });
  await mcp.close();
  assert.equal((await client.closed).code, 1000);
  assert.deepEqual(transport.closing, { code: 1000, reason: '', by: 'us', retryAfterMs: undefined });
});

it('answers a result that is no JSON with an error', async () => {
  const errors: Error[] = [];
  await using at = await acceptAll((socket) => {
    const transport = new WebSocketServerTransport(socket);
    Object.assign(transport, {
      onerror: (error: Error) => errors.push(error),
      onmessage: () => transport.send({ jsonrpc: '2.0', id: 7, result: { size: 1n } }).catch(() => {}),
    });
    void transport.start();
  });
  using client = await connectRaw(`ws://127.0.0.1:${at.port}/`);
  client.send(request(7, 'x'));
  const { id, error } = await client.next();
  assert.deepEqual([id, error?.code], [7, -32603]);
  assert.equal(errors.length, 1);
});

it('cannot be started twice', async () => {
  const accepted = Promise.withResolvers<WebSocketServerTransport>();
  await using at = await acceptAll((socket) => accepted.resolve(new WebSocketServerTransport(socket)));
  using _client = await connectRaw(`ws://127.0.0.1:${at.port}/`);
  const transport = await accepted.promise;
  await transport.start();
  await assert.rejects(transport.start(), TypeError);
});
