/**
 * HTTP session: one session of the legacy era over Streamable HTTP, joined to a transport of its own. It decides on
 * which response a message of the server goes out; what the messages say is up to the two ends.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server';
import type {
  JSONRPCErrorResponse,
  JSONRPCMessage,
  JSONRPCNotification,
  JSONRPCResultResponse,
  RequestId,
  Transport,
} from '@modelcontextprotocol/server';
import { isAnswer, isNotification, isRequest } from '../json-rpc.ts';
import { errorCodes } from '../message.ts';
import { progressOf, progressTokenOf } from './fields.ts';
import { refuse, type Refusal } from './refusal.ts';
import { Reply } from './reply.ts';

export interface HttpSessionOptions {
  readonly id: string;
  /** Not started. */
  readonly upstream: Transport;
  /** Bytes that may wait on one response for a client that does not read. */
  readonly maxUnreadBytes: number;
  readonly report: (error: Error) => void;
  /** Called once. */
  readonly ended: () => void;
  /** Why the upstream ended, for the requests that it had. */
  readonly describeEnd: () => string;
}

/** A POST with requests; its response ends with the answer to the last of them. */
interface Posted {
  readonly reply: Reply;
  unanswered: number;
}

interface Asked {
  readonly posted: Posted;
  readonly progressToken: RequestId | undefined;
}

/** What belongs to no request, and goes out on the stream that the client opened with GET. */
const unrelated = new Set([
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
  'notifications/resources/updated',
]);

export class HttpSession {
  readonly id: string;
  readonly #upstream: Transport;
  readonly #options: HttpSessionOptions;
  readonly #headers: Readonly<Record<string, string>>;
  /** Requests without an answer, the newest last. */
  readonly #asked = new Map<RequestId, Asked>();
  /** What the client opened with GET. */
  #listening: Reply | undefined;
  #hasBegun = false;
  #isOver = false;

  constructor(options: HttpSessionOptions) {
    this.id = options.id;
    this.#options = options;
    this.#upstream = options.upstream;
    this.#headers = { 'Mcp-Session-Id': options.id };
  }

  /** Rejects when the upstream cannot be started. */
  async start(): Promise<void> {
    const { report, describeEnd } = this.#options;
    const upstream = this.#upstream;
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
    upstream.onmessage = (message) => this.#hear(message);
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
    upstream.onerror = report;
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
    upstream.onclose = () => this.#fail(`The MCP server ended before it answered: ${describeEnd()}.`);
    await upstream.start();
  }

  /** `messages` are what was posted; undefined for the other methods. */
  handle(request: IncomingMessage, response: ServerResponse, messages?: readonly JSONRPCMessage[]): void {
    const refusal = this.#refusalOf(request, messages);
    if (refusal !== undefined) refuse(response, refusal);
    else if (messages !== undefined) this.#post(messages, response);
    else if (request.method === 'GET') this.#listen(response);
    else {
      response.writeHead(200, { 'Content-Length': 0 }).end();
      void this.close();
    }
  }

  /** Ends the upstream and every response that is open. */
  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.ended();
    for (const id of this.#asked.keys()) this.#answer(failure(id, 'The session ended before the answer.'));
    this.#listening?.end();
    await this.#upstream.close().catch(this.#options.report);
  }

