/**
 * Follower: a node that does not reconcile. It shows in its directory what the rows say, and reaches the replicas
 * through the node that they run on.
 */
import type { ReplicaStatus, ScalingStatus } from '@mooring/contract';
import type { Directory } from '../directory/directory.ts';
import type { NodeAddress, ReplicaAddress } from '../directory/endpoint.ts';
import { pauseFor } from '../kit/pause.ts';
import type { Log } from '../observe/log.ts';
import { atOnce, planOf } from '../reconcile/drain.ts';
import { Gate } from '../kit/gate.ts';
import type { Policy } from '../reconcile/autoscale/policy.ts';
import { endpointOf, show } from '../reconcile/publish.ts';
import type { LiveStatus } from '../reconcile/reconciler.ts';
import type { Drain } from '../reconcile/tools.ts';
import { policyFor } from '../reconcile/scale.ts';
import { readWish, type Wish } from '../reconcile/wish.ts';
import type { Change, ReplicaRecord, Store } from '../store/index.ts';

export interface FollowerOptions {
  readonly store: Store;
  readonly directory: Directory;
  /** Live connections through this node. */
  readonly connections: (id: string) => number;
  readonly drain: Drain;
  readonly log: Log;
}

/** Applications that are read at the same time. */
const readers = 4;

/** Milliseconds until a failed reading is repeated. */
const retryPause = 500;

export class Follower {
  readonly #options: FollowerOptions;
  readonly #policies = new Map<string, Policy>();
  readonly #rows = new Map<string, readonly ReplicaRecord[]>();
  /** Under way, by application; true: something changed since it began. */
  readonly #reading = new Map<string, { again: boolean }>();
  readonly #work = new Set<Promise<void>>();
  readonly #leaving = new Set<string>();
  readonly #gate = new Gate(readers);
  readonly #life = new AbortController();
  #watch: Disposable | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** Resolves when everything is shown as it is. */
  async start(): Promise<void> {
    const { store, directory } = this.#options;
    this.#watch = store.changes.watch((change) => this.#notice(change));
    const applications = await store.applications.list({ undeleted: true });
    const shown = directory.all().map(({ applicationId }) => applicationId);
    for (const id of new Set([...applications.map(({ id }) => id), ...shown])) this.#wake(id);
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  /** Resolves when everything is shown that was heard of. */
  async settled(): Promise<void> {
    await Promise.all(this.#work);
  }

  applicationStatus(applicationId: string): LiveStatus | undefined {
    const rows = this.#rows.get(applicationId);
    if (!rows) return undefined;
    const { connections } = this.#options;
    const replicas = rows.map((row) => statusOf(row, connections(row.id)));
    const wanted = rows.filter(({ state }) => state !== 'DRAINING').length;
    return { replicas, wanted, connections: connections(applicationId) };
  }

  /** As far as it is seen from here: what was decided, and why, only the node that leads knows. */
  scaling(applicationId: string): ScalingStatus | undefined {
    const policy = this.#policies.get(applicationId);
    const rows = this.#rows.get(applicationId);
    if (!policy || !rows) return undefined;
    return {
      metric: policy.metric,
      target: policy.target,
      minReplica: policy.min,
      maxReplica: policy.max,
      wanted: rows.filter(({ serving, state }) => serving !== 'draining' && state !== 'STOPPED').length,
      ready: rows.filter(({ serving }) => serving === 'ready').length,
      panicking: false,
      decisions: [],
    };
  }

  /** The node that runs the application. Undefined: none does, or it cannot be reached. */
  nodeOf(applicationId: string): NodeAddress | undefined {
    const row = this.#rows.get(applicationId)?.find(({ nodeAddress }) => nodeAddress !== undefined);
    return row?.nodeAddress === undefined ? undefined : { id: row.nodeId, address: row.nodeAddress };
  }

  /** Stays as it is: whoever comes next goes on from there. Connections to other nodes are sent away. */
  async stop(): Promise<void> {
    this.#watch?.[Symbol.dispose]();
    this.#life.abort();
    while (this.#work.size > 0) await Promise.all(this.#work);
    for (const rows of this.#rows.values()) this.#sendAway(rows);
  }

  #notice({ kind, id }: Change): void {
    if (kind === 'application' || kind === 'settings' || kind === 'replica') this.#wake(id);
    if (kind === 'deployment') this.#track(this.#wakeOwner(id));
  }

  async #wakeOwner(deploymentId: string): Promise<void> {
    const deployment = await this.#options.store.deployments.get(deploymentId).catch(() => undefined);
    if (deployment) this.#wake(deployment.hostedApplicationId);
  }

  #wake(applicationId: string): void {
    const reading = this.#reading.get(applicationId);
    if (reading) reading.again = true;
    else if (!this.#life.signal.aborted) this.#track(this.#read(applicationId));
  }

  #track(work: Promise<void>): void {
    this.#work.add(work);
    void work.finally(() => this.#work.delete(work));
  }

  async #read(applicationId: string): Promise<void> {
    const reading = { again: true };
    this.#reading.set(applicationId, reading);
    const { signal } = this.#life;
    while (reading.again && !signal.aborted) {
      reading.again = false;
      try {
        using _seat = await this.#gate.enter(signal);
        await this.#refresh(applicationId);
      } catch (error) {
        if (signal.aborted) break;
        reading.again = true;
        this.#options.log.warn(
          { err: error, applicationId },
          'an application could not be read; it is tried again',
        );
        await pauseFor(retryPause, signal);
      }
    }
    this.#reading.delete(applicationId);
  }

