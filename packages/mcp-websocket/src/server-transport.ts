/**
 * WebSocketServerTransport: one accepted WebSocket as a Transport of the MCP SDK, for `serveStdio` (both eras, which
 * is what serveWebSocket does) or `server.connect(transport)` (the legacy era). The subprotocol, the path and the
 * Origin are the handshake's business and settled before.
 */
import type { JSONRPCMessage, JSONRPCRequest, RequestId, Transport } from '@modelcontextprotocol/server';
import type { WebSocket } from 'ws';
import { batchRevision, Batches } from './batches.ts';
import { Channel } from './channel.ts';
import { closeCodes, type Closing } from './closing.ts';
import { isRequest, isResultResponse } from './json-rpc.ts';
import { defaultServeLimits, limitsFrom, type ConnectionLimits, type ServeLimits } from './limits.ts';
import { errorCodes, errorText, UnsendableError, type Refused } from './message.ts';
import { PendingRequests } from './pending.ts';

export interface WebSocketServerTransportOptions extends Partial<
  ConnectionLimits & Pick<ServeLimits, 'maxPendingRequests'>
> {
  /** Grows with every byte that the peer sends, so that a slow message counts as life. Default: counts frames. */
  readonly bytesRead?: () => number;
}

export class WebSocketServerTransport implements Transport {
  onclose?: Transport['onclose'];
  onerror?: Transport['onerror'];
  onmessage?: Transport['onmessage'];
  readonly #channel: Channel;
  readonly #pending = new PendingRequests();
  readonly #batches = new Batches();
  readonly #maxPendingRequests: number;
  readonly #maxMessageBytes: number;
  #goodbye: { readonly code: number; readonly reason: string } = { code: closeCodes.normal, reason: '' };
  #started = false;
  /** The revision that `initialize` ended with; undefined before, and in the stateless era. */
  #revision: string | undefined;

  /** Takes an open socket and reads nothing from it before `start()`. */
  constructor(socket: WebSocket, options: WebSocketServerTransportOptions = {}) {
    const limits = limitsFrom(defaultServeLimits, options);
    this.#maxPendingRequests = limits.maxPendingRequests;
    this.#maxMessageBytes = limits.maxMessageBytes;
    this.#channel = new Channel(socket, {
      limits,
      bytesRead: options.bytesRead,
      events: {
        message: (message) => this.#deliver(message),
        refused: (refused) => this.#refuse(refused),
        error: (error) => this.onerror?.(error),
        closed: () => {
          this.#pending.clear();
          this.onclose?.();
        },
      },
    });
  }

  /** How the connection ended; undefined while it lives. */
  get closing(): Closing | undefined {
    return this.#channel.closing;
  }

  async start(): Promise<void> {
    if (this.#started)
      throw new TypeError('This transport has been started already: connect() does that by itself.');
    this.#started = true;
    this.#channel.start();
  }

  /** Resolves when the message was handed to the network. */
  async send(message: JSONRPCMessage): Promise<void> {
    this.#pending.sent(message);
    this.#revision ??= revisionOf(message);
    await this.#sendAll(this.#batches.sent(message));
  }

  async #sendAll(messages: readonly JSONRPCMessage[]): Promise<void> {
    const text = messages.length > 1 ? JSON.stringify(messages) : undefined;
    if (text !== undefined && Buffer.byteLength(text) <= this.#maxMessageBytes)
      await this.#channel.sendText(text);
    else for (const message of messages) await this.#sendOne(message);
  }

  async #sendOne(message: JSONRPCMessage): Promise<void> {
    try {
      await this.#channel.send(message);
    } catch (error) {
      if (error instanceof UnsendableError) await this.#replace(message, error);
      throw error;
    }
  }

  /** Resolves when the connection is gone, after `closeTimeout` at the latest. */
  close(): Promise<void> {
    return this.#channel.close(this.#goodbye.code, this.#goodbye.reason);
  }

  /** What a later `close()` says. Default: 1000 without a reason. */
  prepareClose(code: number, reason: string): void {
    this.#goodbye = { code, reason };
  }

  /** Resolves as soon as every request has been answered, and when the connection is gone. */
  idle(): Promise<void> {
    return this.#pending.idle();
  }

  #deliver(message: JSONRPCMessage): void {
    const refusal = isRequest(message) ? this.#refusalOf(message) : undefined;
    if (refusal !== undefined) {
      this.#answer(refusal);
      return;
    }
    this.#pending.received(message);
    const freed = this.#batches.cancelled(message);
    if (freed.length > 0) this.#sendAll(freed).catch((error: Error) => this.onerror?.(error));
    this.onmessage?.(message);
  }

  /** The answer to a request that is not carried out. */
  #refusalOf({ id }: JSONRPCRequest): string | undefined {
    const limit = this.#maxPendingRequests;
    if (this.#pending.has(id)) {
      const text = `Invalid Request: the request with the id ${JSON.stringify(id)} waits for its answer already.`;
      return errorText(id, errorCodes.invalidRequest, text);
    }
    if (this.#pending.size < limit) return undefined;
    const text = `Too many requests: ${limit} of this connection wait for their answer already. Send this one later.`;
    return errorText(id, errorCodes.busy, text);
  }

  #refuse({ error, answer, batch }: Refused): void {
    if (batch !== undefined && this.#revision === batchRevision) {
      this.#deliverBatch(batch);
      return;
    }
    this.onerror?.(error);
    if (answer !== undefined) this.#answer(answer);
  }

  /** Each message of it counts as one; a request that is refused is answered alone. */
  #deliverBatch(messages: readonly JSONRPCMessage[]): void {
    const ids = new Set<RequestId>();
    const room = this.#maxPendingRequests - this.#pending.size;
    const isServed = (message: JSONRPCMessage): boolean => {
      if (!isRequest(message)) return true;
      if (this.#pending.has(message.id) || ids.has(message.id) || ids.size >= room) return false;
      return ids.add(message.id).size > 0;
    };
    this.#batches.received(messages.filter(isServed));
    for (const message of messages) this.#deliver(message);
  }

  /** Whoever asked must get an answer, or would wait until the time-out. */
  async #replace(message: JSONRPCMessage, error: UnsendableError): Promise<void> {
    this.onerror?.(error);
    if (isResultResponse(message))
      await this.#channel.sendText(errorText(message.id, errorCodes.internal, error.message));
  }

  #answer(text: string): void {
    this.#channel.sendText(text).catch((error: Error) => this.onerror?.(error));
  }
}

/** Only the answer to `initialize` holds one at this place. */
function revisionOf(message: JSONRPCMessage): string | undefined {
  if (!isResultResponse(message)) return undefined;
  const { protocolVersion } = message.result;
  return typeof protocolVersion === 'string' ? protocolVersion : undefined;
}
