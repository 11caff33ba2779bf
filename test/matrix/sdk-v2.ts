/** The MCP SDK for TypeScript of today, over WebSocket with the transport of mcp-websocket. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { WebSocketClientTransport } from '@mooring/mcp-websocket';
import { converseBySdk, revisions } from '../page/converse.ts';
import type { Traveller, Trip } from './errand.ts';

export const sdkV2: Traveller = async (trip) => {
  const mode = trip.era === 'legacy' ? trip.era : { pin: revisions.stateless };
  const client = new Client({ name: 'matrix', version: '1' }, { versionNegotiation: { mode } });
  const transport = transportOf(trip);
  try {
    await client.connect(transport);
    const version = client.getNegotiatedProtocolVersion() ?? '';
    const heard = await converseBySdk(client, trip.tool);
    if (trip.era === 'legacy' && transport instanceof StreamableHTTPClientTransport)
      await transport.terminateSession();
    return { version, ...heard };
  } finally {
    await client.close();
  }
};

function transportOf({ transport, url, token }: Trip) {
  if (transport === 'WebSocket') return new WebSocketClientTransport(url, { token: async () => token });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  return new StreamableHTTPClientTransport(new URL(url), { requestInit });
}
