/**
 * The container runtime: replicas are containers of Docker or Podman. The engine is looked for when an image first
 * needs it. Containers may outlive the server: the next one adopts those that are still wanted and removes the rest.
 */
import type { CreateArtifactDetails, LogLine } from '@mooring/contract';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Container } from 'dockerode';
import type { Clock, Random } from '../../kit/clock.ts';
import { once } from '../../kit/once.ts';
import { replaceFile } from '../../kit/write-file.ts';
import type { Log } from '../../observe/log.ts';
import type { Journals } from '../output/journals.ts';
import { readLogs, type LogsOptions } from '../output/logs.ts';
import { defaultTiming, type ProbeTiming } from '../ready.ts';
import {
  requireSafeName,
  StartFailure,
  type PrepareOptions,
  type Replica,
  type ReplicaSpec,
  type Runtime,
} from '../runtime.ts';
import { addressOf } from './address.ts';
import { containerOf } from './container.ts';
import { dockerCredentials, hubName, type FindCredential } from './credentials.ts';
import type { Engine } from './engine.ts';
import { isAway, messageOf, statusOf } from './failure.ts';
import { Images } from './image.ts';
import { fingerprintOf } from './labels.ts';
import { Left, listContainers, type Found } from './left.ts';
import { EngineLink, type Death } from './link.ts';
import { Networks } from './network.ts';
import { followOutput } from './output.ts';
import { dockerHub, referenceOf } from './reference.ts';
import { Removals } from './removal.ts';
import { ContainerReplica } from './replica.ts';
import { within } from './within.ts';

export interface DockerRuntimeOptions {
  /** Where the mark is kept by which containers of this installation are known. Must exist. */
  readonly directory: string;
  readonly journals: Journals;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Asked at the end: containers go on when the runtime is disposed, for the next server to adopt. Default: no. */
  readonly keeps?: () => boolean;
  /** The server's own environment: DOCKER_HOST and the like. Default: process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Asked before the configuration of the docker command. Default: nobody knows any. */
  readonly findCredential?: FindCredential;
  /** Default: see `defaultTiming`. */
  readonly timing?: Partial<ProbeTiming>;
}

export interface DockerRuntime extends Runtime {
  /** Resolves when the engine answers. Throws a StartFailure. */
  connect(): Promise<void>;
  /** Asks a registry whether it takes these credentials; what it says otherwise. Throws a StartFailure without engine. */
  checkCredential(credential: {
    username: string;
    password: string;
    registry: string;
  }): Promise<string | undefined>;
}

export function createDockerRuntime(options: DockerRuntimeOptions): DockerRuntime {
  return new Containers(options);
}

class Containers implements DockerRuntime {
  readonly kind = 'docker';
  readonly #options: DockerRuntimeOptions;
  readonly #timing: ProbeTiming;
  readonly #link: EngineLink;
  readonly #images: Images;
  /** Undefined while it is being started. */
  readonly #replicas = new Map<string, ContainerReplica | undefined>();
  /** Ends that were heard of before the start had come to its end. */
  readonly #early = new Map<string, number>();
  readonly #left = new Left();
  readonly #removals: Removals;
  /** Applications that went while the engine was away. */
  readonly #forgotten = new Set<string>();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #networks: () => Promise<Networks>;
  readonly #installation: () => Promise<string>;
  #closed = false;

