/**
 * Resumption: what it takes to begin a legacy session again on a new connection as the client began it: `initialize`,
 * `notifications/initialized`, the log level and the subscriptions to resources. The stateless era needs none of it.
 */
import type { JSONRPCMessage, JSONRPCRequest, RequestId } from '@modelcontextprotocol/server';
import { isAnswer, isResultResponse } from './json-rpc.ts';
import { timedOut, within } from './within.ts';

/** Methods that change nothing at the server, so that they may be asked twice. */
const safeMethods = new Set([
  'initialize',
  'ping',
  'server/discover',
  'subscriptions/listen',
  'tools/list',
  'prompts/list',
  'prompts/get',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'completion/complete',
  'logging/setLevel',
]);

export const isSafe = ({ method }: JSONRPCRequest): boolean => safeMethods.has(method);

/** Milliseconds for the answer to each request of a resumption: the other end may start cold. */
const patience = 60_000;

export class Resumption {
  #initialize: JSONRPCRequest | undefined;
  #result: Record<string, unknown> | undefined;
  #isInitialized = false;
  #setLevel: JSONRPCRequest | undefined;
  readonly #subscriptions = new Map<unknown, JSONRPCRequest>();
  readonly #own = new Map<RequestId, PromiseWithResolvers<JSONRPCMessage>>();
  #count = 0;

  sent(message: JSONRPCMessage): void {
    if (!('method' in message)) return;
    if (message.method === 'notifications/initialized') this.#isInitialized = true;
    if (!('id' in message)) return;
    if (message.method === 'initialize') this.#begin(message);
    if (message.method === 'logging/setLevel') this.#setLevel = message;
    const uri = message.params?.['uri'];
    if (message.method === 'resources/subscribe') this.#subscriptions.set(uri, message);
    if (message.method === 'resources/unsubscribe') this.#subscriptions.delete(uri);
  }

  answered(message: JSONRPCMessage): void {
    if (!isResultResponse(message) || message.id !== this.#initialize?.id) return;
    this.#result ??= message.result;
  }

  /** True for the answer to a request that was made here: the client never hears of it. */
  takes(message: JSONRPCMessage): boolean {
    if (!isAnswer(message)) return false;
    const own = message.id === undefined ? undefined : this.#own.get(message.id);
    own?.resolve(message);
    return own !== undefined;
  }

  /** The connection is gone, and with it what was asked on it. */
  lost(): void {
    for (const own of this.#own.values())
      own.reject(new Error('the connection ended while the session was begun again'));
    this.#own.clear();
  }

  /** Throws when the server does not take the session on, or is another one than before. */
  async resume(send: (message: JSONRPCMessage) => Promise<void>, signal: AbortSignal): Promise<void> {
    if (this.#initialize === undefined || this.#result === undefined) return;
    const answer = await this.#ask(this.#initialize, send);
    signal.throwIfAborted();
    if (!isResultResponse(answer)) throw new Error('The server refused to begin the session again.');
    const { protocolVersion } = answer.result;
    if (protocolVersion !== this.#result['protocolVersion'])
      throw new Error(`The server speaks ${String(protocolVersion)} now, another revision than before.`);
    if (!this.#isInitialized) return;
    await send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    if (this.#setLevel !== undefined) await this.#ask(this.#setLevel, send);
    for (const subscription of this.#subscriptions.values()) await this.#ask(subscription, send);
  }

  #begin(message: JSONRPCRequest): void {
    this.#initialize = message;
    this.#result = undefined;
    this.#isInitialized = false;
  }

  async #ask(
    request: JSONRPCRequest,
    send: (message: JSONRPCMessage) => Promise<void>,
  ): Promise<JSONRPCMessage> {
    this.#count += 1;
    const id = `mooring-resumption-${this.#count}`;
    const own = Promise.withResolvers<JSONRPCMessage>();
    // It may be lost before anybody waits for it.
    own.promise.catch(() => undefined);
    this.#own.set(id, own);
    try {
      await send({ ...request, id });
      const answer = await within(patience, own.promise);
      if (answer === timedOut)
        throw new Error(`The server did not answer ${request.method} within ${patience} ms.`);
      return answer;
    } finally {
      this.#own.delete(id);
    }
  }
}
