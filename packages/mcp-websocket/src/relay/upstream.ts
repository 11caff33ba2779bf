/**
 * Upstream: one MCP server of the stateless era that several callers share. Every request gets an id, a progress token
 * and a subscription id of its own, so that nothing that comes back can reach anybody but its caller; what belongs to
 * no request is dropped.
 */
import type {
  JSONRPCMessage,
  JSONRPCNotification,
  JSONRPCRequest,
  Transport,
} from '@modelcontextprotocol/server';
import { isAnswer, isErrorResponse, isNotification, isRequest } from '../json-rpc.ts';
import { errorCodes } from '../message.ts';
import {
  cancelledOf,
  progressOf,
  progressTokenOf,
  subscriptionOf,
  wantsLog,
  withProgressToken,
  withSubscription,
} from './fields.ts';

/** A request of a caller, and where what belongs to it goes. */
export interface Asked {
  readonly request: JSONRPCRequest;
  readonly deliver: (message: JSONRPCMessage) => void;
}

export interface UpstreamOptions {
  /** A transport that is not started. */
  readonly transport: Transport;
  /** Called once. */
  readonly ended: () => void;
  /** Called whenever a request was settled. */
  readonly freed: () => void;
  /** Why it ended, for the callers whose requests it had. */
  readonly describeEnd: () => string;
}

export class Upstream {
  readonly #transport: Transport;
  readonly #options: UpstreamOptions;
  readonly #asked = new Map<number, Asked>();
  readonly #started: Promise<void>;
  #lastId = 0;
  #hasEnded = false;

  constructor(options: UpstreamOptions) {
    this.#options = options;
    const { transport } = options;
    this.#transport = transport;
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
    transport.onmessage = (message) => this.#receive(message);
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
    transport.onclose = () => this.#end(options.describeEnd());
    this.#started = transport.start();
    this.#started.catch((error: unknown) =>
      this.#end(error instanceof Error ? error.message : String(error)),
    );
  }

  /** Requests that have no answer, subscriptions left aside. */
  get load(): number {
    return [...this.#asked.values()].filter(({ request }) => !isSubscription(request)).length;
  }

  get subscriptions(): number {
    return this.#asked.size - this.load;
  }

  /** True while the one request is under way whose log messages must not reach another. */
  get isExclusive(): boolean {
    return [...this.#asked.values()].some(({ request }) => wantsLog(request));
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Sends the request on. Gives what cancels it. */
  ask(asked: Asked): { cancel(): void } {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#asked.set(id, asked);
    const { request } = asked;
    void this.#send({ ...request, id, params: withProgressToken(request.params, id) }, id);
    return { cancel: () => this.#cancel(id) };
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  #cancel(id: number): void {
    if (!this.#asked.delete(id)) return;
    void this.#send(
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } },
      undefined,
    );
    this.#options.freed();
  }

  async #send(message: JSONRPCMessage, id: number | undefined): Promise<void> {
    try {
      await this.#started;
      if (id === undefined || this.#asked.has(id)) await this.#transport.send(message);
    } catch (error) {
      if (id !== undefined) this.#fail(id, error instanceof Error ? error.message : String(error));
    }
  }

  #receive(message: JSONRPCMessage): void {
    if (isNotification(message)) this.#notify(message);
    else if (isRequest(message)) this.#refuse(message);
    else this.#answer(message);
  }

  #answer(message: JSONRPCMessage): void {
    if (!isAnswer(message)) return;
    const id = Number(message.id);
    const asked = this.#asked.get(id);
    if (asked === undefined) return;
    this.#asked.delete(id);
    const own = asked.request.id;
    if (isErrorResponse(message)) asked.deliver({ ...message, id: own });
    else asked.deliver({ ...message, id: own, result: withSubscription(message.result, own) });
    this.#options.freed();
  }

  #notify(message: JSONRPCNotification): void {
    const cancelled = cancelledOf(message);
    const id = progressOf(message) ?? subscriptionOf(message) ?? cancelled;
    const asked = id === undefined ? this.#loggedFor(message) : this.#asked.get(Number(id));
    if (asked === undefined) return;
    asked.deliver({ ...message, params: translate(message, asked.request) });
    if (cancelled === undefined) return;
    this.#asked.delete(Number(id));
    this.#options.freed();
  }

  /** Log messages name no request: they go to the one that asked for them and runs alone. */
  #loggedFor(message: JSONRPCNotification): Asked | undefined {
    if (message.method !== 'notifications/message') return undefined;
    return [...this.#asked.values()].find(({ request }) => wantsLog(request));
  }

  /** A server of this era has no requests. */
  #refuse({ id, method }: JSONRPCRequest): void {
    const error = {
      code: -32601,
      message: `There is nobody to answer ${method}: the stateless era has no such requests.`,
    };
    void this.#transport.send({ jsonrpc: '2.0', id, error }).catch(() => undefined);
  }

  #fail(id: number, message: string): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    asked?.deliver({ jsonrpc: '2.0', id: asked.request.id, error: { code: errorCodes.internal, message } });
    if (asked !== undefined) this.#options.freed();
  }

  #end(why: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const id of this.#asked.keys()) this.#fail(id, `The MCP server ended before it answered: ${why}.`);
    this.#options.ended();
  }
}

const isSubscription = ({ method }: JSONRPCRequest): boolean => method === 'subscriptions/listen';

/** The params of a notification as the caller knows them: with its own ids. */
function translate(message: JSONRPCNotification, request: JSONRPCRequest): Record<string, unknown> {
  const params = withSubscription(message.params ?? {}, request.id);
  if (progressOf(message) !== undefined) return { ...params, progressToken: progressTokenOf(request) };
  return cancelledOf(message) === undefined ? params : { ...params, requestId: request.id };
}
