/** How a client connects: what it sends, and what it says when the connection does not come about. */
import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { describe, it } from 'node:test';
import { Client } from '@modelcontextprotocol/client';
import { McpServer } from '@modelcontextprotocol/server';
import { generate } from 'selfsigned';
import { WebSocketClientTransport, type WebSocketClientTransportOptions } from './client-transport.ts';
import { HandshakeError } from './dial.ts';
import { serveWebSocket } from './serve.ts';
import { acceptAll, listen, openTestbed } from './testbed.ts';

const info = { name: 'test', version: '1.0.0' };

/** What starting a transport against this address fails with. */
async function failure(url: string, options: WebSocketClientTransportOptions = {}): Promise<HandshakeError> {
  const transport = new WebSocketClientTransport(url, { connectTimeout: 5_000, ...options });
  const error = await transport.start().then(
    () => assert.fail('the connection came about'),
    (error: unknown) => error,
  );
  await transport.close();
  assert.ok(error instanceof HandshakeError, String(error));
  return error;
}

describe('a refused handshake', () => {
  const cases: { name: string; answer: RequestListener; expected: Partial<HandshakeError>; says: RegExp }[] =
    [
      {
        name: 'shows code, message and challenge of a refusal by Mooring',
        answer: (_request, response) => {
          response.writeHead(401, {
            'Content-Type': 'application/json',
            'WWW-Authenticate': 'Bearer scope="x"',
            'opc-request-id': 'A/B/C',
          });
          response.end('{"code":"NotAuthenticated","message":"The token has expired."}');
        },
        expected: {
          status: 401,
          code: 'NotAuthenticated',
          challenge: 'Bearer scope="x"',
          requestId: 'A/B/C',
        },
        says: /^The server refused the connection with 401 NotAuthenticated: The token has expired\.$/,
      },
      {
        name: 'shows when to try again',
        answer: (_request, response) => response.writeHead(503, { 'Retry-After': '7' }).end('{"code":1}'),
        expected: { status: 503, code: undefined, retryAfter: 7 },
        says: /503 Service Unavailable/,
      },
      {
        name: 'takes a time before now for none',
        answer: (_request, response) => response.writeHead(503, { 'Retry-After': '-7' }).end(),
        expected: { status: 503, retryAfter: undefined },
        says: /503 Service Unavailable/,
      },
      {
        name: 'shows the status of a page that says nothing',
        answer: (_request, response) => response.writeHead(404).end('<html>'),
        expected: { status: 404, code: undefined, retryAfter: undefined },
        says: /404 Not Found/,
      },
      {
        name: 'does not follow redirects',
        answer: (_request, response) => response.writeHead(302, { Location: 'ws://127.0.0.1:1/' }).end(),
        expected: { status: 302 },
        says: /302 Found/,
      },
      {
        name: 'shows the status when the body breaks off',
        answer: (_request, response) => {
          response.writeHead(500, { 'Content-Length': '100' });
          response.write('{"code":', () => response.destroy());
        },
        expected: { status: 500 },
        says: /500/,
      },
      {
        name: 'reads no more than it needs of an endless body',
        answer: (_request, response) => {
          response.writeHead(500);
          const more = (): void => void (response.write('x'.repeat(65_536)) && setImmediate(more));
          response.on('drain', more);
          more();
        },
        expected: { status: 500 },
        says: /500/,
      },
    ];
  for (const { name, answer, expected, says } of cases) {
    it(name, async () => {
      await using at = await listen(createServer(answer));
      const error = await failure(`ws://127.0.0.1:${at.port}/ws?mooring-ticket=secret`, { token: 'secret' });
      for (const [key, value] of Object.entries(expected)) assert.equal(Reflect.get(error, key), value, key);
      assert.match(error.message, says);
      assert.doesNotMatch(JSON.stringify(error) + error.message, /secret/);
    });
  }
});

