/** Containers that an earlier server left: kept for whoever wants one like them, until the rest is removed. */
import type { Engine } from './engine.ts';
import { labels, ofInstallation } from './labels.ts';
import { within } from './within.ts';

export interface Found {
  readonly containerId: string;
  readonly replicaId: string;
  readonly applicationId: string;
  readonly fingerprint: string;
  readonly isRunning: boolean;
}

/** Every container of an installation, those that have ended included. */
export async function listContainers({ docker }: Engine, installation: string): Promise<Found[]> {
  const found = await within((abortSignal) =>
    docker.listContainers({ all: true, filters: ofInstallation(installation), abortSignal }),
  );
  return found.map(({ Id, Labels, State }) => ({
    containerId: Id,
    replicaId: Labels[labels.replica] ?? '',
    applicationId: Labels[labels.application] ?? '',
    fingerprint: Labels[labels.fingerprint] ?? '',
    isRunning: State === 'running',
  }));
}

export class Left {
  #containers: Found[] = [];
  #isOver = false;

  /** True when nothing is adopted any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Keeps those that may be adopted; returns the others, which go. */
  offer(found: readonly Found[]): Found[] {
    const isKept = ({ isRunning }: Found): boolean => isRunning && !this.#isOver;
    this.#containers = found.filter(isKept);
    return found.filter((one) => !isKept(one));
  }

  /** One that is a copy of the same program with the same environment. */
  take(applicationId: string, fingerprint: string): Found | undefined {
    const index = this.#containers.findIndex(
      (one) => one.applicationId === applicationId && one.fingerprint === fingerprint,
    );
    return index === -1 ? undefined : this.#containers.splice(index, 1)[0];
  }

  /** Those of an application, of the program and environment that most of them are copies of. */
  count(applicationId: string): number {
    const own = this.#containers.filter((one) => one.applicationId === applicationId);
    const alike = Map.groupBy(own, ({ fingerprint }) => fingerprint);
    return Math.max(0, ...Array.from(alike.values(), ({ length }) => length));
  }

  /** From now on nothing is adopted. */
  end(): void {
    this.#isOver = true;
    this.#containers = [];
  }
}
