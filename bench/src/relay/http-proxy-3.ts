/** http-proxy-3, the common WebSocket proxy of Node: no routing, no authentication, no limits, no log. */
import { readFileSync } from 'node:fs';
import http, { type IncomingMessage, type RequestListener, type Server } from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import { createProxyServer } from 'http-proxy-3';
import { z } from 'zod';
import { argument, serve } from '../subject.ts';
import { listenOn } from './listen.ts';

const { echo, pem } = z.object({ echo: z.number(), pem: z.string() }).parse(JSON.parse(argument()));
const agent = new http.Agent({ keepAlive: true });
const proxy = createProxyServer({ target: `http://127.0.0.1:${echo}`, ws: true, agent });
proxy.on('error', () => {});
const answer: RequestListener = (request, response) => proxy.web(request, response);
const both = readFileSync(pem);
const plain = http.createServer(answer);
const tls = https.createServer({ cert: both, key: both, minVersion: 'TLSv1.3' }, answer);
for (const server of [plain, tls] satisfies Server[])
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => {});
    // An upgraded connection is nobody's to keep.
    proxy.ws(request, socket, head, { agent: false });
  });
serve({ port: await listenOn(plain), tlsPort: await listenOn(tls) });
