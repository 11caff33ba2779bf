/** Inbox: messages that came and that nobody has read yet, for one reader, over any number of connections. */

export type Message = string | Uint8Array;

export class Inbox implements AsyncIterable<Message> {
  readonly #limit: number;
  #messages: Message[] = [];
  #arrival = Promise.withResolvers<void>();
  #room: PromiseWithResolvers<void> | undefined;
  #isOver = false;

  /** @param limit messages that may lie unread */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get isFull(): boolean {
    return this.#messages.length >= this.#limit;
  }

  /** Takes the message at once; resolves when there is room for another, or the signal aborts. */
  async put(message: Message, signal?: AbortSignal): Promise<void> {
    this.#messages.push(message);
    this.#arrival.resolve();
    if (!this.isFull || signal?.aborted === true) return;
    this.#room ??= Promise.withResolvers();
    const { promise, resolve } = this.#room;
    signal?.addEventListener('abort', () => resolve(), { once: true });
    await promise;
  }

  /** Nothing comes any more; what is there can still be read. */
  end(): void {
    this.#isOver = true;
    this.#arrival.resolve();
    this.#room?.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Message, void> {
    for (;;) {
      const [first] = this.#messages;
      if (first !== undefined) {
        this.#messages.shift();
        this.#makeRoom();
        yield first;
      } else if (this.#isOver) return;
      else {
        this.#arrival = Promise.withResolvers();
        await this.#arrival.promise;
      }
    }
  }

  #makeRoom(): void {
    if (this.isFull) return;
    this.#room?.resolve();
    this.#room = undefined;
  }
}
