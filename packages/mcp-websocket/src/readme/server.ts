import { createServer } from 'node:http';
import { McpServer } from '@modelcontextprotocol/server';
import { serveWebSocket } from '@mooring/mcp-websocket';
import { z } from 'zod';

const { HOST = '127.0.0.1', PORT = '8080' } = process.env;

const http = createServer((request, response) => {
  const isProbe = request.url === '/ready' || request.url === '/health';
  response.writeHead(isProbe ? 200 : 404).end();
});

const sockets = serveWebSocket(http, {
  path: '/ws',
  server: ({ request }) => {
    const host = String(request.headers['mooring-subject'] ?? 'a stranger');
    const mcp = new McpServer({ name: 'greeter', version: '1.0.0' });
    mcp.registerTool(
      'greet',
      { description: 'Greets somebody', inputSchema: z.object({ name: z.string() }) },
      ({ name }) => ({ content: [{ type: 'text', text: `${host} greets ${name}` }] }),
    );
    return mcp;
  },
  onerror: (error) => console.error(error.message),
});

http.listen(Number(PORT), HOST, () => console.log('listening', http.address()));

process.once('SIGTERM', () => {
  http.close();
  void sockets.drain();
});
