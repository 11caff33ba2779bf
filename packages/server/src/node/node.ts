/**
 * Node: one of several servers on one database. One of them leads and reconciles, the others follow; when the one
 * that leads gives no sign of life, another takes over. What a node writes about replicas counts only while it leads.
 */
import type { ScalingStatus } from '@mooring/contract';
import type { DemandPort } from '../directory/demand.ts';
import type { Directory } from '../directory/directory.ts';
import type { NodeAddress } from '../directory/endpoint.ts';
import { pauseFor } from '../kit/pause.ts';
import type { Log } from '../observe/log.ts';
import type { LiveStatus, Reconciler } from '../reconcile/reconciler.ts';
import type { Drain } from '../reconcile/tools.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { LeaseLost, type Fence, type Store } from '../store/index.ts';
import { Announcer } from './announcer.ts';
import { Candidate, leaseName } from './candidate.ts';
import { CatchUp } from './catch-up.ts';
import { Decisions } from './decisions.ts';
import { Follower } from './follower.ts';
import { guarded } from './guarded.ts';
import { Presence } from './presence.ts';
import { Bell } from './knocks.ts';
import type { Pulse } from './pulse.ts';

/** What a node reconciles with while it leads. */
export interface Leading {
  /** Fenced. */
  readonly store: Store;
  /** They start nothing once another node leads. */
  readonly runtimes: readonly Runtime[];
  readonly announce?: (applicationId: string) => void;
  readonly earlier?: (applicationId: string) => number;
}

export interface NodeOptions {
  /** Of this start of the server. */
  readonly id: string;
  /** Earlier starts of the same server. */
  readonly former: ReadonlySet<string>;
  /** Where the other nodes reach it, `host:port`. Undefined: they cannot. */
  readonly address: string | undefined;
  readonly store: Store;
  readonly runtimes: readonly Runtime[];
  readonly directory: Directory;
  readonly pulse: Pulse;
  /** Live connections through this node. */
  readonly connections: (id: string) => number;
  readonly drain: Drain;
  /** What is asked through this node. */
  readonly demand: DemandPort;
  /** Makes what reconciles. */
  readonly lead: (leading: Leading) => Reconciler;
  readonly log: Log;
  readonly timing?: Partial<NodeTiming>;
}

/** Milliseconds. */
export interface NodeTiming {
  /** Between two signs of life of the node that leads, and between two looks of the others. Default 1000. */
  readonly every: number;
  /** Silence after which another node takes over. Default 8000; more than twice what a pulse notices. */
  readonly patience: number;
}

export class Node implements AsyncDisposable {
  /** Resolves once it leads and every wanted application has been tried once, or it follows a node that lives. */
  readonly firstPass: Promise<void>;
  readonly #options: NodeOptions;
  readonly #timing: NodeTiming;
  readonly #life = new AbortController();
  readonly #settle: () => void;
  readonly #presence: Presence;
  readonly #candidate: Candidate;
  readonly #decisions: Decisions;
  readonly #catchUp: CatchUp;
  #collecting: Promise<unknown> | undefined;
  /** As it was when this node began to stop. */
  #wasAlone: boolean | undefined;
  #role: Reconciler | Follower | undefined;
  /** Of the node that leads. */
  #announcer: Announcer | undefined;
  #running: Promise<void> | undefined;

  constructor(options: NodeOptions) {
    this.#options = options;
    this.#timing = { every: 1000, patience: 8000, ...options.timing };
    const { promise, resolve } = Promise.withResolvers<void>();
    this.firstPass = promise;
    this.#settle = resolve;
    const { store, id: nodeId, log } = options;
    const { patience } = this.#timing;
    const now = (): number => performance.now();
    this.#presence = new Presence({ store, nodeId, validity: patience, now, log });
    this.#candidate = new Candidate({ store, nodeId, patience, now, former: options.former });
    const known = (of: string): ScalingStatus | undefined =>
      this.#role instanceof Follower ? undefined : this.#role?.scaling(of);
    this.#decisions = new Decisions({ store, nodeId, known, log });
    this.#catchUp = new CatchUp({ store, nodeId, written: () => this.#announcer?.written(), log });
  }

  /** True when no other node would take over from this one: what can go on without it may. */
  get isAlone(): boolean {
    return this.#wasAlone ?? (this.#presence.isAlone && !this.#follows);
  }

