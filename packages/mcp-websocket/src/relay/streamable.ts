/**
 * Streamable HTTP in front of MCP servers that are reached in another way: the legacy era with a session and a server
 * each, the stateless one through a pool. Every request's body decides for itself.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import {
  classifyInboundRequest,
  isInitializeRequest,
  isJsonContentType,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/server';
import type { JSONRPCMessage, JSONRPCRequest, Transport } from '@modelcontextprotocol/server';
import { isMessage, isRequest } from '../json-rpc.ts';
import { errorCodes } from '../message.ts';
import { readBody } from './body.ts';
import { exchange } from './exchange.ts';
import { isStateless } from './fields.ts';
import { disagreement, headerMismatch } from './headers.ts';
import { HeldSessions, ownerOf } from './held.ts';
import { HttpSession } from './http-session.ts';
import { later, type Later } from './later.ts';
import type { Pool } from './pool.ts';
import { refuse, type Refusal } from './refusal.ts';

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
  /** How that time is waited for. Default: by the system's clock. */
  readonly later?: Later;
  readonly report: (error: Error) => void;
}

export interface Streamable extends AsyncDisposable {
  /** Answers the request, whatever it is. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Ends the legacy session that nobody has used for the longest; false when all are in use. */
  evict(): Promise<boolean>;
  /** Legacy sessions that are open. */
  readonly sessions: number;
}

export function streamable(options: StreamableOptions): Streamable {
  const front = new Front(options);
  return {
    get sessions() {
      return front.held.size;
    },
    handle: (request, response) => void front.handle(request, response),
    evict: () => front.held.evict(),
    [Symbol.asyncDispose]: () => front.held.close(),
  };
}

/** Messages that one body may hold, where a batch is one: revision 2025-03-26 has them. */
const maxBatch = 100;

/** A message of the largest size may wait beside the one that is being read. */
const maxUnread = 2;

class Front {
  readonly held: HeldSessions;
  readonly #options: StreamableOptions;

  constructor(options: StreamableOptions) {
    this.#options = options;
    this.held = new HeldSessions({ idle: options.sessionIdle, later: options.later ?? later });
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const refusal = await this.#serve(request, response);
      if (refusal !== undefined) refuse(response, refusal);
    } catch (error) {
      this.#options.report(error instanceof Error ? error : new Error(String(error)));
      refuse(response, { status: 500, code: errorCodes.internal, message: 'Internal server error' });
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<Refusal | undefined> {
    const { method, headers } = request;
    if (method === 'GET' || method === 'DELETE') return this.#ofSession(request, response);
    if (method !== 'POST') return notAllowed;
    if (!isJsonContentType(headers['content-type'] ?? null)) return unsupported;
    const { maxMessageBytes } = this.#options;
    const body = await readBody(request, maxMessageBytes);
    if ('text' in body) return await this.#dispatch(request, response, body.text);
    return body.failure === 'gone' ? undefined : tooLarge(maxMessageBytes);
  }

  async #dispatch(
    request: IncomingMessage,
    response: ServerResponse,
    text: string,
  ): Promise<Refusal | undefined> {
    const body = parse(text);
    if (body === undefined)
      return { status: 400, code: errorCodes.parse, message: 'Parse error: the body is not JSON.' };
    if (isPlainLegacy(body, request.headers)) return await this.#post(request, response, [body]);
    const classified = classify(body, request.headers);
    if (classified.kind === 'legacy') return await this.#post(request, response, messagesIn(body));
    const pool = await this.#options.pool();
    if (pool === undefined) return legacyOnly;
    if (classified.kind === 'reject')
      return {
        status: classified.httpStatus,
        code: classified.code,
        message: classified.message,
        id: idOf(body),
        data: classified.data,
      };
    if (classified.messageKind === 'notification') response.writeHead(202, { 'Content-Length': 0 }).end();
    else return this.#exchange(pool, classified.message, { request, response });
    return undefined;
  }

