import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { WebSocket } from 'ws';
import { mooring } from '../../fixture/mooring.ts';
import { platform, type Platform } from '../../fixture/platform.ts';

const info = { name: 'echo', version: '1' };
const request = (id: number, method: string, params: object = {}): string =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
const initialize = request(1, 'initialize', {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: info,
});
const say = (id: number, text: string): string =>
  request(id, 'tools/call', { name: 'echo', arguments: { text } });

/** Answers like an MCP server of the legacy era; `leave` ends the connection as a restart does, unanswered. */
function serve(socket: WebSocket): void {
  socket.on('message', (data) => {
    assert.ok(Buffer.isBuffer(data));
    const { id, method, params } = JSON.parse(data.toString());
    const text: unknown = params?.arguments?.text;
    if (id === undefined) return;
    if (text === 'leave') return socket.close(1012, '{"retryAfterMs":10}');
    const answer = (body: object): void => socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...body }));
    if (method === 'initialize')
      answer({ result: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: info } });
    else if (method === 'tools/call') answer({ result: { content: [{ type: 'text', text }] } });
    else answer({ error: { code: -32601, message: 'Method not found' } });
  });
}

async function echoPlatform(): Promise<Platform & { connections: number }> {
  const server = await platform('echo');
  const counted = Object.assign(server, { connections: 0 });
  server.live = (socket) => {
    counted.connections += 1;
    serve(socket);
  };
  return counted;
}

const lines = (text: string): { id: number; result?: { content?: unknown }; error?: { message: string } }[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

test('mcp bridge serves a client on standard input and output, and answers what was asked before its end', async () => {
  await using server = await echoPlatform();
  const stdin = initialize + say(2, 'aye');
  const { code, stdout, stderr } = await mooring(['mcp', 'bridge', 'echo'], { cwd: server.cwd, stdin });
  assert.equal(code, 0, stderr);
  const answers = lines(stdout);
  assert.deepEqual(
    answers.map(({ id }) => id),
    [1, 2],
  );
  assert.deepEqual(answers[1]?.result?.content, [{ type: 'text', text: 'aye' }]);
});

test('mcp bridge outlives a connection, and says what became of a call', async () => {
  await using server = await echoPlatform();
  const stdin = new PassThrough();
  const asked = new Set<string>();
  const onOutput = (text: string): void => {
    const send = (line: string): void => {
      if (asked.has(line)) return;
      asked.add(line);
      stdin.write(line);
    };
    const answered = lines(text).length;
    if (answered === 1) send(say(2, 'leave'));
    if (answered === 2) send(say(3, 'back'));
    if (answered === 3) stdin.end();
  };
  stdin.write(initialize);
  const { code, stdout, stderr } = await mooring(['mcp', 'bridge', 'echo'], {
    cwd: server.cwd,
    stdin,
    onOutput,
  });
  assert.equal(code, 0, stderr);
  const [, lost, back] = lines(stdout);
  assert.match(lost?.error?.message ?? '', /may have been carried out/);
  assert.deepEqual(back?.result?.content, [{ type: 'text', text: 'back' }]);
  assert.match(stderr, /mooring: connection lost \(1012.*trying again in/);
  assert.equal(server.connections, 2);
});

test('mcp bridge --http serves any number of clients until it is interrupted', async () => {
  await using server = await echoPlatform();
  const interruption = new AbortController();
  const told = new PassThrough();
  const ran = mooring(['mcp', 'bridge', 'echo', '--http', '0'], {
    cwd: server.cwd,
    interrupted: interruption.signal,
    onOutput: (text) => void told.write(text),
  });
  const url = String(await once(told, 'data')).trim();
  for (const mode of ['legacy', 'auto'] as const) {
    const client = new Client(info, { versionNegotiation: { mode } });
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    const { content } = await client.callTool({ name: 'echo', arguments: { text: mode } });
    assert.deepEqual(content, [{ type: 'text', text: mode }]);
    await client.close();
  }
  const foreign = await fetch(url, { method: 'POST', headers: { origin: 'https://elsewhere.example' } });
  assert.equal(foreign.status, 403);
  interruption.abort();
  assert.match((await ran).stdout, /^http:\/\/127\.0\.0\.1:\d+\/mcp\n$/);
});

test('mcp bridge to what is not there is exit 5, and nothing stands on standard output', async () => {
  await using server = await echoPlatform();
  const { code, stdout } = await mooring(['mcp', 'bridge', 'nothing'], {
    cwd: server.cwd,
    stdin: initialize,
  });
  assert.deepEqual({ code, stdout }, { code: 5, stdout: '' });
});