  /** True when the node that leads is known to live. */
  get #follows(): boolean {
    return this.#role instanceof Follower && this.#candidate.hasHeard;
  }

  /**
   * Ends what an earlier server left behind on this machine, then begins. What can be adopted waits until it is known
   * whether this node leads.
   */
  async start(): Promise<void> {
    const { runtimes } = this.#options;
    await Promise.all(runtimes.filter(({ adopt }) => !adopt).map((runtime) => runtime.collect()));
    this.#running = this.#run();
  }

  applicationStatus(applicationId: string): LiveStatus | undefined {
    return this.#role?.applicationStatus(applicationId);
  }

  scaling(applicationId: string): ScalingStatus | undefined {
    return this.#role?.scaling(applicationId);
  }

  /** The same with the decisions, which the node that leads is asked for. What is seen from here when it is silent. */
  async decisions(applicationId: string): Promise<ScalingStatus | undefined> {
    const seen = this.scaling(applicationId);
    if (!(this.#role instanceof Follower) || seen === undefined) return seen;
    return (await this.#decisions.ask(applicationId)) ?? seen;
  }

  /** Resolves when this node knows of all replicas that the one that leads knew of, or cannot learn of them in time. */
  async catchUp(): Promise<void> {
    const role = this.#role;
    if (!(role instanceof Follower)) return;
    await this.#catchUp.ask();
    await role.settled();
  }

  /** The other node that runs the application, if one does. */
  nodeOf(applicationId: string): NodeAddress | undefined {
    return this.#role instanceof Follower ? this.#role.nodeOf(applicationId) : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#wasAlone = this.isAlone;
    this.#life.abort();
    await this.#running;
    await this.#collecting;
    this.#presence[Symbol.dispose]();
    this.#decisions[Symbol.dispose]();
    this.#catchUp[Symbol.dispose]();
    this.#settle();
  }

  async #run(): Promise<void> {
    const { id, log } = this.#options;
    const candidate = this.#candidate;
    while (!this.#life.signal.aborted) {
      try {
        const epoch = (await candidate.look()) ?? (await this.#follow());
        if (epoch !== undefined) await this.#lead({ name: leaseName, epoch });
      } catch (error) {
        log.error({ err: error, nodeId: id }, 'the node could not go on; it begins anew');
        await pauseFor(this.#timing.every, this.#life.signal);
      }
    }
  }

  /** Until it leads, with its epoch, or ends. */
  async #follow(): Promise<number | undefined> {
    const candidate = this.#candidate;
    const { store, directory, connections, drain, log, id, pulse, demand } = this.#options;
    using _bell = new Bell({ store, demand, log });
    const follower = new Follower({ store, directory, connections, drain, log });
    this.#role = follower;
    this.#collecting = undefined;
    try {
      log.info({ nodeId: id }, 'another node leads; this one follows');
      const { gaps: before } = pulse;
      await follower.start();
      pulse.confirm(before);
      while (await pauseFor(this.#timing.every, this.#life.signal)) {
        void this.#presence.tell();
        const { gaps } = pulse;
        const epoch = await candidate.look().catch((error: unknown) => {
          log.debug({ err: error }, 'the lease could not be read');
          return null;
        });
        if (typeof epoch === 'number') return epoch;
        if (epoch === undefined) pulse.confirm(gaps);
        // Before, it may be the word of a node that is dead.
        if (this.#follows) this.#leaveToLeader();
      }
      return undefined;
    } finally {
      await follower.stop();
    }
  }

  /** Another node leads, and runs everything: what may have been left here is wanted no more. */
  #leaveToLeader(): void {
    this.#settle();
    this.#collecting ??= Promise.all(this.#options.runtimes.map((runtime) => runtime.collect()));
  }

  /** Until another node does, or it ends. */
  async #lead(fence: Fence): Promise<void> {
    const { store, directory, id, address, log, lead } = this.#options;
    log.info({ nodeId: id, epoch: fence.epoch }, 'this node leads');
    const fenced = store.fenced(fence);
    const announcer = new Announcer({
      store: fenced,
      directory,
      node: { id, address },
      running: (applicationId) => reconciler.applicationStatus(applicationId)?.replicas ?? [],
      log,
    });
    const reconciler = lead({
      store: fenced,
      runtimes: this.#options.runtimes.map((runtime) => guarded(runtime, () => this.#confirm(fence))),
      announce: (applicationId) => announcer.announce(applicationId),
      earlier: (applicationId) => this.#candidate.earlier.get(applicationId) ?? 0,
    });
    this.#role = reconciler;
    this.#announcer = announcer;
    const over = new AbortController();
    const kept = this.#keep(fence, AbortSignal.any([over.signal, this.#life.signal])).finally(() =>
      over.abort(),
    );
    try {
      await this.#begin(reconciler, over.signal);
      await kept;
    } finally {
      over.abort();
      this.#announcer = undefined;
      if (await kept) await this.#handOver(reconciler, announcer, fence);
      else {
        log.warn(
          { nodeId: id, epoch: fence.epoch },
          'another node has taken over; the replicas of this one end',
        );
        await reconciler.halt();
        await announcer.finish();
      }
    }
  }

  /** Throws LeaseLost when this node was stopped meanwhile and another one leads, or an error when it cannot tell. */
  async #confirm(fence: Fence): Promise<void> {
    const { pulse, store } = this.#options;
    if (!pulse.isSteady) await store.leases.check(fence);
  }

  async #begin(reconciler: Reconciler, over: AbortSignal): Promise<void> {
    const { store, directory } = this.#options;
    await reconciler.start();
    const known = new Set((await store.applications.list({ undeleted: true })).map(({ id }) => id));
    // What came to its end while this node followed.
    for (const { applicationId } of directory.all())
      if (!known.has(applicationId)) directory.remove(applicationId);
    void reconciler.firstPass.then(() => over.aborted || this.#settle());
  }

  /** Gives signs of life until the signal. False: another node has the lease. */
  async #keep(fence: Fence, signal: AbortSignal): Promise<boolean> {
    const { store, pulse, log } = this.#options;
    do {
      const { gaps } = pulse;
      try {
        if (!(await store.leases.renew(fence))) return false;
        pulse.confirm(gaps);
      } catch (error) {
        // Nobody else can take over without the database: what runs goes on.
        log.warn({ err: error }, 'the lease could not be renewed; it is tried again');
      }
    } while (await pauseFor(this.#timing.every, signal));
    return true;
  }

  async #handOver(reconciler: Reconciler, announcer: Announcer, fence: Fence): Promise<void> {
    const { store, log } = this.#options;
    await reconciler[Symbol.asyncDispose]();
    await announcer.finish();
    await store.leases.release(fence).catch((error: unknown) => {
      if (!(error instanceof LeaseLost)) log.warn({ err: error }, 'the lease could not be given back');
    });
  }
}
