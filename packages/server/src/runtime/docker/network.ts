/** A network for each application: its containers see each other, and those of no other application. */
import { pauseFor } from '../../kit/pause.ts';
import { StartFailure, type ReplicaSpec } from '../runtime.ts';
import type { Engine } from './engine.ts';
import { messageOf, statusOf } from './failure.ts';
import { labels, ofInstallation, slugOf } from './labels.ts';
import { within } from './within.ts';

export class Networks {
  readonly #installation: string;
  /** Names by application, of networks that are there or being made. */
  readonly #made = new Map<string, Promise<string>>();

  constructor(installation: string) {
    this.#installation = installation;
  }

  /** Its name; the network is made when it is not there. Throws a StartFailure. */
  async ensure(engine: Engine, spec: ReplicaSpec): Promise<string> {
    const { applicationId } = spec;
    const known = this.#made.get(applicationId) ?? this.#make(engine, spec);
    this.#made.set(applicationId, known);
    return await known.catch((error: unknown) => {
      this.#made.delete(applicationId);
      throw error;
    });
  }

  /** Somebody may have removed it: it is looked for again at the next start. */
  doubt(applicationId: string): void {
    this.#made.delete(applicationId);
  }

  /** Removes the network of an application, which has no container any more. */
  async remove(engine: Engine, applicationId: string): Promise<void> {
    this.#made.delete(applicationId);
    const found = await this.#list(engine, applicationId);
    await Promise.all(found.map(({ id }) => insistOnRemoval(engine, id)));
  }

  /** Removes every network that has no container. */
  async sweep(engine: Engine): Promise<void> {
    for (const { id, applicationId } of await this.#list(engine)) {
      if (this.#made.has(applicationId)) continue;
      await removeNetwork(engine, id);
    }
  }

  async #make(engine: Engine, { applicationId, applicationName }: ReplicaSpec): Promise<string> {
    const [found] = await this.#list(engine, applicationId);
    if (found) return found.name;
    const name = `mooring-${slugOf(applicationName)}-${applicationId.slice(-12).toLowerCase()}-${this.#installation.slice(0, 6)}`;
    const Labels = { [labels.installation]: this.#installation, [labels.application]: applicationId };
    try {
      await within((abortSignal) =>
        engine.docker.createNetwork({ Name: name, Driver: 'bridge', Labels, abortSignal }),
      );
    } catch (cause) {
      throw new StartFailure(explain(name, messageOf(cause)), { cause });
    }
    return name;
  }

  async #list(engine: Engine, applicationId?: string): Promise<Network[]> {
    const { label } = ofInstallation(this.#installation);
    if (applicationId !== undefined) label.push(`${labels.application}=${applicationId}`);
    const found = await within((abortSignal) =>
      engine.docker.listNetworks({ filters: { label }, abortSignal }),
    );
    return found.map(({ Id, Name, Labels }) => ({
      id: Id,
      name: Name,
      applicationId: Labels?.[labels.application] ?? '',
    }));
  }
}

interface Network {
  readonly id: string;
  readonly name: string;
  readonly applicationId: string;
}

/** Milliseconds in which containers that are being removed may leave their network. */
const leaveLimit = 5000;

async function insistOnRemoval(engine: Engine, id: string): Promise<void> {
  const signal = AbortSignal.timeout(leaveLimit);
  while (!(await removeNetwork(engine, id)) && (await pauseFor(50, signal)));
}

/** False: a container is in it, which somebody else put there, or which is being made or removed. */
async function removeNetwork({ docker }: Engine, id: string): Promise<boolean> {
  try {
    await within((abortSignal) => docker.getNetwork(id).remove({ abortSignal }));
    return true;
  } catch (error) {
    if (statusOf(error) === 403) return false;
    if (statusOf(error) === 404) return true;
    throw error;
  }
}

function explain(name: string, said: string): string {
  const advice = /address pool|non-overlapping/.test(said)
    ? ' Every application has a network of its own: give the engine more ranges ("default-address-pools" in its configuration).'
    : '';
  return `The network ${name} could not be made: ${said}.${advice}`;
}
