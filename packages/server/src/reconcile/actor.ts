/**
 * Actor: one application. Compares its wish with its facts, one comparison at a time, as often as something may
 * have changed. What takes long (starts, drains) goes on beside and wakes it when it is done.
 */
import type { ScalingStatus } from '@mooring/contract';
import { pauseFor } from '../kit/pause.ts';
import { StaleRow } from '../store/scope.ts';
import { accept } from './accept.ts';
import { Autoscaler } from './autoscale/autoscaler.ts';
import { Meter } from './autoscale/usage.ts';
import { deploy } from './deploy.ts';
import { dismiss } from './drain.ts';
import type { Facts } from './facts.ts';
import { heal } from './heal.ts';
import { publish } from './publish.ts';
import { recall } from './recall.ts';
import { dismissAll, removeApplication } from './remove.ts';
import { policyFor, scale } from './scale.ts';
import type { Tools } from './tools.ts';
import { readWish, type Wish } from './wish.ts';

/** Milliseconds until a comparison that failed (the store was not to be had) is repeated. */
const retryPause = 1000;

export class Actor {
  readonly facts: Facts;
  /** Resolves when every wanted replica has been ready or has failed once. Never rejects. */
  readonly tried: Promise<void>;
  readonly #tools: Tools;
  readonly #meter = new Meter(() => performance.now());
  readonly #closed = new AbortController();
  readonly #markTried: () => void;
  #running: Promise<void> | undefined;
  #isRecalling = false;
  #isRecalled = false;
  #isDirty = false;
  /** What its replicas said of themselves at the last look. */
  #said = '';

  constructor(applicationId: string, tools: Omit<Tools, 'changed'>) {
    const { clock, log, demand } = tools;
    const autoscaler = new Autoscaler({ applicationId, demand: (id) => demand.of(id), clock, log });
    const nothing = { wish: undefined, copies: [], served: undefined, refused: undefined };
    this.facts = { applicationId, autoscaler, ...nothing };
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

  /** Somebody waits for a replica: one is started at once, without a look into the store. */
  knock(): void {
    const { wish, autoscaler } = this.facts;
    if (wish && this.#serves(wish) && autoscaler.knock(policyFor(wish))) this.#scale(wish);
  }

  /** Tells of what replicas say without any event: that their engine does not answer, and that it does again. */
  listen(): void {
    const said = this.facts.copies.map(({ replica }) => replica?.reason ?? '').join('\n');
    if (said !== this.#said) this.#tools.announce(this.facts.applicationId);
    this.#said = said;
  }

  /** Looks at the load; as many replicas as it asks for are started or sent away at once. */
  sample(): void {
    const { wish, autoscaler } = this.facts;
    if (!wish || !this.#serves(wish)) return;
    const policy = policyFor(wish);
    const ready = this.facts.copies.filter(({ role, state }) => role === 'serving' && state === 'ready');
    const { containerCpus: cpus, containerMemoryBytes: memory } = wish.settings;
    const replicas = ready.flatMap(({ replica }) => replica ?? []);
    void this.#meter.measure(policy.metric, replicas, { cpus, memory });
    const measured = { ready: ready.length, usage: this.#meter.load };
    if (autoscaler.sample(policy, measured)) this.#scale(wish);
  }

  scaling(): ScalingStatus | undefined {
    const { wish, autoscaler, copies, served } = this.facts;
    if (!wish) return undefined;
    const ready = copies.filter(({ role, state }) => role === 'serving' && state === 'ready').length;
    const status = autoscaler.status(policyFor(wish), ready);
    // Without a version that serves, or is about to, none is wanted, whatever the load.
    return served || copies.length > 0 ? status : { ...status, wanted: 0 };
  }

  #serves({ application, deployment }: Wish): boolean {
    if (this.#closed.signal.aborted || !this.facts.served) return false;
    return application.lifecycleState !== 'DELETING' && deployment?.lifecycleState !== 'DELETING';
  }

  #scale(wish: Wish): void {
    const { served } = this.facts;
    if (served) scale(this.facts, wish, { role: 'serving', generation: served, tools: this.#tools });
    this.#changed();
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
    // Whoever waited for the change goes first.
    setImmediate(() => this.wake());
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
    if (wish && !this.#isRecalled) {
      void this.#recall(wish);
      return this.#publish();
    }
    const hasWritten = wish ? await this.#fulfil(wish) : this.#leave();
    if (hasWritten) this.#isDirty = true;
    this.#publish();
    if (!hasWritten && facts.copies.every((copy) => copy.tried)) this.#markTried();
  }

  /** Not in its turn: an engine that does not answer keeps no other application waiting. */
  async #recall(wish: Wish): Promise<void> {
    if (this.#isRecalling) return;
    this.#isRecalling = true;
    try {
      await recall(this.facts, wish, this.#tools);
    } catch (error) {
      const { applicationId } = this.facts;
      this.#tools.log.warn({ err: error, applicationId }, 'nobody knows what an earlier server left');
    }
    this.#isRecalled = true;
    this.wake();
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
