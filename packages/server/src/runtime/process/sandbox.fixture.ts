/** A process runtime in a directory of its own, for tests. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock, systemRandom } from '../../kit/clock.ts';
import { openLog } from '../../observe/log.ts';
import type { ReplicaSpec } from '../runtime.ts';
import type { SuiteRuntime } from '../suite.ts';
import { Journals, type JournalsOptions } from '../output/journals.ts';
import { openProcessRuntime, type ProcessRuntimeOptions } from './runtime.ts';

const here = import.meta.dirname;

export interface Sandbox extends SuiteRuntime {
  /** As `crash`, but the server exits by itself without disposing of its runtime. */
  exit(spec: ReplicaSpec): Promise<string>;
  readonly directory: string;
}

export interface SandboxOptions extends Partial<ProcessRuntimeOptions> {
  /** How much output is kept. */
  readonly output?: Partial<JournalsOptions>;
}

export async function openSandbox({ output, ...options }: SandboxOptions = {}): Promise<Sandbox> {
  const directory = await mkdtemp(join(tmpdir(), 'mooring-runtime-'));
  const log = openLog('silent');
  const journals = new Journals({ directory: join(directory, 'logs'), clock: systemClock, log, ...output });
  const runtime = await openProcessRuntime({
    directory,
    journals,
    random: systemRandom,
    log,
    timing: { firstProbe: 10, healthInterval: 20, probeTimeout: 2000 },
    ...options,
  });
  return {
    runtime,
    directory,
    artifact: (...behaviour) => ({
      artifactType: 'LOCAL_PROCESS_ARTIFACT',
      command: ['node', join(here, '../app.fixture.ts'), ...behaviour],
      workingDirectory: here,
    }),
    crash: (spec) => crash(directory, spec, 'wait'),
    exit: (spec) => crash(directory, spec, 'exit'),
    [Symbol.asyncDispose]: async () => {
      await runtime[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function crash(directory: string, spec: ReplicaSpec, mode: 'wait' | 'exit'): Promise<string> {
  const args = ['-C', 'mooring', join(here, 'crash.fixture.ts'), directory, JSON.stringify(spec), mode];
  const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(server, 'exit');
  const [url]: unknown[] = await once(createInterface(server.stdout), 'line');
  if (mode === 'wait') server.kill('SIGKILL');
  await exited;
  return String(url);
}
