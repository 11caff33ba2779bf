/** The server over Streamable HTTP at /mcp, with sessions in the legacy era, and over WebSocket at /ws. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  localhostHostValidation,
  localhostOriginValidation,
  toNodeHandler,
} from '@modelcontextprotocol/node';
import {
  createMcpHandler,
  isLegacyRequest,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { serveWebSocket } from '@mooring/mcp-websocket';
import { conformanceServer, type Changes } from './server.ts';

const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>();
const changes: Changes = {
  toolsChanged: () => stateless.notify.toolsChanged(),
  promptsChanged: () => stateless.notify.promptsChanged(),
};
const stateless = createMcpHandler(() => conformanceServer(changes), { legacy: 'reject' });

async function legacy(request: Request): Promise<Response> {
  const known = sessions.get(request.headers.get('mcp-session-id') ?? '');
  if (known !== undefined) return await known.handleRequest(request);
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => void sessions.set(id, transport),
  });
  await conformanceServer().connect(transport);
  return await transport.handleRequest(request);
}

const answer = toNodeHandler({
  fetch: async (request) => ((await isLegacyRequest(request)) ? legacy(request) : stateless.fetch(request)),
});
const host = process.env['HOST'] ?? '127.0.0.1';
// In a container it is called by the container's own address.
const isLocal = host === '0.0.0.0' ? [] : [localhostHostValidation(), localhostOriginValidation()];
const http = createServer((request, response) => {
  if (request.url !== '/mcp') response.writeHead(200).end('ok\n');
  else if (isLocal.every((check) => check(request, response))) void answer(request, response);
});
serveWebSocket(http, { server: () => conformanceServer() });
http.listen(Number(process.env['PORT'] ?? 0), host, () => {
  console.log(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`);
});
process.once('SIGTERM', () => process.exit(0));
