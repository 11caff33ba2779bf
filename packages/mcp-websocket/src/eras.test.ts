/** Every client that there is, in every era, is served at the same path. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Client, type ClientOptions } from '@modelcontextprotocol/client';
import { Client as FirstClient } from '@modelcontextprotocol/sdk/client/index.js';
import { WebSocketClientTransport as FirstTransport } from '@modelcontextprotocol/sdk/client/websocket.js';
import { McpServer } from '@modelcontextprotocol/server';
import { WebSocketClientTransport } from './client-transport.ts';
import {
  call,
  connectRaw,
  initializeRequest,
  openTestbed,
  request,
  textOf,
  until,
  type Answer,
} from './testbed.ts';

const info = { name: 'test', version: '1.0.0' };

describe('the SDK of today', () => {
  const cases: { name: string; options: ClientOptions; version: string; era: 'legacy' | 'modern' }[] = [
    { name: 'by default', options: {}, version: '2025-11-25', era: 'legacy' },
    {
      name: 'with automatic negotiation',
      options: { versionNegotiation: { mode: 'auto' } },
      version: '2026-07-28',
      era: 'modern',
    },
    {
      name: 'pinned to the stateless revision',
      options: { versionNegotiation: { mode: { pin: '2026-07-28' } } },
      version: '2026-07-28',
      era: 'modern',
    },
    {
      name: 'restricted to an old revision',
      options: { supportedProtocolVersions: ['2025-03-26'] },
      version: '2025-03-26',
      era: 'legacy',
    },
  ];
  for (const { name, options, version, era } of cases) {
    it(`lists and calls tools ${name}`, async () => {
      await using bed = await openTestbed();
      const client = new Client(info, options);
      const transport = new WebSocketClientTransport(bed.url);
      await client.connect(transport);
      const { tools } = await client.listTools();
      const answer = await client.callTool({ name: 'echo', arguments: { text: 'aye' } });

      assert.equal(client.getNegotiatedProtocolVersion(), version);
      assert.deepEqual(tools.map((tool) => tool.name).sort(), ['echo', 'fill', 'hold']);
      assert.equal(textOf(answer), 'aye');
      assert.equal(bed.made.at(-1)?.context.era, era);

      await client.close();
      assert.deepEqual(transport.closing, { code: 1000, reason: '', by: 'us', retryAfterMs: undefined });
      await until(() => bed.serving.connections === 0);
      assert.deepEqual(bed.errors, []);
    });
  }

  it('receives change notifications on a subscription in the stateless era', async () => {
    const servers: McpServer[] = [];
    await using bed = await openTestbed({
      server: () => {
        const server = new McpServer(info, { capabilities: { tools: { listChanged: true } } });
        server.registerTool('first', {}, () => ({ content: [] }));
        servers.push(server);
        return server;
      },
    });
    const changed = Promise.withResolvers<void>();
    const client = new Client(info, {
      versionNegotiation: { mode: 'auto' },
      listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged: () => changed.resolve() } },
    });
    await client.connect(new WebSocketClientTransport(bed.url));
    await client.listTools();
    servers.at(-1)?.registerTool('second', {}, () => ({ content: [] }));
    await changed.promise;
    await client.close();
  });

  it('is asked by the server in the legacy era', async () => {
    await using bed = await openTestbed({
      server: () => {
        const server = new McpServer(info);
        server.registerTool('ask', {}, async () => {
          const answer = await server.server.elicitInput({
            message: 'Your name?',
            requestedSchema: { type: 'object', properties: { name: { type: 'string' } } },
          });
          return { content: [{ type: 'text', text: JSON.stringify(answer.content) }] };
        });
        return server;
      },
    });
    const client = new Client(info, { capabilities: { elicitation: {} } });
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { name: 'Ada' } }));
    await client.connect(new WebSocketClientTransport(bed.url));
    assert.equal(textOf(await client.callTool({ name: 'ask' })), '{"name":"Ada"}');
    await client.close();
  });
});

describe('the first SDK', () => {
  it('lists and calls tools through its own transport', async () => {
    await using bed = await openTestbed();
    const client = new FirstClient(info);
    await client.connect(new FirstTransport(new URL(bed.url)));
    const { tools } = await client.listTools();
    const answer = await client.callTool({ name: 'echo', arguments: { text: 'aye' } });
    assert.equal(tools.length, 3);
    assert.equal(textOf(answer), 'aye');
    await client.close();
    await until(() => bed.serving.connections === 0);
  });
});

describe('a client without an SDK', () => {
  it('is served with 2024-11-05 although it never sends notifications/initialized', async () => {
    await using bed = await openTestbed();
    using client = await connectRaw(bed.url);
    assert.equal(client.socket.protocol, 'mcp');
    client.send(initializeRequest());
    assert.equal((await client.next()).result?.['protocolVersion'], '2024-11-05');
    client.send(request(2, 'tools/list'));
    assert.equal((await client.next()).id, 2);
    client.send(call(3, 'echo', { text: 'aye' }));
    assert.equal(textOf((await client.next()).result), 'aye');
  });

  it('gets an answer to each of its pipelined requests', async () => {
    await using bed = await openTestbed();
    using client = await connectRaw(bed.url);
    client.send(initializeRequest());
    const ids = Array.from({ length: 50 }, (_, index) => index + 2);
    for (const id of ids) client.send(call(id, 'echo', { text: `${id}` }));
    const answers: Answer[] = [];
    for (let index = 0; index <= ids.length; index += 1) answers.push(await client.next());
    const echoed = answers
      .filter((answer) => answer.id !== 1)
      .map((answer) => [answer.id, textOf(answer.result)]);
    assert.deepEqual(
      echoed,
      ids.map((id) => [id, `${id}`]),
    );
  });

  it('may ask for discovery first and open a legacy session then', async () => {
    await using bed = await openTestbed();
    using client = await connectRaw(bed.url);
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': info,
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    client.send(request('probe', 'server/discover', { _meta }));
    assert.ok((await client.next()).result?.['supportedVersions']);
    client.send(initializeRequest(2));
    assert.equal((await client.next()).result?.['protocolVersion'], '2024-11-05');
    assert.deepEqual(
      bed.made.map(({ context }) => context.era),
      ['modern', 'legacy'],
    );
  });

  it('shows its handshake to the server factory', async () => {
    await using bed = await openTestbed();
    using client = await connectRaw(bed.url, { headers: { 'Mooring-Subject': 'ada' } });
    client.send(initializeRequest());
    await client.next();
    assert.equal(bed.made[0]?.context.request.headers['mooring-subject'], 'ada');
  });
});