  #refusalOf(
    { method, headers }: IncomingMessage,
    messages: readonly JSONRPCMessage[] | undefined,
  ): Refusal | undefined {
    if (this.#isOver) return { status: 404, code: -32001, message: 'Session not found: it ended.' };
    if (method === 'GET' && !accepts(headers.accept, 'text/event-stream'))
      return notAcceptable('Client must accept text/event-stream');
    if (method === 'GET' && this.#listening?.isOver === false) return conflict;
    if (method === 'POST' && !acceptsBoth(headers.accept))
      return notAcceptable('Client must accept both application/json and text/event-stream');
    return this.#hasBegun ? this.#disorderOf(headers, messages) : undefined;
  }

  /** Of a session that began with `initialize`. */
  #disorderOf(
    headers: IncomingHttpHeaders,
    messages: readonly JSONRPCMessage[] | undefined,
  ): Refusal | undefined {
    if (messages?.some((message) => isRequest(message) && message.method === 'initialize'))
      return invalid('Server already initialized');
    const version = headers['mcp-protocol-version'];
    if (version !== undefined && !SUPPORTED_PROTOCOL_VERSIONS.includes(String(version)))
      return bad(
        `Unsupported protocol version: ${String(version)} (supported versions: ${SUPPORTED_PROTOCOL_VERSIONS.join(', ')})`,
      );
    if (messages === undefined) return undefined;
    const ids = messages.filter(isRequest).map(({ id }) => id);
    const used = ids.find((id, index) => this.#asked.has(id) || ids.indexOf(id) < index);
    return used === undefined ? undefined : invalid(`the id ${used} is in use`, used);
  }

  #post(messages: readonly JSONRPCMessage[], response: ServerResponse): void {
    this.#hasBegun = true;
    const requests = messages.filter(isRequest);
    if (requests.length === 0) response.writeHead(202, { 'Content-Length': 0 }).end();
    else {
      const posted: Posted = { reply: this.#reply(response), unanswered: requests.length };
      for (const request of requests)
        this.#asked.set(request.id, { posted, progressToken: progressTokenOf(request) });
    }
    for (const message of messages) this.#pass(message);
  }

  #listen(response: ServerResponse): void {
    this.#listening = this.#reply(response);
    this.#listening.open();
  }

  #reply(response: ServerResponse): Reply {
    const { maxUnreadBytes, report } = this.#options;
    return new Reply(response, { headers: this.#headers, maxUnreadBytes, report });
  }

  #pass(message: JSONRPCMessage): void {
    this.#upstream.send(message).catch((error: Error) => {
      if (isRequest(message)) this.#answer(failure(message.id, error.message));
    });
  }

  #hear(message: JSONRPCMessage): void {
    if (isAnswer(message)) this.#answer(message);
    else this.#replyFor(message)?.tell(message);
  }

  #answer(message: JSONRPCResultResponse | JSONRPCErrorResponse): void {
    const { id } = message;
    const asked = id === undefined ? undefined : this.#asked.get(id);
    if (id === undefined || asked === undefined) return;
    this.#asked.delete(id);
    const { posted } = asked;
    posted.unanswered -= 1;
    if (posted.reply.isOver)
      this.#options.report(new Error(`The client left before the answer to its request ${id}.`));
    else if (posted.unanswered > 0) posted.reply.tell(message);
    else posted.reply.finish(message);
  }

  /** The standard streams do not say which request a message belongs to; the newest one is the best guess there is. */
  #replyFor(message: JSONRPCMessage): Reply | undefined {
    const isUnrelated = isNotification(message) && unrelated.has(message.method);
    if (isUnrelated || this.#asked.size === 0) return this.#listening;
    const reported = isNotification(message) ? this.#reported(message) : undefined;
    return (reported ?? [...this.#asked.values()].at(-1))?.posted.reply;
  }

  /** The request whose progress it tells of. */
  #reported(message: JSONRPCNotification): Asked | undefined {
    const token = progressOf(message);
    if (token === undefined) return undefined;
    return [...this.#asked.values()].find(({ progressToken }) => progressToken === token);
  }

  /** Whoever waits must get an answer. */
  #fail(why: string): void {
    for (const id of this.#asked.keys()) this.#answer(failure(id, why));
    void this.close();
  }
}

const failure = (id: RequestId, message: string): JSONRPCErrorResponse => ({
  jsonrpc: '2.0',
  id,
  error: { code: errorCodes.internal, message },
});

const accepts = (header: string | undefined, type: string): boolean => header?.includes(type) ?? false;

const acceptsBoth = (header: string | undefined): boolean =>
  accepts(header, 'application/json') && accepts(header, 'text/event-stream');

const notAcceptable = (why: string): Refusal => ({
  status: 406,
  code: errorCodes.busy,
  message: `Not Acceptable: ${why}`,
});

const conflict: Refusal = {
  status: 409,
  code: errorCodes.busy,
  message: 'Conflict: Only one SSE stream is allowed per session',
};

const bad = (why: string): Refusal => ({
  status: 400,
  code: errorCodes.busy,
  message: `Bad Request: ${why}`,
});

const invalid = (why: string, id: RequestId | null = null): Refusal => ({
  status: 400,
  code: errorCodes.invalidRequest,
  message: `Invalid Request: ${why}`,
  id,
});
