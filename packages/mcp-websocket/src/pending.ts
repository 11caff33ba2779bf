/**
 * Pending: the requests of one connection that wait for their answer. It knows when there is none, which is when
 * a drain may close the connection. Subscriptions are not counted: they are answered when they end.
 */
import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/server';
import { isAnswer, isNotification, isRequest } from './json-rpc.ts';

export class PendingRequests {
  readonly #ids = new Set<RequestId>();
  #idle: PromiseWithResolvers<void> | undefined;

  get size(): number {
    return this.#ids.size;
  }

  /** True while a request with this id waits for its answer. */
  has(id: RequestId): boolean {
    return this.#ids.has(id);
  }

  received(message: JSONRPCMessage): void {
    if (isRequest(message)) {
      if (message.method !== 'subscriptions/listen') this.#ids.add(message.id);
    } else if (isNotification(message) && message.method === 'notifications/cancelled') {
      // A cancelled request need not be answered.
      const id = message.params?.['requestId'];
      if (typeof id === 'string' || typeof id === 'number') this.#settle(id);
    }
  }

  sent(message: JSONRPCMessage): void {
    if (!isAnswer(message)) return;
    if (message.id !== undefined) this.#settle(message.id);
  }

  /** Forgets all of them: nobody is there any more to be answered. */
  clear(): void {
    this.#ids.clear();
    this.#idle?.resolve();
  }

  /** Resolves as soon as no request waits. */
  idle(): Promise<void> {
    if (this.#ids.size === 0) return Promise.resolve();
    this.#idle ??= Promise.withResolvers<void>();
    return this.#idle.promise;
  }

  #settle(id: RequestId): void {
    this.#ids.delete(id);
    if (this.#ids.size > 0) return;
    this.#idle?.resolve();
    this.#idle = undefined;
  }
}
