/**
 * Conversation: the MCP messages of one connection or HTTP exchange. It brings answers and requests together, in both
 * directions, and tells figures and traces of each request when it has ended.
 */
import type { Operation, Operations } from './operation.ts';
import type { Listening, McpListener, Side } from './listener.ts';
import { readMessages, type Answer, type Message, type Notification, type Request } from './message.ts';
import { Pending } from './pending.ts';
import type { ApplicationSeries, Direction } from './series.ts';

/** Requests of a connection whose answers are waited for, or of an HTTP exchange without a session. */
export const pendingLimit = 1000;
/** Those of all sessions of an application over HTTP. */
export const sessionsLimit = 10_000;
/** Milliseconds for which an answer is waited for that may come in another exchange. */
const sessionPatience = 600_000;

/** A request that has no answer yet. */
export interface Waiting {
  readonly began: number;
  readonly direction: Direction;
  readonly method: string;
  readonly tool: string | undefined;
  readonly bytes: number;
  readonly operation: Operation | undefined;
}

export interface ConversationOptions extends Listening {
  readonly series: ApplicationSeries;
  /** Where the requests of all sessions wait: their answers, or cancellations, may come in another exchange. */
  readonly sessions: Pending<Waiting>;
  /** Undefined: there are no traces. */
  readonly operations: Operations | undefined;
  /** Milliseconds; steady. */
  readonly now: () => number;
}

/** Requests that wait; those that go without an answer are counted. */
export function openPending(series: ApplicationSeries, limit: number): Pending<Waiting> {
  return new Pending({
    limit,
    lost: (waiting, why) => finish(series, waiting, { code: why === 'forced' ? 'untracked' : 'unanswered' }),
  });
}

export class Conversation implements McpListener {
  readonly #options: ConversationOptions;
  readonly #pending: Pending<Waiting>;
  /** What the client has asked here, in a session. */
  readonly #keys: string[] = [];

  constructor(options: ConversationOptions) {
    this.#options = options;
    const { series, session, sessions } = options;
    this.#pending = session === undefined ? openPending(series, pendingLimit) : sessions;
  }

  heard(from: Side, bytes: Buffer): void {
    const { series } = this.#options;
    const direction = from === 'client' ? 'in' : 'out';
    const messages = readMessages(bytes.toString());
    const [first] = messages ?? [];
    if (messages === undefined || first === undefined)
      return series.message(direction, 'unparsed', bytes.length);
    series.message(direction, messages.length > 1 ? 'batch' : first.kind, bytes.length);
    // Nobody can tell how many of a batch's bytes are whose.
    const share = Math.round(bytes.length / messages.length);
    for (const message of messages) this.#take(message, direction, share);
  }

  unread(from: Side, bytes: number): void {
    this.#options.series.message(from === 'client' ? 'in' : 'out', 'unread', bytes);
  }

  end({ isResumable }: { readonly isResumable: boolean } = { isResumable: false }): void {
    if (this.#options.session === undefined) this.#pending.end();
    else if (!isResumable) this.#pending.end(this.#keys);
  }

  #take(message: Message, direction: Direction, bytes: number): void {
    if (message.kind === 'request') this.#asked(message, direction, bytes);
    else if (message.kind === 'answer') this.#answered(message, direction, bytes);
    else this.#notified(message, direction);
  }

  #asked(request: Request, direction: Direction, bytes: number): void {
    const { series, operations, transport, session, now } = this.#options;
    const { id, method, tool, traceparent } = request;
    const began = now();
    const waiting = { began, direction, method, tool, bytes };
    if (id === undefined) return finish(series, { ...waiting, operation: undefined }, { code: 'untracked' });
    const isKnown = series.toolLabel(tool) === tool;
    const operation = operations?.({ method, tool, isKnown, direction, transport, traceparent });
    const key = this.#key(direction, id);
    if (session !== undefined) {
      this.#pending.expire(began - sessionPatience);
      if (direction === 'in') this.#keys.push(key);
    }
    this.#pending.add(key, { ...waiting, operation });
  }

  #answered({ id, code, tools }: Answer, direction: Direction, bytes: number): void {
    const { series, now } = this.#options;
    const asked = direction === 'in' ? 'out' : 'in';
    const waiting = id === undefined ? undefined : this.#pending.take(this.#key(asked, id));
    if (waiting === undefined) return;
    if (waiting.method === 'tools/list') series.learn(tools);
    const { tool } = waiting;
    if (tool !== undefined && (code === 'ok' || code === 'input_required')) series.learn([tool]);
    const seconds = (now() - waiting.began) / 1000;
    finish(series, waiting, { code, answer: { seconds, bytes } });
  }

  #notified({ method, cancels }: Notification, direction: Direction): void {
    const { series } = this.#options;
    series.notified(direction, method);
    const waiting = cancels === undefined ? undefined : this.#pending.take(this.#key(direction, cancels));
    if (waiting !== undefined) finish(series, waiting, { code: 'cancelled' });
  }

  #key(direction: Direction, id: string): string {
    return `${this.#options.session ?? ''} ${direction} ${id}`;
  }
}

type Outcome = {
  readonly code: string;
  readonly answer?: { readonly seconds: number; readonly bytes: number };
};

function finish(series: ApplicationSeries, waiting: Waiting, { code, answer }: Outcome): void {
  const { direction, method, tool, bytes, operation } = waiting;
  series.ended({ direction, method, tool, code, requestBytes: bytes, answer });
  operation?.end(code);
}
