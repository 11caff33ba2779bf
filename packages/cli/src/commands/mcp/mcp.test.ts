import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WebSocket } from 'ws';
import { mooring } from '../../fixture/mooring.ts';
import { platform, type Platform } from '../../fixture/platform.ts';

const tools = [
  {
    name: 'add',
    description: 'Adds two numbers',
    inputSchema: {
      type: 'object',
      properties: { a: { type: 'number' }, b: { type: 'number' } },
      required: ['a', 'b'],
    },
  },
  { name: 'fail', inputSchema: { type: 'object' } },
  { name: 'refuse', inputSchema: { type: 'object' } },
  { name: 'sleep', inputSchema: { type: 'object' } },
];

interface Request {
  readonly id?: number;
  readonly method: string;
  readonly params: { readonly name?: string; readonly arguments?: Record<string, unknown> };
}

function answerOf({ method, params }: Request): object | undefined {
  if (method === 'initialize') {
    const serverInfo = { name: 'calculator', version: '1' };
    return { result: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo } };
  }
  if (method === 'tools/list') return { result: { tools } };
  if (params.name === 'refuse') return { error: { code: -32602, message: 'not with these' } };
  if (params.name === 'sleep') return undefined;
  const isError = params.name === 'fail';
  const text = isError ? 'it broke' : JSON.stringify(params.arguments);
  return { result: { content: [{ type: 'text', text }], isError } };
}

function calculator(socket: WebSocket): void {
  socket.on('message', (data) => {
    assert.ok(Buffer.isBuffer(data));
    const request: Request = JSON.parse(data.toString());
    const answer = request.id === undefined ? undefined : answerOf(request);
    if (answer) socket.send(JSON.stringify({ jsonrpc: '2.0', id: request.id, ...answer }));
  });
}

async function mcpPlatform(): Promise<Platform> {
  const server = await platform('calc');
  server.live = calculator;
  return server;
}

test('mcp tools lists the tools with their use', async () => {
  await using server = await mcpPlatform();
  const { code, stdout, stderr } = await mooring(['mcp', 'tools', 'calc'], { cwd: server.cwd });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^add\n {2}Adds two numbers\n {2}Usage: add a=<number> b=<number>\n/);
});

test('mcp call types the arguments and prints the text', async () => {
  await using server = await mcpPlatform();
  const args = ['mcp', 'call', 'calc', 'add', 'a=1', 'b:=2.5'];
  const { code, stdout, stderr } = await mooring(args, { cwd: server.cwd });
  assert.equal(code, 0, stderr);
  assert.equal(stdout, '{"a":1,"b":2.5}\n');
  const json = await mooring([...args, '--json'], { cwd: server.cwd });
  assert.equal(JSON.parse(json.stdout).content[0].text, '{"a":1,"b":2.5}');
});

for (const [name, args, exit, text] of [
  ['a tool that answers with an error', ['fail'], 8, /answered with an error\.\nit broke/],
  ['a call that the server refuses', ['refuse'], 8, /not with these/],
  ['a tool that takes too long', ['sleep', '--timeout', '0.05'], 7, /did not answer within 0\.05 s/],
  ['a tool that is not there', ['subtract'], 5, /There are: add, fail, refuse, sleep/],
  ['an argument that is missing', ['add', 'a=1'], 2, /needs b\.\nUsage: add/],
  ['an argument of the wrong type', ['add', 'a=x', 'b=1'], 2, /must be of type number/],
] as const)
  test(`${name} is exit ${exit}`, async () => {
    await using server = await mcpPlatform();
    const { code, stdout, stderr } = await mooring(['mcp', 'call', 'calc', ...args], { cwd: server.cwd });
    assert.deepEqual({ code, stdout }, { code: exit, stdout: '' });
    assert.match(stderr, text);
  });
