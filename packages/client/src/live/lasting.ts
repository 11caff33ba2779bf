/**
 * Lasting: one connection to an application over connections that end. It comes back by the table of close codes in
 * docs/wire.md and never where that forbids it, hands new tokens in before the old ones end, and sends nothing twice.
 */
import { closeCodes, longestBackOff } from '@mooring/contract';
import { delay as realDelay } from '../delay.ts';
import { TimedOut } from '../failure.ts';
import type { TokenSource } from '../token-source.ts';
import type { Closing, LiveConnection } from './connection.ts';
import { InFlight, jsonRpcAnswer, type Fate, type RequestId } from './in-flight.ts';
import { Inbox, type Message } from './inbox.ts';
import type { AskedOptions, Dialling, LastingConnection, LastingOptions } from './options.ts';
import { keepRenewed } from './renewal.ts';
import { messageOf, setbackOfClosing, setbackOfFailure, type Setback, type Trouble } from './setback.ts';
import { describe, type ConnectionState } from './state.ts';

/** Rejects with what the first attempt fails with: only a connection that was there comes back. */
export async function openLasting(
  dialling: Dialling,
  options: LastingOptions = {},
): Promise<LastingConnection> {
  options.signal?.throwIfAborted();
  const lasting = new Lasting(dialling, options);
  await lasting.start();
  return lasting;
}

/** Milliseconds for the answer to a request, and for a token. */
const patience = 60_000;
const tokenPatience = 30_000;

class Lasting implements LastingConnection {
  readonly closed: Promise<Closing>;
  readonly #dialling: Dialling;
  readonly #options: Required<Omit<LastingOptions, 'token' | 'signal'>> &
    Pick<LastingOptions, 'token' | 'signal'>;
  readonly #inbox: Inbox;
  readonly #inFlight: InFlight;
  readonly #finish: (closing: Closing) => void;
  readonly #ended = new AbortController();
  readonly #source: TokenSource | undefined;
  #state: ConnectionState = { kind: 'connecting' };
  #current: LiveConnection | undefined;
  #token: string | undefined;
  #opening = Promise.withResolvers<LiveConnection>();
  #waiting = 0;
  /** Ends the pause before an attempt. */
  #wake: (() => void) | undefined;
  #openedAt = 0;
  #attempts = 0;

  constructor(dialling: Dialling, options: LastingOptions) {
    this.#dialling = dialling;
    this.#options = {
      onState: () => {},
      onTrouble: () => {},
      answerTo: jsonRpcAnswer,
      giveUpAfter: 600_000,
      maxWaiting: 1_024,
      maxUnread: 1_024,
      now: Date.now,
      delay: realDelay,
      random: Math.random,
      ...options,
    };
    this.#source = options.token && inTime(options.token);
    this.#inbox = new Inbox(this.#options.maxUnread);
    this.#inFlight = new InFlight(this.#options.answerTo);
    const { promise, resolve } = Promise.withResolvers<Closing>();
    this.closed = promise;
    this.#finish = resolve;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  async start(): Promise<void> {
    const { signal, onState } = this.#options;
    onState(this.#state);
    const stop = (): void => void this.close();
    signal?.addEventListener('abort', stop, { once: true });
    void this.closed.then(() => signal?.removeEventListener('abort', stop));
    try {
      const first = await this.#dial();
      void this.#live(first);
    } catch (error) {
      this.#end({ code: 1006, reason: messageOf(error) });
      signal?.throwIfAborted();
      throw error;
    }
  }

  async send(message: Message): Promise<void> {
    const connection = await this.#connection();
    await connection.send(message);
  }

