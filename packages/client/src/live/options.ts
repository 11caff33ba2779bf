/** What a lasting connection can be told, and what it offers. */
import type { Delay } from '../delay.ts';
import type { TokenSource } from '../token-source.ts';
import type { Closing, LiveConnection } from './connection.ts';
import type { AnswerTo, Fate, RequestId } from './in-flight.ts';
import type { Message } from './inbox.ts';
import type { ConnectionState } from './state.ts';

export interface LastingOptions {
  /** Asked before each attempt, and before the token of an open connection ends. Default: no token. */
  readonly token?: TokenSource;
  /** Told of every change of the state. */
  readonly onState?: (state: ConnectionState) => void;
  /** Told of what failed without ending anything, such as an attempt to hand in a new token. */
  readonly onTrouble?: (error: Error) => void;
  /** Which request a message answers. Default: JSON-RPC. */
  readonly answerTo?: AnswerTo;
  /** Milliseconds without a connection after which it gives up. Default 600,000 (10 minutes). */
  readonly giveUpAfter?: number;
  /** Messages that may wait for the next connection; one more is refused. Default 1,024. */
  readonly maxWaiting?: number;
  /** Messages that may lie unread; beyond it nothing is read. Default 1,024. */
  readonly maxUnread?: number;
  /** Closes it. */
  readonly signal?: AbortSignal;
  /** Milliseconds since the epoch. Default Date.now. */
  readonly now?: () => number;
  readonly delay?: Delay;
  /** From 0 up to 1, not included. Default Math.random. */
  readonly random?: () => number;
}

/** How connections are made; the token is one of this moment. */
export interface Dialling {
  readonly dial: (options: {
    readonly token?: string;
    readonly signal: AbortSignal;
  }) => Promise<LiveConnection>;
  readonly renew: (
    connectionId: string,
    options: { readonly token: string; readonly signal: AbortSignal },
  ) => Promise<void>;
}

export interface AskedOptions {
  /** The request may be carried out twice. Default false. */
  readonly isRepeatable?: boolean;
  /** Milliseconds for the answer. Default 60,000. */
  readonly timeout?: number;
}

export interface LastingConnection extends AsyncDisposable, AsyncIterable<Message> {
  readonly state: ConnectionState;
  /** Settles when it is closed for good: with how the last connection ended, or 1006 and why there is none. */
  readonly closed: Promise<Closing>;
  /** Waits for a connection, then hands the message to the network. Rejects when it is closed, or too many wait. */
  send(message: Message): Promise<void>;
  /** Sends a request and says what became of it. `id` is what `answerTo` finds in the answer. Throws a TypeError for an id in flight. */
  request(message: Message, id: RequestId, options?: AskedOptions): Promise<Fate>;
  /** Closes with 1000. */
  close(): Promise<Closing>;
}
