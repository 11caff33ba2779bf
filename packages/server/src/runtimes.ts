/** The runtimes of a server: local processes, and containers as soon as an image needs them. */
import type { ServeConfig } from '@mooring/contract';
import type { Clock, Random } from './kit/clock.ts';
import type { DataDirectory } from './kit/data-directory.ts';
import type { Log } from './observe/log.ts';
import type { FindCredential } from './runtime/docker/credentials.ts';
import { createDockerRuntime, type DockerRuntime } from './runtime/docker/runtime.ts';
import { Journals } from './runtime/output/journals.ts';
import { readLogs } from './runtime/output/logs.ts';
import { openProcessRuntime } from './runtime/process/runtime.ts';
import type { Runtime } from './runtime/runtime.ts';

export interface RuntimesOptions {
  readonly config: Pick<ServeConfig, 'runtime' | 'stopContainers'>;
  readonly data: DataDirectory;
  /** False: another server takes over from this one when it stops, and its containers stop with it. */
  readonly isAlone: () => boolean;
  readonly findCredential: FindCredential;
  readonly common: { readonly clock: Clock; readonly random: Random; readonly log: Log };
}

export interface Runtimes {
  readonly all: readonly Runtime[];
  /** Undefined: this server runs no containers. */
  readonly containers: DockerRuntime | undefined;
  readonly logs: Runtime['logs'];
}

/** Throws when containers are all that is to run, and their engine does not answer. */
export async function openRuntimes(
  { config, data, isAlone, findCredential, common }: RuntimesOptions,
  owned: AsyncDisposableStack,
): Promise<Runtimes> {
  const journals = new Journals({ directory: await data.folder('logs'), ...common });
  const all: Runtime[] = [];
  if (config.runtime !== 'docker') {
    const directory = await data.folder('process');
    all.push(owned.use(await openProcessRuntime({ directory, journals, ...common })));
  }
  let containers: DockerRuntime | undefined;
  if (config.runtime !== 'process') {
    const directory = await data.folder('containers');
    const keeps = (): boolean => !config.stopContainers && isAlone();
    containers = owned.use(createDockerRuntime({ directory, journals, keeps, findCredential, ...common }));
    all.push(containers);
  }
  if (config.runtime === 'docker') await containers?.connect();
  return { all, containers, logs: (id, choice) => readLogs(journals, id, choice) };
}
