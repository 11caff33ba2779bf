import { Client } from '@modelcontextprotocol/client';
import { HandshakeError, WebSocketClientTransport } from '@mooring/mcp-websocket';

const { MOORING_WS_URL = 'ws://127.0.0.1:8080/ws', MOORING_TOKEN = '' } = process.env;

const transport = new WebSocketClientTransport(MOORING_WS_URL, { token: async () => MOORING_TOKEN });
const client = new Client({ name: 'me', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });

try {
  await client.connect(transport);
  const { content } = await client.callTool({ name: 'greet', arguments: { name: 'Ada' } });
  console.log(content);
} catch (error) {
  if (error instanceof HandshakeError) console.error(error.status, error.code, error.message);
  else console.error(error, transport.closing);
  process.exitCode = 1;
} finally {
  await client.close();
}
