/**
 * ReconnectingTransport: one lasting connection of an MCP client over connections that end. It opens the next one by
 * the policy, begins a legacy session again as the client began it, repeats what is safe to repeat, and says of every
 * other request that its fate is unknown. Nothing is ever sent twice that might do something twice.
 */
import type { JSONRPCMessage, JSONRPCRequest, RequestId, Transport } from '@modelcontextprotocol/server';
import type { Closing } from './closing.ts';
import { describeClosing } from './closing.ts';
import { HandshakeError } from './dial.ts';
import { isAnswer, isRequest } from './json-rpc.ts';
import { errorCodes, NotSentError, UnsendableError } from './message.ts';
import { defaultBackoff, delayOf, isPassing, isPassingFailure, type Backoff } from './reconnect-policy.ts';
import { isSafe, Resumption } from './resumption.ts';

/** A transport that can tell how it ended. WebSocketClientTransport is one. */
export interface ClosingTransport extends Transport {
  readonly closing: Closing | undefined;
}

export type ConnectionState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  /** Waiting `delay` milliseconds, then trying. */
  | {
      readonly kind: 'reconnecting';
      readonly attempt: number;
      readonly delay: number;
      readonly cause: string;
    }
  | { readonly kind: 'closed'; readonly reason: string };

export interface ReconnectingTransportOptions {
  readonly backoff?: Partial<Backoff>;
  /** Milliseconds without a connection after which it gives up. Default 600,000 (10 minutes). */
  readonly giveUpAfter?: number;
  /** Messages that may wait for the next connection; `send` rejects one more. Default 1,024. */
  readonly maxWaiting?: number;
  readonly onstate?: (state: ConnectionState) => void;
  /** From 0 to 1. Default Math.random. */
  readonly random?: () => number;
}

export class ReconnectingTransport implements Transport {
  onclose?: Transport['onclose'];
  onerror?: Transport['onerror'];
  onmessage?: Transport['onmessage'];
  readonly #open: () => ClosingTransport;
  readonly #options: Required<Omit<ReconnectingTransportOptions, 'backoff'>>;
  readonly #backoff: Backoff;
  readonly #resumption = new Resumption();
  /** Requests of the client that were sent on and have no answer. */
  readonly #unanswered = new Map<RequestId, JSONRPCRequest>();
  /** Requests of the server, on the connection that is open. */
  readonly #asked = new Set<RequestId>();
  #waiting: JSONRPCMessage[] = [];
  readonly #ended = new AbortController();
  #state: ConnectionState = { kind: 'connecting' };
  #current: ClosingTransport | undefined;
  #openedAt = 0;
  #trouble = { since: performance.now(), attempts: 0 };

  /** `open` makes a new transport for each connection; it is started here. */
  constructor(open: () => ClosingTransport, options: ReconnectingTransportOptions = {}) {
    const { backoff, ...others } = options;
    this.#open = open;
    this.#backoff = { ...defaultBackoff, ...backoff };
    this.#options = {
      giveUpAfter: 600_000,
      maxWaiting: 1_024,
      onstate: () => {},
      random: Math.random,
      ...others,
    };
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Connects. Rejects with what the first connection fails with: only a connection that was there comes back. */
  async start(): Promise<void> {
    this.#current = await this.#connect();
    this.#enter({ kind: 'open' });
  }

