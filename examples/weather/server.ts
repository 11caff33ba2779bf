/**
 * The weather server: MCP by WebSocket at /ws and by Streamable HTTP at /mcp, `GET /ready` and `GET /health` for the
 * platform. Listens on $HOST:$PORT (default 127.0.0.1:8080). SIGTERM answers what is open, closes and exits 0.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { localhostHostValidation, toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { allowKnownOrigin, serveWebSocket } from '@mooring/mcp-websocket';
import { z } from 'zod';
import { chooseSource } from './source.ts';
import { weatherServer } from './tools.ts';

const environment = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  NWS_API_BASE: z.url({ protocol: /^https?$/ }).default('https://api.weather.gov'),
});
const parsed = environment.safeParse(process.env);
if (!parsed.success) stopWith(`HOST, PORT or NWS_API_BASE is wrong: ${z.prettifyError(parsed.error)}`);
const { HOST, PORT, NWS_API_BASE } = parsed.data;
/** Milliseconds that open HTTP requests have to end after SIGTERM. */
const grace = 4_000;

let isReady = false;
// Asked for before listening, awaited by whoever needs it: the start does not wait.
const choosing = chooseSource(new URL(NWS_API_BASE));
const server = async () => weatherServer(await choosing);
const report = (error: Error): void => console.error(`weather: ${error.message}`);

const mcp = createMcpHandler(server, { onerror: report });
const answerMcp = toNodeHandler(mcp, { onerror: report });
const isLoopback = ['127.0.0.1', '::1', 'localhost'].includes(HOST);
const isKnownHost = isLoopback ? localhostHostValidation() : () => true;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path] = (request.url ?? '/').split('?');
  if (path === '/health') reply(response, 200, 'alive');
  else if (path === '/ready') reply(response, isReady ? 200 : 503, isReady ? 'ready' : 'not ready');
  else if (path === '/ws')
    reply(response.setHeader('Upgrade', 'websocket'), 426, 'Connect with a WebSocket client.');
  else if (path !== '/mcp') reply(response, 404, 'MCP is at /ws (WebSocket) and /mcp (Streamable HTTP).');
  else if (!mayCall(request)) reply(response, 403, 'Pages of this origin may not call.');
  else if (isKnownHost(request, response)) await answerMcp(request, response);
}

function mayCall(request: IncomingMessage): boolean {
  const { origin } = request.headers;
  return origin === undefined || allowKnownOrigin(origin, request);
}

function reply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

const http = createServer(
  // Without this, Node takes a request that offers another upgrade (h2c) away from the handler below.
  { shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket' },
  (request, response) => {
    answer(request, response).catch((error: unknown) => {
      report(error instanceof Error ? error : new Error(String(error)));
      response.destroy();
    });
  },
);
const sockets = serveWebSocket(http, { path: '/ws', server, onerror: report });

async function stop(): Promise<void> {
  isReady = false;
  const closed = new Promise((resolve) => http.close(resolve));
  const timer = setTimeout(() => http.closeAllConnections(), grace);
  await Promise.all([sockets.drain(), mcp.close(), closed]);
  clearTimeout(timer);
  await (await choosing)[Symbol.asyncDispose]();
  // Nothing is open any more; a connection that fetch keeps alive must not delay the end.
  process.exit(0);
}

function stopWith(reason: string): never {
  console.error(`weather: ${reason}`);
  process.exit(1);
}

http.on('error', (error) =>
  stopWith(`cannot listen on ${HOST}:${PORT}: ${error.message}. Set HOST and PORT.`),
);
http.listen(PORT, HOST, () => {
  const { port } = http.address() as AddressInfo;
  console.log(`weather listens on http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${port}`);
});
process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());

const { notice } = await choosing;
isReady = true;
console.log(notice === undefined ? `weather comes from ${NWS_API_BASE}` : `weather is ${notice}`);
