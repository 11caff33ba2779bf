/** A container runtime in a directory of its own, for tests. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { CreateArtifactDetails } from '@mooring/contract';
import { systemClock, systemRandom } from '../../kit/clock.ts';
import { openLog } from '../../observe/log.ts';
import { Journals } from '../output/journals.ts';
import type { ReplicaSpec } from '../runtime.ts';
import type { SuiteRuntime } from '../suite.ts';
import type { Engine } from './engine.ts';
import { buildImage } from './images.fixture.ts';
import { ofInstallation } from './labels.ts';
import { createDockerRuntime, type DockerRuntime, type DockerRuntimeOptions } from './runtime.ts';

const here = import.meta.dirname;

export interface Sandbox extends SuiteRuntime {
  readonly runtime: DockerRuntime;
  readonly directory: string;
  /** Ids of the containers and networks of this sandbox. */
  remains(): Promise<string[]>;
}

/** Behaviours of app.fixture.ts that the suite asks for, each in an image of its own. */
const behaviours = ['serve', 'exit', 'silent', 'busy', 'mute', 'garbage', 'stubborn', 'loopback', 'hungry'];

/** Builds what is missing. */
export async function buildBehaviours({ docker }: Engine): Promise<Map<string, CreateArtifactDetails>> {
  const built = new Map<string, CreateArtifactDetails>();
  for (const behaviour of behaviours) {
    const lines = ['COPY app.fixture.ts /app.ts', `CMD ["node", "/app.ts", "${behaviour}"]`];
    const { name, tag } = await buildImage(docker, { lines, files: [join(here, '../app.fixture.ts')] });
    built.set(behaviour, { artifactType: 'SIMPLE_DOCKER_ARTIFACT', containerUri: name, tag });
  }
  return built;
}

export async function openSandbox(
  engine: Engine,
  artifacts: ReadonlyMap<string, CreateArtifactDetails>,
  options: Partial<DockerRuntimeOptions> = {},
): Promise<Sandbox> {
  const directory = await mkdtemp(join(tmpdir(), 'mooring-docker-'));
  const log = openLog('silent');
  const runtime = createDockerRuntime({
    directory,
    journals: new Journals({ directory: join(directory, 'logs'), clock: systemClock, log }),
    clock: systemClock,
    random: systemRandom,
    log,
    keeps: () => true,
    timing: { firstProbe: 10, healthInterval: 20, probeTimeout: 2000 },
    ...options,
  });
  return {
    runtime,
    directory,
    artifact: (behaviour = '') => {
      const artifact = artifacts.get(behaviour);
      if (!artifact) throw new TypeError(`there is no image for ${behaviour}`);
      return artifact;
    },
    crash: (spec) => crash(directory, spec),
    remains: () => remainsOf(engine, directory),
    [Symbol.asyncDispose]: async () => {
      await runtime.collect();
      await runtime[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function remainsOf({ docker }: Engine, directory: string): Promise<string[]> {
  const installation = (await readFile(join(directory, 'installation'), 'utf8')).trim();
  const filters = ofInstallation(installation);
  const containers = await docker.listContainers({ all: true, filters });
  const networks = await docker.listNetworks({ filters });
  return [...containers, ...networks].map(({ Id }) => Id);
}

async function crash(directory: string, spec: ReplicaSpec): Promise<string> {
  const args = ['-C', 'mooring', join(here, 'crash.fixture.ts'), directory, JSON.stringify(spec)];
  const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(server, 'exit');
  const [url]: unknown[] = await once(createInterface(server.stdout), 'line');
  server.kill('SIGKILL');
  await exited;
  return String(url);
}
