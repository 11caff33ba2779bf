/** What is refused before 101, and with which words. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { McpServer } from '@modelcontextprotocol/server';
import { WebSocket, WebSocketServer } from 'ws';
import { verifies } from '@mooring/test/verifies';
import { serveWebSocket } from './serve.ts';
import { connectRaw, dialRaw, initialize, openTestbed, refusalOf, until } from './testbed.ts';

const handshake = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol': 'mcp',
};

async function upgrade(port: number, options: { path?: string; method?: string; headers: object }) {
  const { path = '/ws', method = 'GET', headers } = options;
  const sent = httpRequest({ port, path, method, headers: { ...headers } }).end();
  const [event, response] = await Promise.race([
    once(sent, 'response').then(([response]: IncomingMessage[]) => ['response', response] as const),
    once(sent, 'upgrade').then(([response]: IncomingMessage[]) => ['upgrade', response] as const),
  ]);
  const body = event === 'response' ? (await response?.toArray())?.join('') : undefined;
  response?.socket.destroy();
  return {
    status: response?.statusCode,
    headers: response?.headers,
    code: body === undefined ? undefined : (JSON.parse(body) as { code: string }).code,
    message: body === undefined ? undefined : (JSON.parse(body) as { message: string }).message,
  };
}

describe('a handshake', () => {
  const { 'Sec-WebSocket-Protocol': _protocol, ...withoutProtocol } = handshake;
  const { 'Sec-WebSocket-Key': _key, ...withoutKey } = handshake;
  const cases: {
    name: string;
    path?: string;
    method?: string;
    headers: object;
    status: number;
    says: RegExp;
  }[] = [
    { name: 'with everything', headers: handshake, status: 101, says: /^undefined$/ },
    { name: 'with a query', path: '/ws?a=/other', headers: handshake, status: 101, says: /^undefined$/ },
    {
      name: 'with mcp among other subprotocols',
      headers: { ...handshake, 'Sec-WebSocket-Protocol': 'chat,  mcp ,x' },
      status: 101,
      says: /^undefined$/,
    },
    {
      name: 'without a subprotocol',
      headers: withoutProtocol,
      status: 400,
      says: /offer the subprotocol "mcp"/,
    },
    {
      name: 'with another subprotocol',
      headers: { ...handshake, 'Sec-WebSocket-Protocol': 'mcp2, MCP' },
      status: 400,
      says: /offer the subprotocol "mcp"/,
    },
    {
      name: 'with mcp twice',
      headers: { ...handshake, 'Sec-WebSocket-Protocol': 'mcp, mcp' },
      status: 400,
      says: /Sec-WebSocket-Protocol/,
    },
    { name: 'without a key', headers: withoutKey, status: 400, says: /Sec-WebSocket-Key/ },
    {
      name: 'of version 12',
      headers: { ...handshake, 'Sec-WebSocket-Version': '12' },
      status: 400,
      says: /Sec-WebSocket-Version/,
    },
    { name: 'with POST', method: 'POST', headers: handshake, status: 400, says: /method/ },
    { name: 'for another protocol', headers: { ...handshake, Upgrade: 'h2c' }, status: 400, says: /Upgrade/ },
    { name: 'at another path', path: '/ws/', headers: handshake, status: 404, says: /no WebSocket endpoint/ },
  ];
  for (const { name, status, says, ...how } of cases) {
    it(verifies('mcp:bad:subprotocol', `${name} gets ${status}`), async () => {
      await using bed = await openTestbed();
      const answer = await upgrade(bed.port, how);
      assert.equal(answer.status, status);
      assert.match(String(answer.message), says);
      if (status === 101) assert.equal(answer.headers?.['sec-websocket-protocol'], 'mcp');
      assert.deepEqual(bed.errors, []);
    });
  }
});

describe('a web page', () => {
  const cases: { name: string; headers: Record<string, string>; status: number }[] = [
    { name: 'of this machine may connect', headers: { Origin: 'http://localhost:3000' }, status: 101 },
    { name: 'of this machine by IPv6 may connect', headers: { Origin: 'https://[::1]' }, status: 101 },
    { name: 'of anywhere may not', headers: { Origin: 'https://evil.example' }, status: 403 },
    { name: 'of a look-alike may not', headers: { Origin: 'https://localhost.evil.example' }, status: 403 },
    { name: 'without an origin of its own may not', headers: { Origin: 'null' }, status: 403 },
    {
      name: 'that came through Mooring may connect',
      headers: { Origin: 'https://app.example', 'opc-request-id': 'A/B/C' },
      status: 101,
    },
  ];
  for (const { name, headers, status } of cases) {
    it(name, async () => {
      await using bed = await openTestbed();
      const answer = await upgrade(bed.port, { headers: { ...handshake, ...headers } });
      assert.equal(answer.status, status);
    });
  }
});

describe('a rule for origins', () => {
  const headers = { ...handshake, Origin: 'https://app.example' };

  it('replaces the default one', async () => {
    await using bed = await openTestbed({ allowOrigin: (origin) => origin === 'https://app.example' });
    assert.equal((await upgrade(bed.port, { headers })).status, 101);
  });

  it('that throws gets the client 500 and the owner the cause', async () => {
    await using bed = await openTestbed({
      allowOrigin: () => {
        throw new Error('no list');
      },
    });
    const answer = await upgrade(bed.port, { headers });
    assert.deepEqual([answer.status, answer.code], [500, 'InternalServerError']);
    assert.deepEqual(bed.errors.map(String), ['Error: no list']);
  });

  it('that never decides gets the client 503 after the limit', async () => {
    await using bed = await openTestbed({ allowOrigin: () => new Promise(() => {}), handshakeTimeout: 20 });
    const answer = await upgrade(bed.port, { headers });
    assert.deepEqual([answer.status, answer.headers?.['retry-after']], [503, '5']);
  });

  it('survives a client that resets while it decides', async () => {
    const asked = Promise.withResolvers<void>();
    const verdict = Promise.withResolvers<boolean>();
    await using bed = await openTestbed({
      allowOrigin: () => {
        asked.resolve();
        return verdict.promise;
      },
    });
    const socket = connect(bed.port, '127.0.0.1');
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`GET /ws HTTP/1.1\r\nHost: x\r\n${lines.join('')}\r\n`);
    await asked.promise;
    socket.resetAndDestroy();
    await once(socket, 'close');
    verdict.resolve(true);
    using client = await connectRaw(bed.url);
    await initialize(client);
    assert.equal(bed.made.length, 1);
  });
});

it('a connection above the limit is refused with 503 and welcome when another has gone', async () => {
  await using bed = await openTestbed({ maxConnections: 1 });
  using first = await connectRaw(bed.url);
  using second = dialRaw(bed.url);
  const { status, body } = await refusalOf(second);
  assert.equal(status, 503);
  assert.equal((body as { code: string }).code, 'ServiceUnavailable');
  first.socket.close();
  await until(() => bed.serving.connections === 0);
  using third = await connectRaw(bed.url);
  await initialize(third);
});

it('other upgrade listeners of the same HTTP server keep their paths', async () => {
  const http = createServer();
  const server = () => new McpServer({ name: 'x', version: '1' });
  const chat = new WebSocketServer({ noServer: true });
  await using _one = serveWebSocket(http, { path: '/one', server });
  await using _two = serveWebSocket(http, { path: '/two', server });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  assert.equal((await upgrade(port, { path: '/one', headers: handshake })).status, 101);
  assert.equal((await upgrade(port, { path: '/two', headers: handshake })).status, 101);
  assert.equal((await upgrade(port, { path: '/chat', headers: handshake })).status, 404);
  http.on('upgrade', (request, socket, head) => {
    if (request.url === '/chat')
      chat.handleUpgrade(request, socket, head, (client) => client.send('welcome'));
  });
  const client = new WebSocket(`ws://127.0.0.1:${port}/chat`);
  const [greeting] = (await once(client, 'message')) as [Buffer];
  assert.equal(greeting.toString(), 'welcome');
  client.terminate();
  http.close();
});

it('a path without a leading slash is a mistake of the programmer', () => {
  const server = () => new McpServer({ name: 'x', version: '1' });
  assert.throws(() => serveWebSocket(createServer(), { path: 'ws', server }), TypeError);
});
