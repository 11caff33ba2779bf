/**
 * A client of the weather server: lists its tools and asks for the alerts of a state.
 *
 *   node --conditions=mooring client.ts [URL] [STATE]
 *
 * URL defaults to $MOORING_WS_URL, then to ws://127.0.0.1:8080/ws. $MOORING_TOKEN is sent as the access token;
 * $NODE_EXTRA_CA_CERTS names the certificate of a private authority.
 */
import { Client } from '@modelcontextprotocol/client';
import { WebSocketClientTransport } from '@mooring/mcp-websocket';

const { MOORING_WS_URL = 'ws://127.0.0.1:8080/ws', MOORING_TOKEN } = process.env;
const [url = MOORING_WS_URL, state = 'CA'] = process.argv.slice(2);

const client = new Client(
  { name: 'weather-client', version: '1.0.0' },
  { versionNegotiation: { mode: 'auto' } },
);
const transport = new WebSocketClientTransport(
  url,
  MOORING_TOKEN === undefined ? {} : { token: MOORING_TOKEN },
);

try {
  await client.connect(transport);
  console.log(`connected with MCP ${client.getNegotiatedProtocolVersion()}`);
  const { tools } = await client.listTools();
  for (const { name, description } of tools) console.log(`${name}: ${description}`);
  const { content } = await client.callTool({ name: 'get-alerts', arguments: { state } });
  for (const item of content) if (item.type === 'text') console.log(item.text);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await client.close();
}
