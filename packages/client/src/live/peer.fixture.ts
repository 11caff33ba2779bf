/** A server that a live connection can be tried on: it refuses, answers, closes and takes tokens as the test says. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { livePath } from '@mooring/contract';
import { WebSocketServer, type WebSocket } from 'ws';

/** Of an application. */
export const applicationId = 'ocid1.generativeaihostedapplication.oc1..test';

export interface Peer extends AsyncDisposable {
  /** WebSocket URL of the application. */
  readonly url: string;
  /** Asks of HTTP requests that came, `POST /path token`. */
  readonly asked: string[];
  /** Status, and headers of the answer to the next handshakes, one each; afterwards they are taken. */
  readonly refusals: { status: number; headers?: Record<string, string> }[];
  /** Status of the answers to tokens. */
  renewal: number;
  /** Stops listening; what is open stays. */
  leave(): void;
  /** Listens again, at the same place. */
  comeBack(): Promise<void>;
}

/** @param serve gets every connection, and how many there were before */
export async function startPeer(
  serve: (socket: WebSocket, request: IncomingMessage, before: number) => void,
): Promise<Peer> {
  const sockets = new WebSocketServer({ noServer: true });
  const asked: string[] = [];
  const refusals: Peer['refusals'] = [];
  let count = 0;
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    const ticket = { ticket: `t${asked.length}`, connectionId: `c${asked.length}`, expiresAt: 'soon' };
    if (request.method === 'POST') response.writeHead(201).end(JSON.stringify(ticket));
    else response.writeHead(peer.renewal).end();
  });
  server.on('upgrade', (request, socket, head) => {
    const refusal = refusals.shift();
    if (refusal) {
      const headers = Object.entries(refusal.headers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.end(`HTTP/1.1 ${refusal.status} no\r\ncontent-length: 0\r\n${headers.join('')}\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', () => {});
      serve(webSocket, request, count);
      count += 1;
    });
  });
  sockets.on('headers', (headers) => headers.push(`Mooring-Connection-Id: n${count}`));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const { port } = address;
  const peer: Peer = {
    url: `ws://127.0.0.1:${port}${livePath(applicationId, '/ws')}`,
    asked,
    refusals,
    renewal: 204,
    leave: () => void server.close(),
    async comeBack() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
  return peer;
}

/** An unsigned JWT. @param end seconds since the epoch */
export function tokenUntil(end: number): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ exp: end, jti: crypto.randomUUID() })}.x`;
}
