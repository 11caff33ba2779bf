/** Testbed: a real MCP server on a free port and a raw WebSocket client, for the tests of this package. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/server';
import { WebSocket, WebSocketServer, type ClientOptions } from 'ws';
import { z } from 'zod';
import type { ServeLimits } from './limits.ts';
import { serveWebSocket, type ServeOptions, type WebSocketServing } from './serve.ts';
import type { ConnectionContext } from './session.ts';

export interface Testbed extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly serving: WebSocketServing;
  /** Everything that `onerror` was told. */
  readonly errors: Error[];
  /** One entry per MCP server that was made. */
  readonly made: { readonly context: ConnectionContext; closes: number }[];
  /** Lets every call of the tool `hold` answer. */
  release(): void;
}

export interface TestbedOptions extends Partial<ServeLimits>, Pick<ServeOptions, 'allowOrigin' | 'path'> {
  readonly server?: ServeOptions['server'];
}

export async function openTestbed(options: TestbedOptions = {}): Promise<Testbed> {
  const http = createServer((_request, response) => response.writeHead(404).end());
  const errors: Error[] = [];
  const made: Testbed['made'] = [];
  const held = Promise.withResolvers<void>();
  const server = (context: ConnectionContext): McpServer => {
    const record = { context, closes: 0 };
    made.push(record);
    const mcp = toolServer(held.promise);
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
    mcp.server.onclose = () => (record.closes += 1);
    return mcp;
  };
  const serving = serveWebSocket(http, { server, onerror: (error) => errors.push(error), ...options });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return {
    port,
    url: `ws://127.0.0.1:${port}${options.path ?? '/ws'}`,
    serving,
    errors,
    made,
    release: held.resolve,
    async [Symbol.asyncDispose]() {
      held.resolve();
      await serving.drain();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

function toolServer(held: Promise<void>): McpServer {
  const mcp = new McpServer({ name: 'testbed', version: '1.0.0' });
  const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });
  mcp.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, ({ text: said }) => text(said));
  mcp.registerTool('fill', { inputSchema: z.object({ bytes: z.int() }) }, ({ bytes }) =>
    text('x'.repeat(bytes)),
  );
  mcp.registerTool('hold', { inputSchema: z.object({}) }, async () => {
    await held;
    return text('released');
  });
  return mcp;
}

/** A WebSocket of which every message is kept until it is asked for. */
export interface RawClient extends Disposable {
  readonly socket: WebSocket;
  /** Settles with code and reason when the connection is gone. */
  readonly closed: Promise<{ code: number; reason: string }>;
  send(message: unknown): void;
  /** The next message, parsed. Rejects when the connection ends first. */
  next(): Promise<Answer>;
}

export interface Answer {
  readonly jsonrpc?: string;
  readonly id?: number | string | null;
  readonly method?: string;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string };
}

export async function connectRaw(url: string, options: ClientOptions = {}): Promise<RawClient> {
  const client = dialRaw(url, options);
  await once(client.socket, 'open');
  return client;
}

export function dialRaw(url: string, options: ClientOptions = {}): RawClient {
  const socket = new WebSocket(url, ['mcp'], options);
  const arrived: Answer[] = [];
  const waiting: PromiseWithResolvers<Answer>[] = [];
  const gone = Promise.withResolvers<{ code: number; reason: string }>();
  socket.on('message', (data: Buffer) => {
    const answer = JSON.parse(data.toString()) as Answer;
    const waiter = waiting.shift();
    if (waiter === undefined) arrived.push(answer);
    else waiter.resolve(answer);
  });
  socket.on('error', () => {});
  socket.on('close', (code, reason) => {
    gone.resolve({ code, reason: reason.toString() });
    for (const waiter of waiting.splice(0))
      waiter.reject(new Error(`closed with ${code} ${reason.toString()}`));
  });
  return {
    socket,
    closed: gone.promise,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next() {
      const answer = arrived.shift();
      if (answer !== undefined) return Promise.resolve(answer);
      const waiter = Promise.withResolvers<Answer>();
      waiting.push(waiter);
      return waiter.promise;
    },
    [Symbol.dispose]: () => socket.terminate(),
  };
}

/** Opens a legacy session on a raw connection, without `notifications/initialized`. */
export async function initialize(client: RawClient): Promise<void> {
  client.send(initializeRequest());
  await client.next();
}

export function initializeRequest(id = 1): object {
  const clientInfo = { name: 'raw', version: '1.0' };
  return request(id, 'initialize', { protocolVersion: '2024-11-05', capabilities: {}, clientInfo });
}

export function call(id: number | string, name: string, args: object = {}): object {
  return request(id, 'tools/call', { name, arguments: args });
}

export function request(id: number | string, method: string, params: object = {}): object {
  return { jsonrpc: '2.0', id, method, params };
}

/** Text of the first content item of a tool's answer. */
export function textOf(answer: unknown): string | undefined {
  return z.looseObject({ content: z.array(z.looseObject({ text: z.string() })) }).parse(answer).content[0]
    ?.text;
}

/** The HTTP answer to a handshake that is refused. */
export async function refusalOf(client: RawClient): Promise<{ status: number | undefined; body: unknown }> {
  const [, response] = (await once(client.socket, 'unexpected-response')) as [unknown, IncomingMessage];
  const body = (await response.toArray()).join('');
  client.socket.terminate();
  return { status: response.statusCode, body: JSON.parse(body) };
}

export interface Listening extends AsyncDisposable {
  readonly port: number;
}

/** Listens on a free port; disposing of it ends the server and every connection to it. */
export async function listen(server: NetServer): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Accepts every handshake and hands the socket over. */
export async function acceptAll(accept: (socket: WebSocket) => void, protocol = 'mcp'): Promise<Listening> {
  const http = createServer();
  const acceptor = new WebSocketServer({ server: http, handleProtocols: () => protocol });
  acceptor.on('connection', (socket) => {
    socket.on('error', () => {});
    accept(socket);
  });
  return await listen(http);
}

/** For what has no event: polls until it is true, and fails after half a minute: machines are busy. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!condition()) {
    if (Date.now() > deadline)
      throw new Error(`This did not become true within 30 s: ${condition.toString()}`);
    await pause(5);
  }
}
