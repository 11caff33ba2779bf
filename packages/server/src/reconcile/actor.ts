/**
 * Actor: one application. Compares its wish with its facts, one comparison at a time, as often as something may
 * have changed. What takes long (starts, drains) goes on beside and wakes it when it is done.
 */
import { pauseFor } from '../kit/pause.ts';
import { StaleRow } from '../store/scope.ts';
import { accept } from './accept.ts';
import { deploy } from './deploy.ts';
import { dismiss } from './drain.ts';
import type { Facts } from './facts.ts';
import { heal } from './heal.ts';
import { publish } from './publish.ts';
import { dismissAll, removeApplication } from './remove.ts';
import type { Tools } from './tools.ts';
import { readWish, type Wish } from './wish.ts';

/** Milliseconds until a comparison that failed (the store was not to be had) is repeated. */
const retryPause = 1000;

export class Actor {
  readonly facts: Facts;
  /** Resolves when every wanted replica has been ready or has failed once. Never rejects. */
  readonly tried: Promise<void>;
  readonly #tools: Tools;
  readonly #closed = new AbortController();
  readonly #markTried: () => void;
  #running: Promise<void> | undefined;
  #isDirty = false;

  constructor(applicationId: string, tools: Omit<Tools, 'changed'>) {
    this.facts = { applicationId, wish: undefined, copies: [], served: undefined, refused: undefined };
    this.#tools = { ...tools, changed: () => this.#changed() };
    const { promise, resolve } = Promise.withResolvers<void>();
    this.tried = promise;
    this.#markTried = resolve;
  }

  /** True when the application is gone and nothing of it is left. */
  get isOver(): boolean {
    return !this.facts.wish && this.facts.copies.length === 0 && !this.#running;
  }

  /** True when something of it runs, starts or ends. */
  get hasCopies(): boolean {
    return this.facts.copies.length > 0;
  }

  /** Compares again, after the comparison that is under way. */
  wake(): void {
    if (this.#closed.signal.aborted) return;
    this.#isDirty = true;
    this.#running ??= this.#run().finally(() => this.#rest());
  }

  /**
   * Ends every replica that does not go on without the server; what still runs after the limit is killed.
   * @param limit seconds. 0: every replica is killed
   */
  async stop(limit: number): Promise<void> {
    this.#closed.abort();
    // A comparison may wait for a database that is away, and that must not keep a replica alive.
    if (limit === 0) for (const copy of this.facts.copies) void copy.end(0);
    await this.#running;
    const { facts } = this;
    const settings = { drainAfter: 0, drainSpread: 0, drainRequests: 0 };
    const copies = [...facts.copies];
    for (const copy of copies) {
      if (limit === 0 || !copy.release()) dismiss(copy, { facts, tools: this.#tools, settings });
    }
    this.#publish();
    const timer = setTimeout(() => copies.forEach((copy) => void copy.end(0)), limit * 1000);
    await Promise.all(copies.map((copy) => copy.ended));
    clearTimeout(timer);
    this.#markTried();
  }

  #changed(): void {
    this.#publish();
    this.wake();
  }

  #publish(): void {
    publish(this.facts, this.facts.wish, this.#tools.directory);
    this.#tools.announce(this.facts.applicationId);
  }

  #rest(): void {
    this.#running = undefined;
    if (this.#isDirty) this.wake();
  }

  async #run(): Promise<void> {
    while (this.#isDirty && !this.#closed.signal.aborted) {
      this.#isDirty = false;
      try {
        using _turn = await this.#tools.turns.enter(this.#closed.signal);
        await this.#compare();
      } catch (error) {
        this.#isDirty = true;
        if (error === this.#closed.signal.reason) return;
        if (error instanceof StaleRow) continue;
        this.#tools.log.error({ err: error, applicationId: this.facts.applicationId }, 'comparing failed');
        await pauseFor(retryPause, this.#closed.signal);
      }
    }
  }

  async #compare(): Promise<void> {
    const { facts } = this;
    const wish = await readWish(this.#tools.store, facts.applicationId);
    if (wish) facts.wish = wish;
    const hasWritten = wish ? await this.#fulfil(wish) : this.#leave();
    if (hasWritten) this.#isDirty = true;
    this.#publish();
    if (!hasWritten && facts.copies.every((copy) => copy.tried)) this.#markTried();
  }

  async #fulfil(wish: Wish): Promise<boolean> {
    const { facts } = this;
    const tools = this.#tools;
    if (wish.application.lifecycleState === 'DELETING') return await removeApplication(facts, wish, tools);
    return (
      (await accept(facts, wish, tools)) ||
      (await deploy(facts, wish, tools)) ||
      (await heal(facts, wish, tools))
    );
  }

  /** The row is gone: so goes what may be left. */
  #leave(): false {
    const { wish } = this.facts;
    if (wish) dismissAll(this.facts, wish, this.#tools);
    this.facts.wish = undefined;
    return false;
  }
}
