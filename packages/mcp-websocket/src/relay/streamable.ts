/**
 * Streamable HTTP in front of MCP servers that are reached in another way: the legacy era with a session and a server
 * each, the stateless one through a pool. Every request's body decides for itself.
 */
import { randomUUID } from 'node:crypto';
import {
  classifyInboundRequest,
  isInitializeRequest,
  isJsonContentType,
  readRequestBody,
} from '@modelcontextprotocol/server';
import type { JSONRPCRequest, Transport } from '@modelcontextprotocol/server';
import { errorCodes } from '../message.ts';
import { exchange } from './exchange.ts';
import { disagreement, headerMismatch } from './headers.ts';
import { HttpSession } from './http-session.ts';
import type { Pool } from './pool.ts';

export interface StreamableOptions {
  /** A transport to a server of its own for one legacy session; undefined when there may be no more of them. */
  readonly openSession: () =>
    | { readonly transport: Transport; readonly describeEnd: () => string }
    | undefined;
  /** What serves the stateless era; undefined when the server does not know it. Awaited at each request. */
  readonly pool: () => Pool | undefined | Promise<Pool | undefined>;
  /** Bytes of a body. */
  readonly maxMessageBytes: number;
  /** Milliseconds without a request or an open response after which a legacy session ends. */
  readonly sessionIdle: number;
  readonly report: (error: Error) => void;
}

export interface Streamable extends AsyncDisposable {
  fetch(request: Request): Promise<Response>;
  /** Ends the legacy session that nobody has used for the longest; false when all are in use. */
  evict(): Promise<boolean>;
  /** Legacy sessions that are open. */
  readonly sessions: number;
}

export function streamable(options: StreamableOptions): Streamable {
  const front = new Front(options);
  return {
    get sessions() {
      return front.sessions;
    },
    fetch: (request) => front.fetch(request),
    evict: () => front.evict(),
    [Symbol.asyncDispose]: () => front.close(),
  };
}

interface Held {
  readonly session: HttpSession;
  /** Who began it; nobody else finds it. */
  readonly owner: string;
  open: number;
  timer: NodeJS.Timeout | undefined;
}

class Front {
  readonly #options: StreamableOptions;
  readonly #held = new Map<string, Held>();

  constructor(options: StreamableOptions) {
    this.#options = options;
  }

  get sessions(): number {
    return this.#held.size;
  }

  async evict(): Promise<boolean> {
    const [idle] = [...this.#held.values()].filter(({ open }) => open === 0);
    await idle?.session.close();
    return idle !== undefined;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#held.values()].map(({ session }) => session.close()));
  }

  async fetch(request: Request): Promise<Response> {
    if (request.method !== 'POST') return await this.#ofSession(request, undefined);
    if (!isJsonContentType(request.headers.get('content-type')))
      return refusal(415, errorCodes.busy, 'Unsupported Media Type: Content-Type must be application/json.');
    const { maxMessageBytes } = this.#options;
    const read = await readRequestBody(request, maxMessageBytes);
    if (read.tooLarge)
      return refusal(413, errorCodes.busy, `Payload Too Large: a body has at most ${maxMessageBytes} bytes.`);
    try {
      return await this.#dispatch(request, JSON.parse(read.text));
    } catch (error) {
      if (error instanceof SyntaxError)
        return refusal(400, errorCodes.parse, 'Parse error: the body is not JSON.');
      throw error;
    }
  }

  async #dispatch(request: Request, body: unknown): Promise<Response> {
    const { headers } = request;
    const classified = classifyInboundRequest({
      httpMethod: 'POST',
      body,
      ...headerOf('protocolVersionHeader', headers.get('mcp-protocol-version')),
      ...headerOf('mcpMethodHeader', headers.get('mcp-method')),
      ...headerOf('mcpNameHeader', headers.get('mcp-name')),
    });
    if (classified.kind === 'legacy') return await this.#ofSession(request, body);
    const pool = await this.#options.pool();
    if (pool === undefined)
      return refusal(
        400,
        errorCodes.busy,
        'This server speaks the legacy revisions only: begin with initialize.',
      );
    if (classified.kind === 'reject')
      return refusal(classified.httpStatus, classified.code, classified.message, {
        id: idOf(body),
        data: classified.data,
      });
    if (classified.messageKind === 'notification') return new Response(undefined, { status: 202 });
    return await this.#exchange(pool, classified.message, request);
  }

