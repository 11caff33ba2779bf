/**
 * The reconciler turns wishes (rows) into facts (replicas, and endpoints in the directory). One actor per
 * application; notices of the store only wake it, and everything is compared every so often without one.
 */
import type { ReplicaStatus, ScalingStatus } from '@mooring/contract';
import { sumOf, type DemandPort } from '../directory/demand.ts';
import type { Directory } from '../directory/directory.ts';
import type { Clock, Random } from '../kit/clock.ts';
import { pauseFor } from '../kit/pause.ts';
import type { Log } from '../observe/log.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Change } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import { differences, type Versions } from '../store/versions.ts';
import { Actor } from './actor.ts';
import type { Copy } from './copy.ts';
import { Gate } from '../kit/gate.ts';
import { defaultBackOff, type BackOff } from './heal.ts';
import { purge } from './purge.ts';
import { resume } from './resume.ts';
import type { CheckIssuer, Drain, OpenSecret, Tools } from './tools.ts';

export interface ReconcilerOptions {
  readonly store: Store;
  /** The first one that accepts an artifact runs it. */
  readonly runtimes: readonly Runtime[];
  readonly directory: Directory;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Live connections of an application or a replica. */
  readonly connections: (id: string) => number;
  readonly drain: Drain;
  /** What is asked of the applications, wherever it arrives. Default: nothing is. */
  readonly demand?: DemandPort;
  /** Asks an issuer for its keys when an application begins to name it. Default: nobody is asked. */
  readonly checkIssuer?: CheckIssuer;
  /** Asked for the value of a VAULT variable whenever a replica starts. Default: there are no secrets. */
  readonly openSecret?: OpenSecret;
  /** Replicas of an application that served under the server before. Default: nobody knows of any. */
  readonly earlier?: (applicationId: string) => number;
  /** Told after every change of what runs of an application. Default: nobody is. */
  readonly announce?: (applicationId: string) => void;
  /** Replicas that start at the same time. Default 4. */
  readonly startsAtATime?: number;
  /** Replicas that start at the same time because somebody waits for the first one. Default 32. */
  readonly wakesAtATime?: number;
  /** Milliseconds between two looks at the load. Default 1000. */
  readonly sampleEvery?: number;
  readonly backOff?: Partial<BackOff>;
  /** Milliseconds between comparisons of everything. Default 30,000. */
  readonly compareEvery?: number;
  /** Milliseconds between purges of the store. Default one hour. */
  readonly purgeEvery?: number;
  /** Milliseconds after which replicas that an earlier server left are adopted no more, but ended. Default 10,000. */
  readonly adoptLimit?: number;
  /** Seconds after which disposal kills what has not stopped. Default 15. */
  readonly stopLimit?: number;
}

/** How an application fares right now. */
export interface LiveStatus {
  readonly replicas: readonly ReplicaStatus[];
  /** Replicas that are to serve, whatever became of them. */
  readonly wanted: number;
  /** Live WebSocket connections. */
  readonly connections: number;
}

export interface Reconciler extends AsyncDisposable {
  /** Ends what an earlier server left behind, then begins. Resolves when every application has its actor. */
  start(): Promise<void>;
  /** Resolves once every wanted application has been tried once, with whatever outcome, or at disposal. Never rejects. */
  readonly firstPass: Promise<void>;
  /** True once every wanted application has been tried once. */
  serverReady(): boolean;
  /** Undefined: there is no such application. */
  applicationStatus(applicationId: string): LiveStatus | undefined;
  /** How many of its replicas are wanted, and why. Undefined: there is no such application. */
  scaling(applicationId: string): ScalingStatus | undefined;
  /** Disposes of it as fast as it goes: replicas are killed, their connections cut. */
  halt(): Promise<void>;
}

export function createReconciler(options: ReconcilerOptions): Reconciler {
  return new Reconciling(options);
}

const hour = 3_600_000;
const comparisonsAtATime = 8;

