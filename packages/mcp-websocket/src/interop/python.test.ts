/** The Python SDK's own WebSocket transport, at either end. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { WebSocketClientTransport } from '../client-transport.ts';
import { openTestbed, textOf } from '../testbed.ts';
import { findPython } from './python.fixture.ts';

const python = await findPython();
const skip = 'missing' in python ? python.missing : false;
const interpreter = 'path' in python ? python.path : '';
const script = (name: string): string => join(import.meta.dirname, name);

function askingServer(): McpServer {
  const server = new McpServer({ name: 'test', version: '1.0.0' });
  const text = (said: string) => ({ content: [{ type: 'text' as const, text: said }] });
  server.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, (said) => text(said.text));
  server.registerTool('ask', {}, async () => {
    const { content } = await server.server.elicitInput({
      message: 'Your name?',
      requestedSchema: { type: 'object', properties: { name: { type: 'string' } } },
    });
    return text(JSON.stringify(content));
  });
  return server;
}

describe('the Python SDK', { skip, timeout: 60_000 }, () => {
  it('lists and calls tools through its own client, and is asked by the server', async () => {
    await using bed = await openTestbed({ server: askingServer });
    const { stdout } = await promisify(execFile)(interpreter, [script('client.py'), bed.url]);
    assert.deepEqual(JSON.parse(stdout), {
      version: '2025-11-25',
      tools: ['ask', 'echo'],
      echoed: 'aye',
      asked: '{"name":"Ada"}',
    });
    assert.deepEqual(bed.errors, []);
  });

  for (const [how, options] of [
    ['by default', {}],
    ['with automatic negotiation', { versionNegotiation: { mode: 'auto' } }],
  ] as const) {
    it(`serves our client ${how}`, async () => {
      const server = spawn(interpreter, [script('server.py')], { stdio: ['ignore', 'pipe', 'ignore'] });
      try {
        const [port] = await once(createInterface(server.stdout), 'line');
        const client = new Client({ name: 'test', version: '1.0.0' }, options);
        await client.connect(new WebSocketClientTransport(`ws://127.0.0.1:${String(port)}/`));
        const answer = await client.callTool({ name: 'echo', arguments: { text: 'aye' } });
        assert.equal(client.getNegotiatedProtocolVersion(), '2025-11-25');
        assert.equal(textOf(answer), 'aye');
        await client.close();
      } finally {
        server.kill('SIGKILL');
        await once(server, 'exit');
      }
    });
  }
});
