/**
 * Session: one accepted connection and what serves it, from the handshake to the end. With the SDK, serveStdio decides
 * the era and owns the MCP server; this adds the handshake's request and the drain.
 */
import type { IncomingMessage } from 'node:http';
import type { McpServer, Server } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { WebSocket } from 'ws';
import type { ServeLimits } from './limits.ts';
import { WebSocketServerTransport } from './server-transport.ts';
import { within } from './within.ts';

/** What a server factory is told about the connection that it is called for. */
export interface ConnectionContext {
  /** `legacy`: opened with `initialize` (2024-11-05 to 2025-11-25). `modern`: 2026-07-28, without a session. */
  readonly era: 'legacy' | 'modern';
  /** The handshake. Behind Mooring its `mooring-*` headers say who calls. */
  readonly request: IncomingMessage;
}

/**
 * Makes the MCP server of one connection. A client that asks `server/discover` and then goes on with `initialize`
 * gets a second one.
 */
export type ServerFactory = (context: ConnectionContext) => McpServer | Server | Promise<McpServer | Server>;

/** What serves a connection from its first message on. */
export interface Served {
  /** Lets go of the MCP server and closes the transport. */
  close(): Promise<void>;
}

/** Takes a connection's transport, which is not started yet, and serves it. */
export type Serve = (transport: WebSocketServerTransport, request: IncomingMessage) => Served;

/** Serves with MCP servers of the SDK, in the era that the first message decides. */
export function serveFactory(factory: ServerFactory, report: (error: Error) => void): Serve {
  return (transport, request) =>
    serveStdio(({ era }) => factory({ era, request }), { transport, onerror: report });
}

export interface SessionOptions {
  readonly request: IncomingMessage;
  readonly serve: Serve;
  readonly limits: ServeLimits;
  /** Called once, when the connection is gone. */
  readonly closed: () => void;
}

export interface Session {
  /** Waits until every request is answered, `timeout` milliseconds at the most, and closes. Never rejects. */
  drain(how: { code: number; reason: string; timeout: number }): Promise<void>;
}

export function openSession(socket: WebSocket, options: SessionOptions): Session {
  const { request, serve, limits, closed } = options;
  const stream = request.socket;
  const transport = new WebSocketServerTransport(socket, { ...limits, bytesRead: () => stream.bytesRead });
  const served = serve(transport, request);
  socket.once('close', closed);
  return {
    async drain({ code, reason, timeout }) {
      transport.prepareClose(code, reason);
      await within(timeout, transport.idle());
      await served.close();
      // Where the peer began to close, the SDK does not wait for the end.
      await transport.close();
    },
  };
}
