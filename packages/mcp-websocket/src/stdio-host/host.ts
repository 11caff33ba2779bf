/**
 * Stdio host: one command that speaks MCP on its standard streams, served over WebSocket at /ws and Streamable HTTP at
 * /mcp. A legacy session has a process of its own, the stateless era shares a few. No message reaches another client
 * than its own, and no process outlives its session or the host.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { allowKnownOrigin } from '../origin.ts';
import { later, type Later } from '../relay/later.ts';
import { Pool } from '../relay/pool.ts';
import { streamable, type Streamable } from '../relay/streamable.ts';
import { acceptWebSockets, type WebSocketServing } from '../serve.ts';
import { Child } from './child.ts';
import { serveConnection, type Opened } from './connection.ts';
import { findEras } from './speaks.ts';
import { Starts } from './starts.ts';

export interface HostOptions {
  readonly command: readonly string[];
  /** Legacy sessions, and so processes, at one time. Default 64. */
  readonly maxSessions?: number;
  /** Processes for the stateless era. Default 4. */
  readonly maxShared?: number;
  /** Milliseconds after which a legacy session over HTTP ends that nobody uses. Default 1,800,000 (30 minutes). */
  readonly sessionIdle?: number;
  /** How that time is waited for. Default: by the system's clock. */
  readonly later?: Later;
  /** Bytes of one message. Default 32 MiB: Mooring's own limit is below it. */
  readonly maxMessageBytes?: number;
  /** Milliseconds between the end of a process's input, SIGTERM and SIGKILL. Default 2,000. */
  readonly grace?: number;
  readonly report?: (error: Error) => void;
}

const defaults = {
  maxSessions: 64,
  maxShared: 4,
  sessionIdle: 1_800_000,
  later,
  maxMessageBytes: 32 * 1024 * 1024,
  grace: 2_000,
  report: () => {},
};

export interface Host extends AsyncDisposable {
  readonly http: Server;
  /** Resolves when the command was started once and answered. Rejects when it does not. */
  readonly ready: Promise<void>;
  /** Legacy sessions that are open. */
  readonly sessions: number;
}

/** The HTTP server is the caller's to listen with. Disposing of the host ends every process, then the server. */
export function openHost(options: HostOptions): Host {
  return new StdioHost({ ...defaults, ...options });
}

class StdioHost implements Host {
  readonly http: Server;
  readonly ready: Promise<void>;
  readonly #options: Required<HostOptions>;
  readonly #children = new Set<Child>();
  readonly #starts = new Starts();
  readonly #stopping = new AbortController();
  readonly #pool: Pool;
  readonly #front: Streamable;
  readonly #sockets: WebSocketServing;
  #state: 'starting' | 'ready' | 'failed' = 'starting';
  #isStateless = false;

  constructor(options: Required<HostOptions>) {
    const { maxShared, maxSessions, maxMessageBytes, sessionIdle, report } = options;
    this.#options = options;
    this.#pool = new Pool({ maxUpstreams: maxShared, open: () => described(this.#child()) });
    this.#front = streamable({
      openSession: () => this.#openSession(),
      pool: () => this.#sharedPool(),
      maxMessageBytes,
      sessionIdle,
      later: options.later,
      report,
    });
    this.ready = this.#findOut();
    // Whoever does not wait for it need not handle it either.
    this.ready.catch(() => undefined);
    this.http = createServer(
      { shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket' },
      this.#listener(),
    );
    this.#sockets = acceptWebSockets(this.http, {
      maxMessageBytes,
      // Those that have not said anything yet hold no process.
      maxConnections: maxSessions * 4 + 1_000,
      serve: (transport) =>
        serveConnection({
          transport,
          pool: () => this.#sharedPool(),
          openSession: async () =>
            this.#openSession() ?? ((await this.#front.evict()) ? this.#openSession() : undefined),
          report,
        }),
      onerror: report,
    });
  }

  get sessions(): number {
    return this.#children.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    const closed = new Promise((resolve) => this.http.close(resolve));
    await Promise.all([this.#sockets.drain(), this.#front[Symbol.asyncDispose]()]);
    await Promise.all([
      this.#pool[Symbol.asyncDispose](),
      ...[...this.#children].map((child) => child.close()),
    ]);
    await this.ready.catch(() => undefined);
    this.http.closeAllConnections();
    await closed;
  }

  async #findOut(): Promise<void> {
    try {
      const { versions } = await findEras(this.#child(), this.#stopping.signal);
      this.#pool.speaks(versions);
      this.#isStateless = versions.length > 0;
      this.#state = 'ready';
    } catch (error) {
      this.#state = 'failed';
      throw error;
    }
  }

  async #sharedPool(): Promise<Pool | undefined> {
    await this.ready.catch(() => undefined);
    return this.#isStateless ? this.#pool : undefined;
  }

  #child(): Child {
    const { command, maxMessageBytes, grace } = this.#options;
    return new Child({ command, maxMessageBytes, grace, starts: this.#starts });
  }

  /** Undefined when there are as many as there may be. */
  #openSession(): Opened | undefined {
    if (this.#children.size >= this.#options.maxSessions || this.#stopping.signal.aborted) return undefined;
    const child = this.#child();
    this.#children.add(child);
    return described(child, () => this.#children.delete(child));
  }

  #listener(): (request: IncomingMessage, response: ServerResponse) => void {
    return (request, response) => {
      const [path] = (request.url ?? '/').split('?');
      if (path === '/mcp' && !mayCall(request)) reply(response, 403, 'Pages of this origin may not call.');
      else if (path === '/mcp') this.#front.handle(request, response);
      else if (path === '/health') reply(response, 200, 'alive');
      else if (path === '/ready') reply(response, this.#state === 'ready' ? 200 : 503, this.#state);
      else reply(response, 404, 'MCP is at /ws (WebSocket) and /mcp (Streamable HTTP).');
    };
  }
}

/** How a child ended, for those who waited for it. */
function described(child: Child, ended: () => void = () => {}): Opened {
  void child.gone.then(ended);
  return { transport: child, describeEnd: () => child.end };
}

function mayCall(request: IncomingMessage): boolean {
  const { origin } = request.headers;
  return origin === undefined || allowKnownOrigin(origin, request);
}

function reply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}
