/** What the page of the matrix of clients can do: run an errand over one transport or the other. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { keepConnected } from '@mooring/client';
import { converse, converseBySdk, resultOf, revisions, type Errand, type Heard } from './converse.ts';

interface Way extends Errand {
  readonly url: string;
  readonly token: string;
}

async function overWebSocket({ url, token, ...errand }: Way): Promise<Heard> {
  await using connection = await keepConnected(url, { token: async () => token, subprotocols: ['mcp'] });
  let last = 0;
  return await converse(async (method, params) => {
    const id = (last += 1);
    const fate = await connection.request(JSON.stringify({ jsonrpc: '2.0', id, method, params }), id);
    if (fate.fate !== 'answered') throw new Error(`${fate.fate}: ${fate.cause}`);
    return resultOf(String(fate.answer));
  }, errand);
}

/** With the MCP SDK's own client. */
async function overHttp({ url, token, era, tool }: Way): Promise<Heard> {
  const mode = era === 'legacy' ? era : { pin: revisions.stateless };
  const client = new Client({ name: 'page', version: '1' }, { versionNegotiation: { mode } });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit });
  await client.connect(transport);
  const version = client.getNegotiatedProtocolVersion() ?? '';
  const heard = await converseBySdk(client, tool);
  if (era === 'legacy') await transport.terminateSession();
  await client.close();
  return { version, ...heard };
}

Object.assign(globalThis, { overWebSocket, overHttp });