  #exchange(
    pool: Pool,
    message: JSONRPCRequest,
    { request, response }: { request: IncomingMessage; response: ServerResponse },
  ): Refusal | undefined {
    const wrong = disagreement(message, request.headers);
    if (wrong !== undefined)
      return { status: 400, code: headerMismatch, message: `Header mismatch: ${wrong}.`, id: message.id };
    const { report } = this.#options;
    exchange(response, { pool, request: message, maxUnreadBytes: this.#maxUnreadBytes, report });
    return undefined;
  }

  get #maxUnreadBytes(): number {
    return maxUnread * this.#options.maxMessageBytes;
  }

  async #post(
    request: IncomingMessage,
    response: ServerResponse,
    messages: readonly JSONRPCMessage[],
  ): Promise<Refusal | undefined> {
    const [message] = messages;
    if (messages.length > maxBatch)
      return {
        status: 400,
        code: errorCodes.invalidRequest,
        message: `Invalid Request: Batch must not exceed ${maxBatch} messages`,
      };
    const isBeginning = request.headers['mcp-session-id'] === undefined && messages.length === 1;
    if (isBeginning && message !== undefined && isRequest(message) && isInitializeRequest(message))
      return await this.#begin(request, response, message);
    return this.#ofSession(request, response, messages);
  }

  #ofSession(
    request: IncomingMessage,
    response: ServerResponse,
    messages?: readonly JSONRPCMessage[],
  ): Refusal | undefined {
    const id = request.headers['mcp-session-id'];
    if (id === undefined) return request.method === 'POST' ? noSession : { ...noSession, status: 405 };
    const held = this.held.find(String(id), ownerOf(request.headers));
    if (held === undefined) return notFound;
    this.held.use(held, response);
    held.session.handle(request, response, messages);
    return undefined;
  }

  async #begin(
    request: IncomingMessage,
    response: ServerResponse,
    message: JSONRPCRequest,
  ): Promise<Refusal | undefined> {
    const { openSession, report } = this.#options;
    // Many clients never say that they are done.
    const opened = openSession() ?? ((await this.held.evict()) ? openSession() : undefined);
    if (opened === undefined) return { ...full, id: message.id };
    const id = randomUUID();
    const session = new HttpSession({
      id,
      upstream: opened.transport,
      describeEnd: opened.describeEnd,
      maxUnreadBytes: this.#maxUnreadBytes,
      report,
      ended: () => this.held.forget(id),
    });
    const held = this.held.add(session, ownerOf(request.headers));
    try {
      await session.start();
    } catch (error) {
      await session.close();
      const text = error instanceof Error ? error.message : String(error);
      return { status: 502, code: errorCodes.internal, message: text, id: message.id };
    }
    this.held.use(held, response);
    this.held.release(held);
    session.handle(request, response, [message]);
    return undefined;
  }
}

/** Undefined when it is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isLegacyVersion = new Set(SUPPORTED_PROTOCOL_VERSIONS);

/** One message of which nothing speaks of the stateless era: most of what comes, which needs no further look. */
function isPlainLegacy(body: unknown, headers: IncomingHttpHeaders): body is JSONRPCMessage {
  const version = headers['mcp-protocol-version'];
  const mayBe = version === undefined || isLegacyVersion.has(String(version));
  return mayBe && isMessage(body) && !isStateless(body);
}

const classify = (body: unknown, headers: IncomingHttpHeaders): ReturnType<typeof classifyInboundRequest> =>
  classifyInboundRequest({
    httpMethod: 'POST',
    body,
    ...headerOf('protocolVersionHeader', headers['mcp-protocol-version']),
    ...headerOf('mcpMethodHeader', headers['mcp-method']),
    ...headerOf('mcpNameHeader', headers['mcp-name']),
  });

const headerOf = <Name extends string>(
  name: Name,
  value: string | string[] | undefined,
): { [Key in Name]?: string } | object => (value === undefined ? {} : { [name]: String(value) });

/** Those of a body that was classified, and so holds nothing else. */
const messagesIn = (body: unknown): JSONRPCMessage[] =>
  (Array.isArray(body) ? body : [body]).filter(isMessage);

function idOf(body: unknown): string | number | null {
  const id: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'id') : null;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}

const notAllowed: Refusal = {
  status: 405,
  code: errorCodes.busy,
  message: 'Method not allowed.',
  headers: { Allow: 'GET, POST, DELETE' },
};

const unsupported: Refusal = {
  status: 415,
  code: errorCodes.busy,
  message: 'Unsupported Media Type: Content-Type must be application/json.',
};

const tooLarge = (maxBytes: number): Refusal => ({
  status: 413,
  code: errorCodes.busy,
  message: `Payload Too Large: a body has at most ${maxBytes} bytes.`,
});

const legacyOnly: Refusal = {
  status: 400,
  code: errorCodes.busy,
  message: 'This server speaks the legacy revisions only: begin with initialize.',
};

const notFound: Refusal = {
  status: 404,
  code: -32001,
  message: 'Session not found: it ended. Begin with initialize.',
};

const noSession: Refusal = {
  status: 400,
  code: errorCodes.busy,
  message: 'Bad Request: begin with initialize, and send Mcp-Session-Id then.',
};

const full: Refusal = {
  status: 503,
  code: errorCodes.busy,
  message: 'There are as many sessions as this server takes. Try again later.',
  headers: { 'Retry-After': '5' },
};