  constructor(options: DockerRuntimeOptions) {
    const { log, environment = process.env, findCredential, clock } = options;
    this.#options = options;
    this.#removals = new Removals(log);
    this.#timing = { ...defaultTiming, ...options.timing };
    this.#installation = once(() => readInstallation(options));
    this.#networks = once(async () => new Networks(await this.#installation()));
    const own = dockerCredentials(environment);
    this.#images = new Images({
      findCredential: async (registry) => (await findCredential?.(registry)) ?? (await own(registry)),
      clock,
    });
    this.#link = new EngineLink({
      environment,
      installation: this.#installation,
      onUp: (engine) => this.#reconcile(engine),
      onDeath: (death) => this.#heardDeath(death),
      clock,
      log,
    });
  }

  accepts(artifact: CreateArtifactDetails): boolean {
    return artifact.artifactType === 'SIMPLE_DOCKER_ARTIFACT';
  }

  async connect(): Promise<void> {
    await this.#link.get();
  }

  async checkCredential(credential: {
    username: string;
    password: string;
    registry: string;
  }): Promise<string | undefined> {
    const { docker } = await this.#link.get();
    const { username, password, registry } = credential;
    const serveraddress = registry === dockerHub ? hubName : registry;
    try {
      await within((abortSignal) => docker.checkAuth({ username, password, serveraddress, abortSignal }));
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  }

  async prepare({ artifact }: ReplicaSpec, options: PrepareOptions): Promise<void> {
    await this.#images.ensure(await this.#link.get(), imageOf(artifact), options);
  }

  async adopt(spec: ReplicaSpec): Promise<Replica | undefined> {
    if (this.#closed || this.#left.isOver || !this.#wasUsed()) return undefined;
    const engine = await this.#link.get().catch(() => undefined);
    const found = engine && this.#left.take(spec.applicationId, fingerprintOf(spec));
    if (!found) return undefined;
    this.#replicas.set(found.replicaId, undefined);
    return await this.#track(
      this.#begin(engine, {
        spec: { ...spec, id: found.replicaId },
        containerId: found.containerId,
        verb: 'adopted',
      }),
    ).catch((error: unknown) => {
      this.#options.log.warn({ err: error, ...found }, 'a container that was left could not be adopted');
      return undefined;
    });
  }

  async left(applicationId: string): Promise<number> {
    if (this.#closed || this.#left.isOver || !this.#wasUsed()) return 0;
    const isThere = await this.#link.get().then(
      () => true,
      () => false,
    );
    return isThere ? this.#left.count(applicationId) : 0;
  }

  async start(spec: ReplicaSpec, { signal }: { signal: AbortSignal }): Promise<Replica> {
    signal.throwIfAborted();
    if (this.#closed) throw new TypeError('start: this runtime is closed');
    if (this.#replicas.has(spec.id)) throw new TypeError(`start: replica ${spec.id} runs already`);
    requireSafeName(spec.id);
    requireSafeName(spec.applicationId);
    this.#replicas.set(spec.id, undefined);
    const replica = await this.#track(this.#start(spec, signal));
    if (!signal.aborted) return replica;
    await replica.stop({ grace: 0 });
    throw signal.reason;
  }

  async collect(): Promise<number> {
    this.#left.end();
    if (!this.#wasUsed()) return 0;
    try {
      const engine = await this.#link.get();
      const removed = await this.#discard(engine, await this.#strangers(engine));
      await (await this.#networks()).sweep(engine);
      return removed;
    } catch (error) {
      const { log } = this.#options;
      log.warn({ err: error }, 'what an earlier server left is removed when the container engine answers');
      return 0;
    }
  }

  async forget(applicationId: string): Promise<void> {
    requireSafeName(applicationId);
    await this.#options.journals.forget(applicationId);
    if (!this.#wasUsed()) return;
    try {
      await (await this.#networks()).remove(await this.#link.get(), applicationId);
    } catch (error) {
      this.#forgotten.add(applicationId);
      this.#options.log.warn({ err: error, applicationId }, 'the network of an application is still there');
    }
  }

  logs(applicationId: string, options: LogsOptions): AsyncIterable<LogLine> {
    requireSafeName(applicationId);
    return readLogs(this.#options.journals, applicationId, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#images.stop();
    for (const replica of this.#replicas.values()) void replica?.stop();
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    await this.#removals[Symbol.asyncDispose]();
    if (!this.#options.keeps?.()) await this.collect();
    await this.#sweepNetworks();
    await this.#link[Symbol.asyncDispose]();
  }

  async #start(spec: ReplicaSpec, signal: AbortSignal): Promise<ContainerReplica> {
    let container: Container | undefined;
    try {
      const engine = await this.#link.get();
      const image = imageOf(spec.artifact);
      await this.#images.ensure(engine, image, { signal, tell: () => {} });
      const network = await (await this.#networks()).ensure(engine, spec);
      const parts = { engine, installation: await this.#installation(), image, network };
      container = await within((abortSignal) =>
        engine.docker.createContainer({ ...containerOf(spec, parts), abortSignal }),
      );
      const { id } = container;
      await within((abortSignal) => engine.docker.getContainer(id).start({ abortSignal }));
      return await this.#begin(engine, { spec, containerId: id, verb: 'started' });
    } catch (error) {
      this.#replicas.delete(spec.id);
      if (container) await this.#removals.remove(container);
      throw await this.#explain(spec, error);
    }
  }

  /** Follows a container that was started. */
  async #begin(
    engine: Engine,
    { spec, containerId, verb }: { spec: ReplicaSpec; containerId: string; verb: 'started' | 'adopted' },
  ): Promise<ContainerReplica> {
    const { journals, log, keeps = () => false } = this.#options;
    const container = engine.docker.getContainer(containerId);
    const info = await within((abortSignal) => container.inspect({ abortSignal }));
    const journal = await journals.open(spec.applicationId, spec.id);
    try {
      // One that has ended already has no address; nobody will ask for it.
      const address = addressOf(info, engine.reach) ?? { host: '127.0.0.1', port: 0 };
      const output = await followOutput(container, journal);
      journal.write('platform', `${verb}: ${info.Config.Image} (container ${containerId.slice(0, 12)})`);
      const pid = info.State.Pid || undefined;
      const { settings, id } = spec;
      const trouble = (): string | undefined => this.#link.trouble;
      const timing = this.#timing;
      const own = { id, settings, container, address, pid, journal, output, keeps, trouble };
      const parts = { ...own, removals: this.#removals, timing, log };
      const replica = new ContainerReplica(parts);
      this.#replicas.set(id, replica);
      const early = this.#early.get(id) ?? (info.State.Running ? undefined : info.State.ExitCode);
      this.#early.delete(id);
      if (early !== undefined) replica.died(early);
      void this.#track(replica.exited.then(() => this.#forget(spec)));
      if (this.#closed) void replica.stop();
      return replica;
    } catch (error) {
      await journals.close(spec.applicationId, spec.id);
      throw error;
    }
  }

  async #explain(spec: ReplicaSpec, error: unknown): Promise<unknown> {
    const { log, journals } = this.#options;
    if (isAway(error) && !(error instanceof StartFailure)) {
      return await this.#link.get().then(
        () =>
          new StartFailure(`The container engine did not answer in time: ${messageOf(error)}.`, {
            cause: error,
          }),
        (away: unknown) => away,
      );
    }
    const failure =
      error instanceof StartFailure || statusOf(error) === undefined
        ? error
        : new StartFailure(`The container could not be started: ${messageOf(error)}.`, { cause: error });
    if (statusOf(error) === 404) (await this.#networks()).doubt(spec.applicationId);
    const journal = await journals.open(spec.applicationId, spec.id);
    journal.write('platform', messageOf(failure));
    await journals.close(spec.applicationId, spec.id);
    log.debug({ err: error, replicaId: spec.id }, 'a container did not start');
    return failure;
  }

  async #forget(spec: ReplicaSpec): Promise<void> {
    await this.#options.journals.close(spec.applicationId, spec.id);
    this.#replicas.delete(spec.id);
  }

  #heardDeath({ replicaId, code }: Death): void {
    const replica = this.#replicas.get(replicaId);
    if (replica) replica.died(code);
    else if (this.#replicas.has(replicaId)) this.#early.set(replicaId, code);
  }

  /** The engine answers after it did not: what is there is compared with what should be. */
  async #reconcile(engine: Engine): Promise<void> {
    const found = await listContainers(engine, await this.#installation());
    const there = new Map(found.map((one) => [one.replicaId, one]));
    for (const [id, replica] of this.#replicas) {
      if (!replica) continue;
      const one = there.get(id);
      if (!one?.isRunning) replica.died(one && (await exitCodeOf(engine, one)));
    }
    const strangers = found.filter(({ replicaId }) => !this.#replicas.has(replicaId));
    const rest = this.#left.offer(strangers);
    await this.#discard(engine, rest);
    for (const applicationId of this.#forgotten) await (await this.#networks()).remove(engine, applicationId);
    this.#forgotten.clear();
  }

  /** How many are gone. */
  async #discard({ docker }: Engine, found: readonly Found[]): Promise<number> {
    const removals = found.map(({ containerId }) => this.#removals.remove(docker.getContainer(containerId)));
    return (await Promise.all(removals)).filter(Boolean).length;
  }

  async #strangers(engine: Engine): Promise<Found[]> {
    const found = await listContainers(engine, await this.#installation());
    return found.filter(({ replicaId }) => !this.#replicas.has(replicaId));
  }

  /** Those in which a container goes on stay. */
  async #sweepNetworks(): Promise<void> {
    if (!this.#wasUsed()) return;
    try {
      const engine = await this.#link.get();
      await new Networks(await this.#installation()).sweep(engine);
    } catch (error) {
      this.#options.log.warn({ err: error }, 'networks of applications are still there');
    }
  }

  /** True when this installation may have containers: otherwise no engine is looked for. */
  #wasUsed(): boolean {
    return existsSync(markOf(this.#options.directory));
  }

  async #track<Value>(work: Promise<Value>): Promise<Value> {
    this.#underWay.add(work);
    return await work.finally(() => this.#underWay.delete(work));
  }
}

const markOf = (directory: string): string => join(directory, 'installation');

/** The mark of this installation, made when there is none. */
async function readInstallation({ directory, random }: DockerRuntimeOptions): Promise<string> {
  const path = markOf(directory);
  const kept = await readFile(path, 'utf8').catch(() => '');
  if (/^[0-9a-f]{16}$/.test(kept.trim())) return kept.trim();
  const made = Buffer.from(random(8)).toString('hex');
  await replaceFile(path, `${made}\n`, 0o600);
  return made;
}

function imageOf(artifact: CreateArtifactDetails): string {
  if (artifact.artifactType === 'SIMPLE_DOCKER_ARTIFACT') return referenceOf(artifact);
  throw new TypeError(`a container runtime cannot run a ${artifact.artifactType}`);
}

async function exitCodeOf({ docker }: Engine, { containerId }: Found): Promise<number | undefined> {
  const info = await within((abortSignal) => docker.getContainer(containerId).inspect({ abortSignal })).catch(
    () => undefined,
  );
  return info?.State.ExitCode;
}
