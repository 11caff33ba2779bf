/**
 * Connection: one WebSocket client of the host. Its first message decides: the stateless era asks the pool, the legacy
 * one gets a process of its own, from which on the connection and the process live and end together.
 */
import type { JSONRPCMessage, RequestId, Transport } from '@modelcontextprotocol/server';
import { closeCodes } from '../closing.ts';
import { isRequest } from '../json-rpc.ts';
import { errorCodes } from '../message.ts';
import { isStateless } from '../relay/fields.ts';
import { forward } from '../relay/join.ts';
import type { Line, Pool } from '../relay/pool.ts';
import type { WebSocketServerTransport } from '../server-transport.ts';
import type { Served } from '../session.ts';

/** A transport to a server of its own, and why it ended. */
export interface Opened {
  readonly transport: Transport;
  readonly describeEnd: () => string;
}

export interface ConnectionParts {
  /** Not started. */
  readonly transport: WebSocketServerTransport;
  /** Undefined when the server does not know the stateless era. */
  readonly pool: () => Promise<Pool | undefined>;
  /** Undefined when there may be no more sessions. */
  readonly openSession: () => Promise<Opened | undefined>;
  readonly report: (error: Error) => void;
}

export function serveConnection(parts: ConnectionParts): Served {
  const connection = new Connection(parts);
  return { close: () => connection.close() };
}

class Connection {
  readonly #parts: ConnectionParts;
  /** What came while something before it is decided. */
  readonly #waiting: JSONRPCMessage[] = [];
  #isDeciding = false;
  #line: Line | undefined;
  #own: Opened | undefined;
  #isOver = false;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    const { transport, report } = parts;
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
    transport.onmessage = (message) => {
      this.#waiting.push(message);
      void this.#advance();
    };
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
    transport.onerror = report;
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
    transport.onclose = () => this.#end();
    void transport.start();
  }

  close(): Promise<void> {
    return this.#parts.transport.close();
  }

  /** One message after the other, so that none overtakes the one that opens the session. */
  async #advance(): Promise<void> {
    if (this.#isDeciding) return;
    this.#isDeciding = true;
    for (let next = this.#waiting.shift(); next !== undefined && !this.#isOver; next = this.#waiting.shift())
      await this.#take(next);
    this.#isDeciding = false;
  }

  async #take(message: JSONRPCMessage): Promise<void> {
    if (this.#own !== undefined) this.#pass(this.#own, message);
    else if (this.#line !== undefined || isStateless(message)) await this.#share(message);
    else await this.#begin(message);
  }

  async #share(message: JSONRPCMessage): Promise<void> {
    const pool = await this.#parts.pool();
    if (this.#isOver) return;
    if (pool !== undefined && message !== undefined && !isInitialize(message)) {
      this.#line ??= pool.line((answer) => this.#answer(answer));
      this.#line.send(message);
    } else if (isInitialize(message)) await this.#begin(message);
    else if (isRequest(message)) this.#refuse(message.id, -32601, legacyOnly);
  }

  /** From here on the connection and the process are one. */
  async #begin(message: JSONRPCMessage): Promise<void> {
    const opened = await this.#parts.openSession();
    if (opened === undefined) {
      if (isRequest(message)) this.#refuse(message.id, errorCodes.busy, full);
      await this.#say(closeCodes.tryAgainLater, full);
      return;
    }
    const { transport } = opened;
    this.#line?.[Symbol.dispose]();
    this.#own = opened;
    forward(transport, this.#parts.transport, this.#parts.report);
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
    transport.onclose = () =>
      void this.#say(closeCodes.internalError, `the MCP server ${opened.describeEnd()}`);
    try {
      await transport.start();
      this.#pass(opened, message);
    } catch (error) {
      this.#parts.report(error instanceof Error ? error : new Error(String(error)));
      await this.#say(closeCodes.internalError, `the MCP server ${opened.describeEnd()}`);
    }
    if (this.#isOver) await transport.close();
  }

  #pass({ transport }: Opened, message: JSONRPCMessage): void {
    transport.send(message).catch((error: Error) => {
      if (isRequest(message)) this.#refuse(message.id, errorCodes.internal, error.message);
    });
  }

  #refuse(id: RequestId, code: number, message: string): void {
    this.#answer({ jsonrpc: '2.0', id, error: { code, message } });
  }

  #answer(message: JSONRPCMessage): void {
    this.#parts.transport.send(message).catch(this.#parts.report);
  }

  /** Closes with a reason, cut to what a close frame holds. */
  async #say(code: number, reason: string): Promise<void> {
    this.#parts.transport.prepareClose(code, reason.slice(0, 120));
    await this.#parts.transport.close();
  }

  #end(): void {
    this.#isOver = true;
    this.#line?.[Symbol.dispose]();
    this.#own?.transport.close().catch(this.#parts.report);
  }
}

const isInitialize = (message: JSONRPCMessage): boolean =>
  'method' in message && message.method === 'initialize' && !isStateless(message);

const legacyOnly = 'Method not found: this server speaks the legacy revisions only. Begin with initialize.';
const full = 'There are as many sessions as this server takes. Try again later.';
