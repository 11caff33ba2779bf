/**
 * Held: the legacy sessions over HTTP that are open, each with its owner, the one that was used last at the end. One
 * that nobody uses ends after a while, or when its place is needed.
 */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { HttpSession } from './http-session.ts';
import type { Later } from './later.ts';

export interface Held {
  readonly session: HttpSession;
  /** Who began it; nobody else finds it. */
  readonly owner: string;
  /** Requests and open responses. */
  used: number;
  stopTimer: () => void;
}

export interface HeldOptions {
  /** Milliseconds without a request or an open response after which a session ends. */
  readonly idle: number;
  readonly later: Later;
}

export class HeldSessions {
  readonly #options: HeldOptions;
  readonly #held = new Map<string, Held>();

  constructor(options: HeldOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#held.size;
  }

  /** In use until it is released. */
  add(session: HttpSession, owner: string): Held {
    const held: Held = { session, owner, used: 1, stopTimer: () => {} };
    this.#held.set(session.id, held);
    return held;
  }

  find(id: string, owner: string): Held | undefined {
    const held = this.#held.get(id);
    return held?.owner === owner ? held : undefined;
  }

  /** In use until the response has ended or its client has gone. */
  use(held: Held, response: ServerResponse): void {
    held.used += 1;
    held.stopTimer();
    if (this.#held.delete(held.session.id)) this.#held.set(held.session.id, held);
    response.once('close', () => this.release(held));
  }

  release(held: Held): void {
    held.used -= 1;
    if (held.used > 0 || this.#held.get(held.session.id) !== held) return;
    held.stopTimer = this.#options.later(this.#options.idle, () => void held.session.close());
  }

  forget(id: string): void {
    this.#held.get(id)?.stopTimer();
    this.#held.delete(id);
  }

  /** Ends the session that nobody has used for the longest; false when all are in use. */
  async evict(): Promise<boolean> {
    const idle = [...this.#held.values()].find(({ used }) => used === 0);
    await idle?.session.close();
    return idle !== undefined;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#held.values()].map(({ session }) => session.close()));
  }
}

/** The caller that Mooring has verified; the same for all where there is none. */
export const ownerOf = (headers: IncomingHttpHeaders): string =>
  `${one(headers['mooring-issuer'])}\n${one(headers['mooring-subject'])}`;

/** No header holds a line feed. */
const one = (value: string | string[] | undefined): string => (value === undefined ? '\n' : String(value));