describe('a connection that does not come about', () => {
  it('names the address, without the query, when nobody listens', async () => {
    const error = await failure('ws://127.0.0.1:1/ws?mooring-ticket=secret');
    assert.match(error.message, /^No connection to ws:\/\/127\.0\.0\.1:1\/ws: connect ECONNREFUSED/);
    assert.equal(error.status, undefined);
  });

  it('fails after connectTimeout when the server says nothing', async () => {
    await using at = await listen(createTcpServer());
    const error = await failure(`ws://127.0.0.1:${at.port}/`, { connectTimeout: 30 });
    assert.match(error.message, /No connection after 30 ms/);
  });

  it('fails when the server answers with garbage', async () => {
    await using at = await listen(
      createTcpServer((socket) => socket.on('error', () => {}).end('garbage\r\n\r\n')),
    );
    assert.match((await failure(`ws://127.0.0.1:${at.port}/`)).message, /Parse Error/);
  });

  it('fails when the server chose another subprotocol', async () => {
    await using at = await acceptAll(() => {}, 'chat');
    const error = await failure(`ws://127.0.0.1:${at.port}/`, { subprotocols: ['chat'] });
    assert.match(error.message, /"chat", not MCP/);
  });

  it('is given up by close()', async () => {
    const arrived = Promise.withResolvers<void>();
    await using at = await listen(createTcpServer(() => arrived.resolve()));
    const transport = new WebSocketClientTransport(`ws://127.0.0.1:${at.port}/`);
    const started = transport.start();
    await arrived.promise;
    await transport.close();
    await assert.rejects(started, /given up/);
  });

  it('rejects the connect() of a client that negotiates, with the same error', async () => {
    await using at = await listen(createServer((_request, response) => response.writeHead(403).end()));
    const client = new Client(info, { versionNegotiation: { mode: 'auto' } });
    await assert.rejects(
      client.connect(new WebSocketClientTransport(`ws://127.0.0.1:${at.port}/`)),
      (error: unknown) => error instanceof HandshakeError && error.status === 403,
    );
  });
});

describe('a token', () => {
  it('goes into the Authorization header, beside other headers and subprotocols', async () => {
    await using bed = await openTestbed();
    const transport = new WebSocketClientTransport(bed.url, {
      token: 'abc',
      headers: { 'X-Tenant': 'one' },
      subprotocols: ['base64UrlBearerAuthorization'],
    });
    const client = new Client(info);
    await client.connect(transport);
    const headers = bed.made[0]?.context.request.headers;
    assert.equal(headers?.authorization, 'Bearer abc');
    assert.equal(headers?.['x-tenant'], 'one');
    assert.equal(headers?.['sec-websocket-protocol'], 'mcp,base64UrlBearerAuthorization');
    await client.close();
  });

  it('is asked for when it comes from a provider', async () => {
    await using bed = await openTestbed();
    const client = new Client(info);
    await client.connect(new WebSocketClientTransport(bed.url, { token: async () => 'fresh' }));
    assert.equal(bed.made[0]?.context.request.headers.authorization, 'Bearer fresh');
    await client.close();
  });

  it('that cannot be had fails the connection with the cause', async () => {
    const cause = new Error('no secret');
    const error = await failure('ws://127.0.0.1:1/', { token: () => Promise.reject(cause) });
    assert.match(error.message, /token provider/);
    assert.equal(error.cause, cause);
  });

  it('that never comes fails the connection after connectTimeout', async () => {
    const token = () => new Promise<string>(() => {});
    assert.match((await failure('ws://127.0.0.1:1/', { token, connectTimeout: 20 })).message, /after 20 ms/);
  });
});

describe('over TLS', () => {
  it('a private authority is trusted when given as tls.ca, and named as the reason when not', async () => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
      keyType: 'ec',
      algorithm: 'sha256',
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    const https = createTlsServer({ cert, key });
    await using at = await listen(https);
    await using _serving = serveWebSocket(https, { server: () => new McpServer(info) });
    const url = `wss://127.0.0.1:${at.port}/ws`;
    assert.match(
      (await failure(url)).message,
      /self-signed certificate.*\. Give the certificate .* as tls\.ca/,
    );
    const client = new Client(info);
    await client.connect(new WebSocketClientTransport(url, { tls: { ca: cert } }));
    await client.ping();
    await client.close();
  });
});