  async #refresh(applicationId: string): Promise<void> {
    const { store, directory } = this.#options;
    const wish = await readWish(store, applicationId);
    const rows = await store.replicas.list({ applicationId });
    if (this.#life.signal.aborted) return;
    const before = this.#rows.get(applicationId) ?? [];
    if (wish) this.#rows.set(applicationId, rows);
    else this.#rows.delete(applicationId);
    if (wish) this.#policies.set(applicationId, policyFor(wish));
    else this.#policies.delete(applicationId);
    show(directory, applicationId, wish && endpointFor(wish, rows));
    const serving = new Map(rows.map((row) => [row.id, row.serving]));
    this.#sendAway(before.filter((row) => row.serving !== undefined && serving.get(row.id) === undefined));
    for (const { id } of rows.filter((row) => row.serving === 'draining')) this.#letGo(id, wish);
  }

  /** A replica that another takes the place of keeps its connections for a while, as on its own node. */
  #letGo(replicaId: string, wish: Wish | undefined): void {
    if (this.#leaving.has(replicaId) || !wish) return;
    this.#leaving.add(replicaId);
    void this.#options.drain(replicaId, planOf(wish.settings)).finally(() => this.#leaving.delete(replicaId));
  }

  #sendAway(rows: readonly ReplicaRecord[]): void {
    for (const { id } of rows) void this.#options.drain(id, atOnce);
  }
}

function endpointFor(wish: Wish, rows: readonly ReplicaRecord[]): ReturnType<typeof endpointOf> {
  const endpoint = endpointOf(
    wish,
    rows.flatMap((row) => addressOf(row) ?? []),
  );
  const isApart = rows.some(({ serving, nodeAddress }) => serving === 'ready' && nodeAddress === undefined);
  return endpoint && isApart ? { ...endpoint, notice: apart } : endpoint;
}

const apart =
  'The application runs on another node, which cannot be reached from here. Its operator starts that one with --advertise.';

function addressOf({ id, address, serving, nodeId, nodeAddress }: ReplicaRecord): ReplicaAddress | undefined {
  if (serving === undefined || address === undefined || nodeAddress === undefined) return undefined;
  const { hostname, port } = new URL(`http://${address}`);
  return {
    id,
    host: hostname,
    port: Number(port),
    state: serving,
    node: { id: nodeId, address: nodeAddress },
  };
}

function statusOf(row: ReplicaRecord, connections: number): ReplicaStatus {
  const { id, applicationId, artifactId, runtime, state, reason, pid, restarts, timeStarted } = row;
  return {
    id,
    applicationId,
    artifactId,
    runtime,
    state,
    restarts,
    connections,
    timeStarted,
    ...(reason !== undefined && { reason }),
    ...(pid !== undefined && { pid }),
  };
}