  async request(message: Message, id: RequestId, options: AskedOptions = {}): Promise<Fate> {
    const { isRepeatable = false, timeout = patience } = options;
    const settled = this.#inFlight.add(id, isRepeatable);
    const late = `no answer came within ${timeout / 1000} s`;
    const timer = setTimeout(() => this.#inFlight.lose(id, late), timeout);
    try {
      const connection = await Promise.race([this.#connection(), settled.then(() => undefined)]);
      if (connection !== undefined) this.#inFlight.leave(id);
      await connection?.send(message);
    } catch (error) {
      this.#inFlight.lose(id, messageOf(error));
    }
    return await settled.finally(() => clearTimeout(timer));
  }

  async close(): Promise<Closing> {
    const connection = this.#current;
    if (connection === undefined) this.#end({ code: 1000, reason: 'closed by this end' });
    else this.#ended.abort();
    await connection?.close();
    return await this.closed;
  }

  [Symbol.asyncIterator](): AsyncIterator<Message> {
    return this.#inbox[Symbol.asyncIterator]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The connection that is open, or the next one. */
  async #connection(): Promise<LiveConnection> {
    if (this.#state.kind === 'closed') throw new Error(`the connection is closed (${this.#state.reason})`);
    if (this.#current !== undefined) return this.#current;
    const { maxWaiting } = this.#options;
    if (this.#waiting >= maxWaiting) throw new Error(`${maxWaiting} messages wait for a connection already`);
    this.#waiting += 1;
    if (this.#state.kind === 'reconnecting' && this.#state.delay === Infinity) this.#wake?.();
    return await this.#opening.promise.finally(() => (this.#waiting -= 1));
  }

  async #dial(): Promise<LiveConnection> {
    const { signal } = this.#ended;
    this.#token = await this.#source?.({ signal });
    const connection = await this.#dialling.dial({
      signal,
      ...(this.#token !== undefined && { token: this.#token }),
    });
    if (!signal.aborted) return connection;
    await connection.close();
    throw new Error('closed by this end');
  }

  /** One connection after the other. Never rejects. */
  async #live(first: LiveConnection): Promise<void> {
    let connection: LiveConnection | undefined = first;
    while (connection !== undefined) {
      const closing = await this.#serve(connection);
      connection = await this.#return(closing);
    }
  }

  /** Until the connection is over. */
  async #serve(connection: LiveConnection): Promise<Closing> {
    const over = new AbortController();
    const closed = connection.closed.then((closing) => {
      this.#current = undefined;
      this.#opening = Promise.withResolvers();
      // Nobody may wait for it.
      this.#opening.promise.catch(() => {});
      over.abort();
      return closing;
    });
    this.#open(connection);
    void this.#renew(connection, over.signal);
    for await (const message of connection)
      if (!this.#inFlight.take(message)) await this.#inbox.put(message, over.signal);
    const closing = await closed;
    const cause = `the connection ended before the answer (${describe(closing)})`;
    this.#inFlight.loseSent(cause, { isHarmful: closing.code === closeCodes.messageTooBig });
    return closing;
  }

  #open(connection: LiveConnection): void {
    const { subprotocol, connectionId } = connection;
    this.#current = connection;
    this.#openedAt = this.#options.now();
    this.#enter({ kind: 'open', subprotocol, connectionId });
    this.#opening.resolve(connection);
  }

  async #renew({ connectionId }: LiveConnection, signal: AbortSignal): Promise<void> {
    const { now, delay, onTrouble } = this.#options;
    const [source, token] = [this.#source, this.#token];
    if (source === undefined || token === undefined || connectionId === undefined) return;
    await keepRenewed({
      token,
      source,
      renew: (next) => this.#dialling.renew(connectionId, { token: next, signal }),
      now,
      delay,
      failed: onTrouble,
      signal,
    });
  }

  /** The next connection. Undefined: there is none, and never will be. */
  async #return(closing: Closing): Promise<LiveConnection | undefined> {
    const { now, giveUpAfter } = this.#options;
    const lost = now();
    // One that is taken and dropped at once does not end the trouble.
    if (lost - this.#openedAt >= longestBackOff) this.#attempts = 0;
    let setback = this.#setbackOfClosing(closing);
    let paused = 0;
    while (setback.delay !== undefined && !this.#ended.signal.aborted) {
      if (now() - lost - paused >= giveUpAfter) return this.#giveUp(setback.closing);
      paused += await this.#pause(setback.delay, setback.closing);
      if (this.#ended.signal.aborted) break;
      this.#attempts += 1;
      try {
        return await this.#dial();
      } catch (error) {
        setback = setbackOfFailure(error, this.#trouble());
      }
    }
    this.#end(setback.closing);
    return undefined;
  }

  #giveUp({ reason }: Closing): undefined {
    const seconds = this.#options.giveUpAfter / 1000;
    this.#end({ code: 1006, reason: `no connection for ${seconds} s: ${reason}` });
  }

  /** Returns the milliseconds that were nobody's trouble: those of a pause until something is to be sent. */
  async #pause(milliseconds: number, closing: Closing): Promise<number> {
    const { now, delay } = this.#options;
    const from = now();
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    const isIdle = milliseconds === Infinity;
    this.#enter({
      kind: 'reconnecting',
      cause: describe(closing),
      attempt: this.#attempts,
      delay: milliseconds,
    });
    const early = AbortSignal.any([woken.signal, this.#ended.signal]);
    if (!isIdle) await delay(milliseconds, early).catch(() => {});
    else if (this.#waiting === 0) await aborted(early);
    this.#wake = undefined;
    return isIdle ? now() - from : 0;
  }

  #setbackOfClosing(closing: Closing): Setback {
    if (this.#ended.signal.aborted) return { closing, delay: undefined };
    return setbackOfClosing(closing, this.#trouble());
  }

  #trouble(): Trouble {
    return { attempt: this.#attempts, random: this.#options.random() };
  }

  #enter(state: ConnectionState): void {
    this.#state = state;
    this.#options.onState(state);
  }

  #end(closing: Closing): void {
    if (this.#state.kind === 'closed') return;
    this.#current = undefined;
    this.#enter({ kind: 'closed', reason: describe(closing) });
    this.#ended.abort();
    this.#opening.promise.catch(() => {});
    this.#opening.reject(new Error(`the connection is closed (${describe(closing)})`));
    this.#inbox.end();
    this.#finish(closing);
  }
}

/** A source that takes too long fails like a server that does not answer. */
const inTime =
  (source: TokenSource): TokenSource =>
  async ({ signal }) => {
    const limit = AbortSignal.timeout(tokenPatience);
    try {
      return await source({ signal: AbortSignal.any([signal, limit]) });
    } catch (error) {
      if (signal.aborted || !limit.aborted) throw error;
      throw new TimedOut(`No token came within ${tokenPatience / 1000} s`, { cause: error });
    }
  };

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
