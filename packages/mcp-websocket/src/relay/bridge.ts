/**
 * Bridge: an MCP server that is reached over WebSocket as a local one, on the standard streams or over Streamable HTTP,
 * for clients that know nothing else. What is not there yet, what ends and comes back, is the upstream's business.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { localhostHostValidation } from '@modelcontextprotocol/node';
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  PROTOCOL_VERSION_META_KEY,
} from '@modelcontextprotocol/server';
import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import { errorCodes } from '../message.ts';
import { allowKnownOrigin } from '../origin.ts';
import type { ReconnectingTransport } from '../reconnecting-transport.ts';
import { versionsIn } from './fields.ts';
import { join } from './join.ts';
import { Pool } from './pool.ts';
import { streamable } from './streamable.ts';
import { Streams, type StreamsOptions } from './streams.ts';

export interface BridgeOptions {
  /** A lasting connection to the server, not started. */
  readonly open: () => ReconnectingTransport;
  /** Told what went wrong and did not end anything. */
  readonly report: (error: Error) => void;
  /** Ends the bridge. */
  readonly signal: AbortSignal;
}

const maxMessageBytes = 32 * 1024 * 1024;

/**
 * Serves one client on the streams. Resolves when the client or the signal ends it; rejects when the upstream cannot
 * be opened, or is closed for good.
 */
export async function bridgeStreams(
  streams: Pick<StreamsOptions, 'input' | 'output'>,
  { open, report, signal }: BridgeOptions,
): Promise<void> {
  const front = new Streams({ ...streams, maxMessageBytes, patience: 30_000 });
  const upstream = open();
  const over = Promise.withResolvers<void>();
  const stop = (): void => void front.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await join(front, upstream, {
      report,
      ended: (which) => {
        const { state } = upstream;
        if (which === 'one' || state.kind !== 'closed') over.resolve();
        else over.reject(new Error(`The connection is over: ${state.reason}`));
      },
    });
    await over.promise;
  } finally {
    signal.removeEventListener('abort', stop);
    await Promise.all([front.close(), upstream.close()]);
  }
}

export interface HttpBridge extends AsyncDisposable {
  readonly url: string;
}

/** Legacy sessions at one time, each with a connection of its own. */
const maxSessions = 64;
/** Milliseconds without a request or an open response after which a legacy session ends. */
const sessionIdle = 1_800_000;

/** Serves any number of local clients at `http://127.0.0.1:<port>/mcp`. Rejects when the port is taken. */
export async function bridgeHttp(port: number, options: BridgeOptions): Promise<HttpBridge> {
  const { open, report } = options;
  const shared = new SharedPool(options);
  const front = streamable({
    openSession: () => (front.sessions < maxSessions ? described(open()) : undefined),
    pool: () => shared.get(),
    maxMessageBytes,
    sessionIdle,
    report,
  });
  const isLocal = localhostHostValidation();
  const http = createServer((request, response) => {
    if (!isLocal(request, response)) return;
    if (!mayCall(request)) refuse(response, 403, 'Pages of this origin may not call.');
    else if (request.url?.split('?', 1)[0] !== '/mcp') refuse(response, 404, 'MCP is at /mcp.');
    else front.handle(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => http.close(resolve));
      await Promise.all([front[Symbol.asyncDispose](), shared.close()]);
      http.closeAllConnections();
      await closed;
    },
  };
}

const described = (transport: ReconnectingTransport) => ({
  transport,
  describeEnd: () => (transport.state.kind === 'closed' ? transport.state.reason : 'the connection ended'),
});

function mayCall(request: IncomingMessage): boolean {
  const { origin } = request.headers;
  return origin === undefined || allowKnownOrigin(origin, request);
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

/** The pool for the stateless era, once the server has said that it knows it. */
class SharedPool {
  readonly #pool: Pool;
  #knows: Promise<boolean> | undefined;

  constructor({ open }: BridgeOptions) {
    this.#pool = new Pool({ open: () => described(open()) });
  }

  async get(): Promise<Pool | undefined> {
    this.#knows ??= this.#ask();
    return (await this.#knows) ? this.#pool : undefined;
  }

  async close(): Promise<void> {
    await this.#pool[Symbol.asyncDispose]();
  }

  async #ask(): Promise<boolean> {
    const answered = Promise.withResolvers<JSONRPCMessage>();
    using line = this.#pool.line((message) => answered.resolve(message));
    line.send(discover);
    const answer = await answered.promise;
    // A failure of the connection says nothing about the server: the next one asks again.
    if ('error' in answer && answer.error.code === errorCodes.internal) this.#knows = undefined;
    if (!('result' in answer)) return false;
    this.#pool.speaks(versionsIn(answer.result));
    return true;
  }
}

const discover: JSONRPCMessage = {
  jsonrpc: '2.0',
  id: 'discover',
  method: 'server/discover',
  params: {
    _meta: {
      [PROTOCOL_VERSION_META_KEY]: '2026-07-28',
      [CLIENT_INFO_META_KEY]: { name: 'mooring-bridge', version: '1' },
      [CLIENT_CAPABILITIES_META_KEY]: {},
    },
  },
};