class Reconciling implements Reconciler {
  readonly firstPass: Promise<void>;
  readonly #options: ReconcilerOptions;
  readonly #tools: Omit<Tools, 'changed'>;
  readonly #actors = new Map<string, Actor>();
  readonly #life = new AbortController();
  readonly #background = new Set<Promise<void>>();
  readonly #markFirstPass: () => void;
  readonly #watches = new DisposableStack();
  /** What the store held when everything was compared last. */
  #known: Versions = new Map();
  #isReady = false;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    const { store, runtimes, directory, clock, random, log, drain } = options;
    const { checkIssuer = async () => {}, announce = () => {}, earlier = () => 0 } = options;
    const { openSecret = async () => undefined } = options;
    const gate = new Gate(options.startsAtATime ?? 4);
    const turns = new Gate(comparisonsAtATime);
    const backOff = { ...defaultBackOff, ...options.backOff };
    const inBackground: Tools['inBackground'] = (work) => this.#inBackground(work(this.#life.signal));
    const { demand = sumOf([]), connections } = options;
    const wakes = new Gate(options.wakesAtATime ?? 32);
    const ports = { store, runtimes, directory, clock, random, log, drain, earlier, checkIssuer, openSecret };
    this.#tools = { ...ports, demand, connections, announce, gate, wakes, turns, backOff, inBackground };
    const { promise, resolve } = Promise.withResolvers<void>();
    this.firstPass = promise;
    this.#markFirstPass = resolve;
  }

  async start(): Promise<void> {
    const { store, runtimes, log } = this.#options;
    await this.#collect(runtimes.filter(({ adopt }) => !adopt));
    await resume(store, log);
    this.#watches.use(store.changes.watch((change) => this.#notice(change)));
    this.#watches.use(this.#tools.demand.watch((id) => this.#actors.get(id)?.knock()));
    await this.#compareAll();
    const first = [...this.#actors.values()].map((actor) => actor.tried);
    this.#inBackground(Promise.all(first).then(() => this.#finishFirstPass()));
    this.#inBackground(this.#compareForever());
    this.#inBackground(this.#sampleForever());
    this.#inBackground(this.#collectUnadopted());
    const { purgeEvery: every = hour } = this.#options;
    this.#inBackground(purge({ store, log, every, signal: this.#life.signal }));
  }

  async #collect(runtimes: readonly Runtime[]): Promise<void> {
    const left = await Promise.all(runtimes.map((runtime) => runtime.collect()));
    const replicas = left.reduce((sum, count) => sum + count, 0);
    this.#options.log.info({ replicas }, 'collected what an earlier server left');
  }

  /** What no application has adopted by then is wanted by none. */
  async #collectUnadopted(): Promise<void> {
    const over = new AbortController();
    const signal = AbortSignal.any([this.#life.signal, over.signal]);
    await Promise.race([this.firstPass, pauseFor(this.#options.adoptLimit ?? 10_000, signal)]);
    over.abort();
    if (this.#life.signal.aborted) return;
    await this.#collect(this.#options.runtimes.filter(({ adopt }) => adopt));
  }

  serverReady(): boolean {
    return this.#isReady;
  }

  applicationStatus(applicationId: string): LiveStatus | undefined {
    const actor = this.#actors.get(applicationId);
    if (!actor) return undefined;
    const { connections } = this.#options;
    return {
      replicas: actor.facts.copies.flatMap((copy) => copy.status(connections) ?? []),
      wanted: wantedOf(actor.facts.copies),
      connections: connections(applicationId),
    };
  }

  scaling(applicationId: string): ScalingStatus | undefined {
    return this.#actors.get(applicationId)?.scaling();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stop(this.#options.stopLimit ?? 15);
  }

  halt(): Promise<void> {
    return this.#stop(0);
  }

  async #stop(stopLimit: number): Promise<void> {
    this.#life.abort();
    this.#watches.dispose();
    await Promise.all([...this.#actors.values()].map((actor) => actor.stop(stopLimit)));
    while (this.#background.size > 0) await Promise.all(this.#background);
    this.#actors.clear();
    this.#markFirstPass();
  }

  #finishFirstPass(): void {
    this.#isReady = !this.#life.signal.aborted;
    this.#markFirstPass();
  }

  #inBackground(work: Promise<void>): void {
    const { log } = this.#options;
    const watched = work.catch((error: unknown) =>
      log.error({ err: error }, 'work in the background failed'),
    );
    this.#background.add(watched);
    void watched.finally(() => this.#background.delete(watched));
  }

  #notice({ kind, id }: Change): void {
    if (kind === 'application' || kind === 'settings') this.#wake(id);
    if (kind === 'deployment') this.#inBackground(this.#wakeOwner(id));
  }

  async #wakeOwner(deploymentId: string): Promise<void> {
    const deployment = await this.#options.store.deployments.get(deploymentId);
    if (deployment) this.#wake(deployment.hostedApplicationId);
  }

  #wake(applicationId: string): void {
    if (this.#life.signal.aborted) return;
    const actor = this.#actors.get(applicationId) ?? new Actor(applicationId, this.#tools);
    this.#actors.set(applicationId, actor);
    actor.wake();
  }

  async #sampleForever(): Promise<void> {
    const { sampleEvery = 1000 } = this.#options;
    while (await pauseFor(sampleEvery, this.#life.signal)) {
      for (const actor of this.#actors.values()) {
        actor.sample();
        actor.listen();
      }
    }
  }

  async #compareForever(): Promise<void> {
    const { compareEvery = 30_000, log } = this.#options;
    while (await pauseFor(compareEvery, this.#life.signal)) {
      await this.#compareAll().catch((error: unknown) => {
        log.error({ err: error }, 'comparing everything failed; it is tried again');
      });
    }
  }

  /** Looks at what changed since the last time, whoever may have missed its notice, and at all that runs. */
  async #compareAll(): Promise<void> {
    const found = await this.#options.store.versions();
    const isFirst = this.#known.size === 0;
    for (const [id, actor] of this.#actors) {
      if (actor.isOver) this.#actors.delete(id);
      else if (actor.hasCopies) this.#wake(id);
    }
    for (const change of differences(this.#known, found)) {
      if (change.kind !== 'deployment') this.#notice(change);
      // At first every application is woken for its own sake.
      else if (!isFirst) await this.#wakeOwner(change.id);
    }
    // Not before: what failed half-way is looked at again.
    this.#known = found;
  }
}

/** While a first version comes up, those that are to serve are new. */
function wantedOf(copies: readonly Copy[]): number {
  const serving = copies.filter(({ role }) => role === 'serving').length;
  return serving > 0 ? serving : copies.filter(({ role }) => role === 'new').length;
}
