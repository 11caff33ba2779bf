/**
 * Cold start: an application at zero replicas is asked for something, beside the bare start of the same command (or
 * image) and its first answer; in pairs, one after the other.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { invokePath, type CreateArtifactDetails } from '@mooring/contract';
import { deployOn } from '../deployed.ts';
import { figure, median, type Findings, type Target } from '../figure.ts';
import { start } from '../subject.ts';
import { bareRun, bareSpawn } from './bare.ts';

export interface ColdOptions {
  readonly pairs: number;
  /** An image that serves HTTP on port 8080, for the pairs with `docker run`. Undefined: none are made. */
  readonly image: string | undefined;
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Times the bare act that a cold start may take. */
const limit = 1.25;

/** Pairs that are not counted: what is read from the disk for the first time is not what is measured. */
const warmUp = 2;

export async function cold(options: ColdOptions): Promise<Findings> {
  const command = [process.execPath, join(import.meta.dirname, 'app.ts')];
  const processes = await compare(options, {
    what: 'process',
    bareName: 'bare spawn',
    artifact: { artifactType: 'LOCAL_PROCESS_ARTIFACT', command, workingDirectory: import.meta.dirname },
    bare: () => bareSpawn(command),
  });
  const { image } = options;
  const missing = await engineMissing(image);
  if (missing !== undefined || image === undefined) {
    options.note(`no pairs with docker run: ${missing}`);
    return processes;
  }
  const [containerUri = '', tag = 'latest'] = image.split(/:(?=[^/]*$)/);
  const containers = await compare(options, {
    what: 'container',
    bareName: 'docker run',
    artifact: { artifactType: 'SIMPLE_DOCKER_ARTIFACT', containerUri, tag },
    bare: () => bareRun(image),
  });
  return {
    figures: [...processes.figures, ...containers.figures],
    targets: [...processes.targets, ...containers.targets],
  };
}

/** Why there are no containers here. */
async function engineMissing(image: string | undefined): Promise<string | undefined> {
  if (image === undefined) return 'give an image with --image';
  const failure = await promisify(execFile)('docker', ['version']).then(
    () => undefined,
    (error: Error) => error.message,
  );
  return failure && `no container engine answers (${failure.split('\n')[0]})`;
}

interface Contest {
  readonly what: string;
  readonly bareName: string;
  readonly artifact: CreateArtifactDetails;
  readonly bare: () => Promise<number>;
}

async function compare({ pairs, note, signal }: ColdOptions, contest: Contest): Promise<Findings> {
  await using owned = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'mooring-bench-'));
  owned.defer(() => rm(dataDir, { recursive: true, force: true }));
  const server = owned.use(
    await start(new URL('./server.ts', import.meta.url), { dataDir, logLevel: 'warn' }),
  );
  const app = await deploy({ dataDir, port: server.port, artifact: contest.artifact, signal });
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let pair = 0; pair < pairs + warmUp; pair += 1) {
    await app.asleep();
    const both = [await app.wake(), await contest.bare()] as const;
    note(`${contest.what} ${pair + 1}: ${both.map((value) => value.toFixed(1)).join(' and ')} ms`);
    if (pair < warmUp) continue;
    ours.push(both[0]);
    theirs.push(both[1]);
  }
  // The server is killed: what it runs would outlive it.
  await app.asleep();
  const name = `cold start of a ${contest.what} until its first answer`;
  const ratio = median(ours.map((value, index) => value / (theirs[index] ?? NaN)));
  const target: Target = {
    name: `${name}: mooring to ${contest.bareName}`,
    ratio,
    limit: `≤ ${limit}`,
    holds: ratio <= limit,
  };
  return {
    figures: [
      figure({ name, subject: 'mooring', unit: 'ms' }, ours),
      figure({ name, subject: contest.bareName, unit: 'ms' }, theirs),
    ],
    targets: [target],
  };
}

interface Deploying {
  readonly dataDir: string;
  readonly port: number;
  readonly artifact: CreateArtifactDetails;
  readonly signal: AbortSignal;
}

interface App {
  /** Resolves once there is no replica. */
  asleep(): Promise<void>;
  /** Asks; milliseconds until the whole answer. */
  wake(): Promise<number>;
}

async function deploy({ dataDir, port, artifact, signal }: Deploying): Promise<App> {
  const { id, known, management } = await deployOn(
    { dataDir, port },
    {
      name: 'cold',
      scaling: { scalingType: 'CONCURRENCY', minReplica: 0, maxReplica: 1 },
      settings: { scaleToZeroAfter: 1, stopGrace: 1 },
      artifact,
    },
  );
  return {
    asleep: async () => {
      while ((await management.status.application(id)).replicas.length > 0)
        await pause(50, undefined, { signal });
    },
    wake: async () => {
      const before = performance.now();
      const answer = await fetch(known.applicationsPlainUrl + invokePath(id), { signal });
      await answer.text();
      if (!answer.ok) throw new Error(`the application answered ${answer.status}`);
      return performance.now() - before;
    },
  };
}
