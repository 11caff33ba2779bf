/** Opens an MCP session with a hosted application over WebSocket. */
import { RequestFailed, Unreachable } from '@mooring/client';
import { Client, type Transport } from '@modelcontextprotocol/client';
import { HandshakeError, WebSocketClientTransport } from '@mooring/mcp-websocket';
import { tokenFor, urlOf } from '../access.ts';
import type { Session } from '../session.ts';
import { version } from '../version.ts';

/** Where an MCP server listens unless the command line says otherwise. */
export const defaultPath = '/ws';

export interface OpenMcp {
  readonly applicationId: string;
  /** The application's own path. Default `/ws`. */
  readonly path?: string | undefined;
  /** Wraps the transport, for example to watch what goes over it. */
  readonly wrap?: (transport: Transport) => Transport;
}

export interface McpSession extends AsyncDisposable {
  readonly client: Client;
}

export async function openMcp(session: Session, options: OpenMcp): Promise<McpSession> {
  const { applicationId, path = defaultPath, wrap = (transport) => transport } = options;
  const url = urlOf(session, applicationId, { kind: 'ws', path });
  const token = await tokenFor(session, applicationId);
  const { ca } = session.profile;
  const transport = new WebSocketClientTransport(url, {
    ...(token !== undefined && { token }),
    ...(ca !== undefined && { tls: { ca } }),
  });
  const client = new Client({ name: 'mooring', version: version() });
  const close = (): void => void transport.close();
  session.signal.addEventListener('abort', close, { once: true });
  try {
    await client.connect(wrap(transport), { signal: session.signal });
  } catch (error) {
    await transport.close();
    session.signal.throwIfAborted();
    throw translate(error, url);
  } finally {
    session.signal.removeEventListener('abort', close);
  }
  return { client, [Symbol.asyncDispose]: () => client.close() };
}

/** A refused handshake as the client package has it, so that one table of exit codes holds for all. */
export function translate(error: unknown, url: string): unknown {
  if (!(error instanceof HandshakeError)) return error;
  const { status, code = '', retryAfter, requestId } = error;
  if (status === undefined) return new Unreachable(url, error.cause ?? error);
  return new RequestFailed(error.message, { status, code, retryAfter, opcRequestId: requestId });
}
