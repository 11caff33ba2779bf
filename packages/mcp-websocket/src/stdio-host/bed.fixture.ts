/** A host on a free port with a command of the fixture, and clients for it. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport, type ClientOptions } from '@modelcontextprotocol/client';
import { WebSocketClientTransport } from '../client-transport.ts';
import type { Later } from '../relay/later.ts';
import { request, type Answer } from '../testbed.ts';
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

/** Time that passes when a test says so. */
export class HandClock implements Disposable {
  readonly #waits = new Map<object, { readonly at: number; readonly act: () => void }>();
  #now = 0;

  readonly later: Later = (milliseconds, act) => {
    const wait = {};
    this.#waits.set(wait, { at: this.#now + milliseconds, act });
    return () => void this.#waits.delete(wait);
  };

  /** Acts that wait. */
  get waiting(): number {
    return this.#waits.size;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
    for (const [wait, { at, act }] of this.#waits) if (at <= this.#now && this.#waits.delete(wait)) act();
  }

  [Symbol.dispose](): void {
    this.#waits.clear();
  }
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

/** How a session of the legacy era is asked over Streamable HTTP, with the headers that a client has to send. */
export interface Asking {
  /** Default POST when there is a body, else GET. */
  readonly method?: string;
  readonly body?: unknown;
  readonly session?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Resolves with the head of the answer. */
export async function ask(bed: Bed, { method, body, session, headers, signal }: Asking): Promise<Response> {
  return await fetch(`${bed.http}/mcp`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      accept: 'application/json, text/event-stream',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(session !== undefined && { 'mcp-session-id': session }),
      ...headers,
    },
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    signal: signal ?? null,
  });
}

/** Begins a session of the legacy era whose client can be asked for input; resolves with its id. */
export async function begin(bed: Bed, headers: Asking['headers'] = {}): Promise<string> {
  const clientInfo = { name: 'raw', version: '1.0' };
  const capabilities = { elicitation: {} };
  const body = request(1, 'initialize', { protocolVersion: '2025-11-25', capabilities, clientInfo });
  const answer = await ask(bed, { body, headers });
  assert.equal(answer.status, 200, await answer.text());
  return answer.headers.get('mcp-session-id') ?? '';
}

/** Messages of a stream of events, up to its end. */
export async function eventsIn(answer: Response): Promise<Answer[]> {
  const events = (await answer.text()).split('\n\n').filter((event) => event.startsWith('event: message'));
  return events.map((event) => JSON.parse(event.slice(event.indexOf('data: ') + 6)) as Answer);
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
