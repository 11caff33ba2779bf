/** Starts the weather server and what it asks, and calls it, for check.test.ts. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { connect as dial, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { Client, StreamableHTTPClientTransport, type ClientOptions } from '@modelcontextprotocol/client';
import { WebSocketClientTransport } from '@mooring/mcp-websocket';
import { z } from 'zod';

export interface Running extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Such as `127.0.0.1:39411`. */
  readonly host: string;
  /** Where it said that the weather comes from. */
  readonly source: Promise<string>;
}

/** Nothing listens there: the service is away, and without a network that is known at once. */
const nowhere = 'http://127.0.0.1:1';

export async function startServer(environment: Record<string, string> = {}): Promise<Running> {
  const child = spawn(process.execPath, ['--conditions=mooring', 'server.ts'], {
    cwd: import.meta.dirname,
    env: { ...process.env, HOST: '127.0.0.1', PORT: '0', NWS_API_BASE: nowhere, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => z.string().parse((await lines.next()).value);
  const host = (await next()).replace('weather listens on http://', '');
  const source = next();
  // Only some tests look at it.
  source.catch(() => {});
  return {
    child,
    host,
    source,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** What the service would say. */
export async function startService(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Reach = 'ws' | 'mcp';

export async function connect(
  host: string,
  reach: Reach = 'ws',
  options: ClientOptions = {},
): Promise<Client> {
  const client = new Client({ name: 'check', version: '1.0.0' }, options);
  const transport =
    reach === 'ws'
      ? new WebSocketClientTransport(`ws://${host}/ws`)
      : new StreamableHTTPClientTransport(new URL(`http://${host}/mcp`));
  await client.connect(transport);
  return client;
}

export async function call(client: Client, name: string, args: Record<string, unknown> = {}) {
  const { content, isError } = await client.callTool({ name, arguments: args });
  return {
    texts: content.map((item) => (item.type === 'text' ? item.text : item.type)),
    isError: isError === true,
  };
}

/** Status of the answer to a request that fetch would not send. */
export async function rawStatus(host: string, request: string): Promise<number> {
  const { hostname, port } = new URL(`http://${host}`);
  const socket = dial(Number(port), hostname);
  socket.write(request);
  const [data] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return Number(data.toString().split(' ')[1]);
}
