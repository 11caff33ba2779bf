/** http-proxy-3, the common WebSocket proxy of Node: no routing, no authentication, no limits, no log. */
import { createServer } from 'node:http';
import { createProxyServer } from 'http-proxy-3';
import { argument, serve } from './message.ts';

const proxy = createProxyServer({ target: `http://127.0.0.1:${argument()}`, ws: true });
proxy.on('error', () => {});
const server = createServer((request, response) => proxy.web(request, response));
server.on('upgrade', (request, socket, head) => {
  socket.on('error', () => {});
  proxy.ws(request, socket, head);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') serve(address.port);
});
