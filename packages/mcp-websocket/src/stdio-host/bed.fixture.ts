/** A host on a free port with a command of the fixture, and clients for it. */
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport, type ClientOptions } from '@modelcontextprotocol/client';
import { WebSocketClientTransport } from '../client-transport.ts';
import { openHost, type Host, type HostOptions } from './host.ts';

export const fixture = (...args: string[]): string[] => [
  process.execPath,
  '-C',
  'mooring',
  join(import.meta.dirname, 'server.fixture.ts'),
  ...args,
];

export interface Bed extends AsyncDisposable {
  readonly host: Host;
  readonly ws: string;
  readonly http: string;
  readonly errors: Error[];
}

export async function openBed(options: Partial<HostOptions> = {}): Promise<Bed> {
  const errors: Error[] = [];
  const host = openHost({
    command: fixture(),
    grace: 300,
    report: (error) => errors.push(error),
    ...options,
  });
  await new Promise<void>((resolve) => host.http.listen(0, '127.0.0.1', resolve));
  const { port } = host.http.address() as AddressInfo;
  return {
    host,
    ws: `ws://127.0.0.1:${port}/ws`,
    http: `http://127.0.0.1:${port}`,
    errors,
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
}

export type Transports = 'WebSocket' | 'Streamable HTTP';
export type Eras = 'legacy' | 'stateless';

export const eraOptions: Record<Eras, ClientOptions> = {
  legacy: {},
  stateless: { versionNegotiation: { mode: { pin: '2026-07-28' } } },
};

export interface Connected extends AsyncDisposable {
  readonly client: Client;
}

export async function connect(
  bed: Bed,
  { over, options = {} }: { over: Transports; options?: ClientOptions },
): Promise<Connected> {
  const client = new Client({ name: 'test', version: '1.0.0' }, options);
  const transport =
    over === 'WebSocket'
      ? new WebSocketClientTransport(bed.ws)
      : new StreamableHTTPClientTransport(new URL(`${bed.http}/mcp`));
  await client.connect(transport);
  return {
    client,
    async [Symbol.asyncDispose]() {
      if (transport instanceof StreamableHTTPClientTransport)
        await transport.terminateSession().catch(() => undefined);
      await client.close();
    },
  };
}

/** True while there is such a process that is no zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    // Where there is no /proc, the signal has told.
    return (
      !(error instanceof Error && 'code' in error && error.code === 'ESRCH') && !existsSync('/proc/self/stat')
    );
  }
}
