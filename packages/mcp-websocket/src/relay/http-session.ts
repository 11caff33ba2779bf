/**
 * HTTP session: one session of the legacy era over Streamable HTTP, joined to a transport of its own. The SDK's
 * transport keeps the protocol; here it is decided on which response a message of the server goes out.
 */
import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import type { JSONRPCMessage, RequestId, Transport } from '@modelcontextprotocol/server';
import { errorCodes } from '../message.ts';
import { progressOf, progressTokenOf } from './fields.ts';

export interface HttpSessionOptions {
  readonly id: string;
  /** Not started. */
  readonly upstream: Transport;
  readonly maxMessageBytes: number;
  readonly report: (error: Error) => void;
  /** Called once. */
  readonly ended: () => void;
  /** Why the upstream ended, for the requests that it had. */
  readonly describeEnd: () => string;
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
  readonly #http: WebStandardStreamableHTTPServerTransport;
  readonly #upstream: Transport;
  readonly #options: HttpSessionOptions;
  /** Requests without an answer, the newest last, with the token of their progress. */
  readonly #asked = new Map<RequestId, RequestId | undefined>();
  #isOver = false;

  constructor(options: HttpSessionOptions) {
    this.id = options.id;
    this.#options = options;
    this.#upstream = options.upstream;
    this.#http = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => options.id,
      maxRequestBodySize: options.maxMessageBytes,
    });
  }

  /** Rejects when the upstream cannot be started. */
  async start(): Promise<void> {
    const { report, describeEnd } = this.#options;
    const upstream = this.#upstream;
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
    this.#http.onmessage = (message) => this.#ask(message);
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
    this.#http.onerror = report;
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
    this.#http.onclose = () => void this.close();
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
    upstream.onmessage = (message) => void this.#answer(message);
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
    upstream.onerror = report;
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
    upstream.onclose = () => void this.#fail(describeEnd());
    await this.#http.start();
    await upstream.start();
  }

  handle(request: Request, parsedBody: unknown): Promise<Response> {
    return this.#http.handleRequest(request, parsedBody === undefined ? {} : { parsedBody });
  }

  /** Ends the upstream and every response that is open. */
  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.ended();
    await Promise.all([this.#http.close(), this.#upstream.close()]).catch(this.#options.report);
  }

  #ask(message: JSONRPCMessage): void {
    if (isJSONRPCRequest(message)) this.#asked.set(message.id, progressTokenOf(message));
    this.#upstream.send(message).catch((error: Error) => {
      if (isJSONRPCRequest(message)) void this.#refuse(message.id, error.message);
    });
  }

  async #answer(message: JSONRPCMessage): Promise<void> {
    const relatedRequestId = this.#relationOf(message);
    if (isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message))
      this.#asked.delete(message.id ?? '');
    const options = relatedRequestId === undefined ? {} : { relatedRequestId };
    await this.#http.send(message, options).catch(this.#options.report);
  }

  /** The standard streams do not say which request a message belongs to; the newest one is the best guess there is. */
  #relationOf(message: JSONRPCMessage): RequestId | undefined {
    if (isJSONRPCNotification(message)) {
      if (unrelated.has(message.method)) return undefined;
      const token = progressOf(message);
      const found = [...this.#asked].find(([, asked]) => asked !== undefined && asked === token);
      if (found !== undefined) return found[0];
    }
    return 'method' in message ? [...this.#asked.keys()].at(-1) : undefined;
  }

  /** Whoever waits must get an answer. */
  async #fail(why: string): Promise<void> {
    if (this.#isOver) return;
    const message = `The MCP server ended before it answered: ${why}.`;
    await Promise.all([...this.#asked.keys()].map((id) => this.#refuse(id, message)));
    await this.close();
  }

  async #refuse(id: RequestId, message: string): Promise<void> {
    this.#asked.delete(id);
    const error = { code: errorCodes.internal, message };
    await this.#http.send({ jsonrpc: '2.0', id, error }).catch(this.#options.report);
  }
}
