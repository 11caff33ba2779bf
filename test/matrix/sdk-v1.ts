/** The first MCP SDK for TypeScript. Its WebSocket transport takes a URL only, so it gets in by a ticket. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { LATEST_PROTOCOL_VERSION, SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/sdk/types.js';
import { ticketFor, withTicket } from '@mooring/client';
import { converseBySdk, revisions } from '../page/converse.ts';
import type { Traveller, Trip } from './errand.ts';

export const sdkV1: Traveller = async (trip) => {
  if (!SUPPORTED_PROTOCOL_VERSIONS.includes(revisions[trip.era]))
    throw new Error(`this SDK knows ${LATEST_PROTOCOL_VERSION} and older revisions only`);
  const transport = await (trip.transport === 'WebSocket' ? overWebSocket(trip) : overHttp(trip));
  const version = versionOf(transport);
  const client = new Client({ name: 'matrix', version: '1' });
  try {
    await client.connect(transport);
    const heard = await converseBySdk(client, trip.tool);
    if (transport instanceof StreamableHTTPClientTransport) await transport.terminateSession();
    return { version: version(), ...heard };
  } finally {
    await client.close();
  }
};

async function overWebSocket({ url, token, signal }: Trip): Promise<Transport> {
  return new WebSocketClientTransport(new URL(withTicket(url, await ticketFor(url, { token, signal }))));
}

async function overHttp({ url, token }: Trip): Promise<Transport> {
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  return new StreamableHTTPClientTransport(new URL(url), { requestInit });
}

/** What the client settles on, which it tells nobody but its transport. */
function versionOf(transport: Transport): () => string {
  let version = '';
  const pass = transport.setProtocolVersion?.bind(transport);
  transport.setProtocolVersion = (settled) => {
    version = settled;
    pass?.(settled);
  };
  return () => version;
}