  /** Resolves when the message was handed on, or waits for the next connection. */
  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#state.kind === 'closed')
      throw new Error(`The message was not sent: the connection is closed (${this.#state.reason}).`);
    if (this.#state.kind === 'open' && this.#current !== undefined) return await this.#pass(message);
    if (this.#waiting.length >= this.#options.maxWaiting)
      throw new Error(`The message was not sent: ${this.#waiting.length} wait for a connection already.`);
    this.#waiting.push(message);
  }

  async close(): Promise<void> {
    this.#finish('closed by this end');
    await this.#current?.close();
  }

  async #connect(): Promise<ClosingTransport> {
    const transport = this.#open();
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
    transport.onmessage = (message) => this.#receive(message);
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
    transport.onerror = (error) => this.onerror?.(error);
    const abandon = (): void => void transport.close();
    this.#ended.signal.addEventListener('abort', abandon, { once: true });
    await transport.start().finally(() => this.#ended.signal.removeEventListener('abort', abandon));
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's callback, no event
    transport.onclose = () => this.#lose(transport);
    return transport;
  }

  async #pass(message: JSONRPCMessage): Promise<void> {
    if (isAnswer(message) && (message.id === undefined || !this.#asked.delete(message.id))) return;
    this.#resumption.sent(message);
    if (isRequest(message)) this.#unanswered.set(message.id, message);
    const cancelled = cancelledBy(message);
    if (cancelled !== undefined) this.#unanswered.delete(cancelled);
    await this.#current?.send(message).catch((error: unknown) => this.#failedToSend(message, error));
  }

  /** A request that may have left is settled when the connection is lost; one that has not goes out on the next. */
  #failedToSend(message: JSONRPCMessage, error: unknown): void {
    if (error instanceof NotSentError) this.#waiting.push(message);
    else if (!(error instanceof UnsendableError) && isRequest(message)) return;
    if (isRequest(message)) this.#unanswered.delete(message.id);
    if (!(error instanceof NotSentError)) throw error;
  }

  #receive(message: JSONRPCMessage): void {
    if (this.#resumption.takes(message)) return;
    if (isRequest(message)) this.#asked.add(message.id);
    if (isAnswer(message) && message.id !== undefined) {
      this.#resumption.answered(message);
      this.#unanswered.delete(message.id);
    }
    this.onmessage?.(message);
  }

  #lose(transport: ClosingTransport): void {
    if (this.#current !== transport || this.#state.kind === 'closed') return;
    this.#current = undefined;
    this.#asked.clear();
    this.#resumption.lost();
    // The attempt that is under way sees it and goes on.
    if (this.#state.kind === 'reconnecting') return;
    const { closing } = transport;
    const cause = closing === undefined ? 'the connection ended' : describeClosing(closing);
    if (closing === undefined || !isPassing(closing)) {
      this.#finish(cause);
      return;
    }
    this.#settleUnanswered(cause);
    void this.#reconnect(cause, closing.retryAfterMs);
  }

  /** What is safe to repeat waits for the next connection; of the rest only the client knows what to do. */
  #settleUnanswered(cause: string): void {
    const requests = [...this.#unanswered.values()];
    this.#unanswered.clear();
    this.#waiting.unshift(...requests.filter(isSafe));
    for (const { id } of requests.filter((request) => !isSafe(request)))
      this.onmessage?.({
        jsonrpc: '2.0',
        id,
        error: {
          code: errorCodes.busy,
          message: `The connection ended before the answer (${cause}). The request may have been carried out.`,
          data: { fate: 'unknown' },
        },
      });
  }

  async #reconnect(cause: string, retryAfterMs: number | undefined): Promise<void> {
    this.#forgetOldTrouble();
    const until = this.#trouble.since + this.#options.giveUpAfter;
    let why = cause;
    let asked = retryAfterMs;
    for (; performance.now() < until; this.#trouble.attempts += 1) {
      const { attempts: attempt } = this.#trouble;
      const delay = delayOf(attempt, { backoff: this.#backoff, random: this.#options.random(), asked });
      this.#enter({ kind: 'reconnecting', attempt, delay, cause: why });
      if (!(await this.#pause(delay))) return;
      const outcome = await this.#attempt();
      if (this.#ended.signal.aborted) return;
      this.#trouble.attempts += outcome === undefined ? 1 : 0;
      if (outcome === undefined) return await this.#flush();
      why = outcome.why;
      if (!outcome.isPassing) return this.#finish(why);
      asked = outcome.retryAfterMs;
    }
    this.#finish(`no connection for ${this.#options.giveUpAfter / 1_000} s: ${why}`);
  }

  /** A connection that lasted ends the trouble; one that is taken and dropped at once does not. */
  #forgetOldTrouble(): void {
    const now = performance.now();
    if (now - this.#openedAt > this.#backoff.longest) this.#trouble = { since: now, attempts: 0 };
  }

  /** Undefined when the connection is open and the session goes on. */
  async #attempt(): Promise<Setback | undefined> {
    let transport: ClosingTransport | undefined;
    try {
      transport = await this.#connect();
      this.#current = transport;
      await this.#resumption.resume((message) => this.#sendRaw(message), this.#ended.signal);
      if (this.#current !== transport) throw new Error('the connection ended at once');
      this.#enter({ kind: 'open' });
      return undefined;
    } catch (error) {
      this.#current = undefined;
      const closing = transport?.closing;
      await transport?.close();
      return closing === undefined ? setbackOf(error) : setbackOfClosing(closing);
    }
  }

  async #sendRaw(message: JSONRPCMessage): Promise<void> {
    if (this.#current === undefined) throw new Error('the connection ended at once');
    await this.#current.send(message);
  }

  async #flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    const cancelled = new Set(waiting.map(cancelledBy));
    for (const message of waiting) {
      const isMoot = isRequest(message) && cancelled.has(message.id);
      if (!isMoot) await this.#pass(message).catch((error: Error) => this.onerror?.(error));
    }
  }

  #pause(milliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const { signal } = this.#ended;
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve(!signal.aborted);
      };
      const timer = setTimeout(end, milliseconds);
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted) end();
    });
  }

  #enter(state: ConnectionState): void {
    this.#state = state;
    if (state.kind === 'open') this.#openedAt = performance.now();
    this.#options.onstate(state);
  }

  #finish(reason: string): void {
    if (this.#state.kind === 'closed') return;
    this.#enter({ kind: 'closed', reason });
    this.#ended.abort();
    this.onclose?.();
  }
}

/** Why an attempt came to nothing. */
interface Setback {
  readonly why: string;
  readonly isPassing: boolean;
  readonly retryAfterMs: number | undefined;
}

function setbackOf(error: unknown): Setback {
  const why = error instanceof Error ? error.message : String(error);
  const seconds = error instanceof HandshakeError ? error.retryAfter : undefined;
  return { why, isPassing: isPassingFailure(error), retryAfterMs: seconds && seconds * 1_000 };
}

const setbackOfClosing = (closing: Closing): Setback => ({
  why: describeClosing(closing),
  isPassing: isPassing(closing),
  retryAfterMs: closing.retryAfterMs,
});

function cancelledBy(message: JSONRPCMessage): RequestId | undefined {
  if (!('method' in message) || message.method !== 'notifications/cancelled') return undefined;
  const id = message.params?.['requestId'];
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}
