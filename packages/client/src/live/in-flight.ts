/**
 * In flight: requests that were made over a connection and have no answer yet, and what becomes of each. When the
 * connection ends before the answer, only the caller can know whether asking twice is the same as asking once.
 */
import type { Message } from './inbox.ts';

export type RequestId = string | number;

/** What became of a request. */
export type Fate =
  | { readonly fate: 'answered'; readonly answer: Message }
  /** It never left this end, or the caller said that it may be repeated: ask again. */
  | { readonly fate: 'repeatable'; readonly cause: string }
  /** It may have been carried out, or not. */
  | { readonly fate: 'unknown'; readonly cause: string };

/** Which request a message answers. Undefined: none, it is a message like any other. */
export type AnswerTo = (message: Message) => RequestId | undefined;

interface Asked {
  readonly isRepeatable: boolean;
  readonly resolve: (fate: Fate) => void;
  hasLeft: boolean;
}

export class InFlight {
  readonly #answerTo: AnswerTo;
  readonly #asked = new Map<RequestId, Asked>();

  constructor(answerTo: AnswerTo) {
    this.#answerTo = answerTo;
  }

  /** Resolves when the fate of the request is known. Throws a TypeError for an id that is in flight already. */
  add(id: RequestId, isRepeatable: boolean): Promise<Fate> {
    if (this.#asked.has(id)) throw new TypeError(`a request with the id ${id} is in flight already`);
    const { promise, resolve } = Promise.withResolvers<Fate>();
    this.#asked.set(id, { isRepeatable, resolve, hasLeft: false });
    return promise;
  }

  /** True when the message was the answer to one of them. */
  take(answer: Message): boolean {
    if (this.#asked.size === 0) return false;
    const id = this.#answerTo(answer);
    return id !== undefined && this.#settle(id, () => ({ fate: 'answered', answer }));
  }

  /** From now on nobody can tell whether it arrives. */
  leave(id: RequestId): void {
    const asked = this.#asked.get(id);
    if (asked) asked.hasLeft = true;
  }

  /** There will be no answer that anybody waits for. */
  lose(id: RequestId, cause: string): void {
    this.#settle(id, ({ isRepeatable, hasLeft }) => ({
      fate: isRepeatable || !hasLeft ? 'repeatable' : 'unknown',
      cause,
    }));
  }

  /**
   * The connection that they left over is gone. Those that wait for the next one go on waiting.
   * @param isHarmful One of them ended it, and would do so again: none counts as repeatable.
   */
  loseSent(cause: string, { isHarmful }: { readonly isHarmful: boolean }): void {
    for (const [id, { hasLeft }] of this.#asked) {
      if (!hasLeft) continue;
      if (isHarmful) this.#settle(id, () => ({ fate: 'unknown', cause }));
      else this.lose(id, cause);
    }
  }

  #settle(id: RequestId, fateOf: (asked: Asked) => Fate): boolean {
    const asked = this.#asked.get(id);
    if (asked === undefined) return false;
    this.#asked.delete(id);
    asked.resolve(fateOf(asked));
    return true;
  }
}

/** Answers of JSON-RPC 2.0, which MCP speaks. */
export const jsonRpcAnswer: AnswerTo = (message) => {
  if (typeof message !== 'string') return undefined;
  const parsed = parse(message);
  if (typeof parsed !== 'object' || parsed === null || !('id' in parsed)) return undefined;
  if (!('result' in parsed) && !('error' in parsed)) return undefined;
  return typeof parsed.id === 'string' || typeof parsed.id === 'number' ? parsed.id : undefined;
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
