/**
 * Conversation: the MCP messages of one connection or HTTP exchange. It brings answers and requests together, in both
 * directions, and tells figures and traces of each request when it has ended.
 */
import type { Operation, Operations } from './operation.ts';
import type { Listening, McpListener, Side } from './listener.ts';
import { readMessages, type Answer, type Message, type Notification, type Request } from './message.ts';
import { Pending } from './pending.ts';
import type { ApplicationSeries, Direction } from './series.ts';

/** Requests of a connection, or of an application's sessions over HTTP, whose answers are waited for. */
export const pendingLimit = 1000;
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
  /** Where requests wait whose answers may come in another exchange of the session. */
  readonly sessions: Pending<Waiting>;
  /** Undefined: there are no traces. */
  readonly operations: Operations | undefined;
  /** Milliseconds; steady. */
  readonly now: () => number;
}

/** Requests that wait; those that go without an answer are counted. */
export function openPending(series: ApplicationSeries): Pending<Waiting> {
  return new Pending({
    limit: pendingLimit,
    lost: (waiting, why) => finish(series, waiting, { code: why === 'forced' ? 'untracked' : 'unanswered' }),
  });
}

export class Conversation implements McpListener {
  readonly #options: ConversationOptions;
  readonly #pending: Pending<Waiting>;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#pending = openPending(options.series);
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
    const { session, sessions } = this.#options;
    if (!isResumable || session === undefined) return this.#pending.clear();
    for (const [key, waiting] of this.#pending.drain()) sessions.add(key, waiting);
  }

  #take(message: Message, direction: Direction, bytes: number): void {
    if (message.kind === 'request') this.#asked(message, direction, bytes);
    else if (message.kind === 'answer') this.#answered(message, direction, bytes);
    else this.#notified(message, direction);
  }

  #asked(request: Request, direction: Direction, bytes: number): void {
    const { series, operations, transport, session, sessions, now } = this.#options;
    const { id, method, tool, traceparent } = request;
    const began = now();
    const waiting = { began, direction, method, tool, bytes };
    if (id === undefined) return finish(series, { ...waiting, operation: undefined }, { code: 'untracked' });
    const isKnown = series.toolLabel(tool) === tool;
    const operation = operations?.({ method, tool, isKnown, direction, transport, traceparent });
    sessions.expire(began - sessionPatience);
    // What a replica asks over HTTP is answered in a request of its own.
    const isElsewhere = direction === 'out' && transport === 'http' && session !== undefined;
    const pending = isElsewhere ? sessions : this.#pending;
    pending.add(this.#key(direction, id), { ...waiting, operation });
  }

  #answered({ id, code, tools }: Answer, direction: Direction, bytes: number): void {
    const { series, now } = this.#options;
    const asked = direction === 'in' ? 'out' : 'in';
    const waiting = id === undefined ? undefined : this.#find(this.#key(asked, id));
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
    const waiting = cancels === undefined ? undefined : this.#find(this.#key(direction, cancels));
    if (waiting !== undefined) finish(series, waiting, { code: 'cancelled' });
  }

  #find(key: string): Waiting | undefined {
    return this.#pending.take(key) ?? this.#options.sessions.take(key);
  }

  /** Without a session nothing is ever found under a key of another exchange. */
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