  async #exchange(pool: Pool, message: JSONRPCRequest, request: Request): Promise<Response> {
    const wrong = disagreement(message, request.headers);
    if (wrong !== undefined)
      return refusal(400, headerMismatch, `Header mismatch: ${wrong}.`, { id: message.id });
    return await exchange(pool, message, request.signal);
  }

  async #ofSession(request: Request, body: unknown): Promise<Response> {
    const id = request.headers.get('mcp-session-id');
    const held = id === null ? undefined : this.#held.get(id);
    if (held !== undefined && held.owner === ownerOf(request)) return await this.#handle(held, request, body);
    if (id !== null) return refusal(404, -32001, 'Session not found: it ended. Begin with initialize.');
    if (isInitializeRequest(body)) return await this.#begin(request, body);
    const allowed = request.method === 'POST' ? 400 : 405;
    return refusal(
      allowed,
      errorCodes.busy,
      'Bad Request: begin with initialize, and send Mcp-Session-Id then.',
    );
  }

  async #begin(request: Request, body: unknown): Promise<Response> {
    const { openSession } = this.#options;
    // Many clients never say that they are done.
    const opened = openSession() ?? ((await this.evict()) ? openSession() : undefined);
    if (opened === undefined)
      return refusal(
        503,
        errorCodes.busy,
        'There are as many sessions as this server takes. Try again later.',
        {
          id: idOf(body),
          headers: { 'Retry-After': '5' },
        },
      );
    const id = randomUUID();
    const { maxMessageBytes, report } = this.#options;
    const session = new HttpSession({
      id,
      upstream: opened.transport,
      describeEnd: opened.describeEnd,
      maxMessageBytes,
      report,
      ended: () => this.#forget(id),
    });
    const held: Held = { session, owner: ownerOf(request), open: 1, timer: undefined };
    this.#held.set(id, held);
    try {
      await session.start();
    } catch (error) {
      await session.close();
      const message = error instanceof Error ? error.message : String(error);
      return refusal(502, errorCodes.internal, message, { id: idOf(body) });
    }
    held.open -= 1;
    return await this.#handle(held, request, body);
  }

  async #handle(held: Held, request: Request, body: unknown): Promise<Response> {
    held.open += 1;
    clearTimeout(held.timer);
    // The one that was used last stands last.
    if (this.#held.delete(held.session.id)) this.#held.set(held.session.id, held);
    const release = once(() => {
      held.open -= 1;
      if (held.open > 0 || !this.#held.has(held.session.id)) return;
      held.timer = setTimeout(() => void held.session.close(), this.#options.sessionIdle).unref();
    });
    try {
      const response = await held.session.handle(request, body);
      return response.body === null
        ? finished(response, release)
        : watched(response, request.signal, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  #forget(id: string): void {
    clearTimeout(this.#held.get(id)?.timer);
    this.#held.delete(id);
  }
}

/** The caller that Mooring has verified; empty where there is none. */
const ownerOf = ({ headers }: Request): string =>
  JSON.stringify([headers.get('mooring-issuer'), headers.get('mooring-subject')]);

function finished(response: Response, release: () => void): Response {
  release();
  return response;
}

/** The same response, which tells when it has ended or its client has gone. */
function watched(response: Response, signal: AbortSignal, release: () => void): Response {
  signal.addEventListener('abort', release, { once: true });
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  response.body?.pipeTo(writable).then(release, release);
  return new Response(readable, response);
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) action();
    isDone = true;
  };
}

const headerOf = <Name extends string>(
  name: Name,
  value: string | null,
): { [Key in Name]?: string } | object => (value === null ? {} : { [name]: value });

function idOf(body: unknown): string | number | null {
  const id: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'id') : null;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}

interface Extra {
  readonly id?: string | number | null;
  readonly data?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

function refusal(status: number, code: number, message: string, extra: Extra = {}): Response {
  const { id = null, data, headers } = extra;
  const error = data === undefined ? { code, message } : { code, message, data };
  return Response.json({ jsonrpc: '2.0', id, error }, { status, ...(headers && { headers }) });
}
