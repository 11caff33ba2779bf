/** Line: questions and answers between two threads, both ways over one port, in the order in which they were sent. */
import type { MessagePort, Worker } from 'node:worker_threads';
import { Problem, type ProblemCode } from '@mooring/contract';

/** What one side may ask of the other, by name. Structured-cloneable. */
export type Questions = Record<string, { readonly asked: unknown; readonly answer: unknown }>;

type Names<Q extends Questions> = Extract<keyof Q, string>;

export type Answers<Q extends Questions> = {
  readonly [K in Names<Q>]: (asked: Q[K]['asked']) => Q[K]['answer'] | Promise<Q[K]['answer']>;
};

/** The end of a port. */
export type Port = MessagePort | Worker;

/** `id` is there when an answer is wanted. */
interface Question {
  readonly kind: 'question';
  readonly name: string;
  readonly asked: unknown;
  readonly id: number | undefined;
}

interface Answer {
  readonly kind: 'answer';
  readonly id: number;
  readonly value: unknown;
}

interface Failure {
  readonly kind: 'failure';
  readonly id: number;
  readonly message: string;
  /** Of a Problem. */
  readonly code: ProblemCode | undefined;
  readonly retryAfter: number | undefined;
}

interface Asked {
  resolve(value: unknown): void;
  reject(reason: Error): void;
}

export class Line<Theirs extends Questions, Ours extends Questions> implements Disposable {
  readonly #port: Port;
  readonly #answers: Answers<Ours>;
  readonly #asked = new Map<number, Asked>();
  #last = 0;
  #isOver = false;

  /** @param answers what is answered here; a rejection rejects at the other end, a Problem as a Problem */
  constructor(port: Port, answers: Answers<Ours>) {
    this.#port = port;
    this.#answers = answers;
    port.on('message', (message: Question | Answer | Failure) => this.#hear(message));
  }

  /**
   * Rejects with what the other side rejected with, or an Error when no answer came in time or the line has ended.
   * @param limit milliseconds; Infinity where the other side sees to it that there is an end
   */
  async ask<K extends Names<Theirs>>(
    name: K,
    asked: Theirs[K]['asked'],
    { limit }: { limit: number },
  ): Promise<Theirs[K]['answer']> {
    if (this.#isOver) throw over(name);
    const id = ++this.#last;
    const answer = Promise.withResolvers<Theirs[K]['answer']>();
    this.#asked.set(id, answer);
    const late = (): void => answer.reject(new Error(`${name}: no answer within ${limit} ms`));
    const timer = limit === Infinity ? undefined : setTimeout(late, limit);
    try {
      this.#post({ kind: 'question', name, asked, id });
      return await answer.promise;
    } finally {
      clearTimeout(timer);
      this.#asked.delete(id);
    }
  }

  /** The same without an answer. */
  tell<K extends Names<Theirs>>(name: K, asked: Theirs[K]['asked']): void {
    this.#post({ kind: 'question', name, asked, id: undefined });
  }

  /** Nothing comes any more. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    for (const asked of this.#asked.values()) asked.reject(over('the line'));
  }

  #hear(message: Question | Answer | Failure): void {
    if (message.kind === 'question') return void this.#answer(message);
    const asked = this.#asked.get(message.id);
    if (message.kind === 'answer') asked?.resolve(message.value);
    else asked?.reject(errorOf(message));
  }

  async #answer({ name, asked, id }: Question): Promise<void> {
    const answer: ((asked: unknown) => unknown) | undefined = this.#answers[name];
    if (id === undefined) return void answer?.(asked);
    try {
      this.#post({ kind: 'answer', id, value: await answer?.(asked) });
    } catch (error) {
      this.#post(failureOf(error, id));
    }
  }

  #post(message: Question | Answer | Failure): void {
    // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
    if (!this.#isOver) this.#port.postMessage(message);
  }
}

function failureOf(error: unknown, id: number): Failure {
  const { code, retryAfter } = error instanceof Problem ? error : { code: undefined, retryAfter: undefined };
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'failure', id, message, code, retryAfter };
}

function errorOf({ message, code, retryAfter }: Failure): Error {
  if (code === undefined) return new Error(message);
  return new Problem(code, message, { ...(retryAfter !== undefined && { retryAfter }) });
}

const over = (what: string): Error => new Error(`${what}: the other thread has ended`);
