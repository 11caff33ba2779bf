/** Copies over replicas that do what a test says, without processes, in a time of the test's own. */
import type { CreateArtifactDetails } from '@mooring/contract';
import { openLog } from '../observe/log.ts';
import {
  StartFailure,
  type Replica,
  type ReplicaPhase,
  type ReplicaSpec,
  type Runtime,
} from '../runtime/runtime.ts';
import { limits } from '../runtime/suite.ts';
import { Copy, type CopyOptions } from './copy.ts';
import { Gate } from '../kit/gate.ts';
import { defaultBackOff } from './heal.ts';

const artifact: CreateArtifactDetails = {
  artifactType: 'LOCAL_PROCESS_ARTIFACT',
  command: ['nothing'],
  workingDirectory: '/',
};

export interface Puppet extends Replica {
  become(phase: ReplicaPhase): void;
}

export class PuppetRuntime implements Runtime {
  readonly kind = 'process';
  readonly replicas: Puppet[] = [];
  /** Replicas that are started while this is set do not come up. */
  failure: string | undefined;

  get latest(): Puppet {
    const replica = this.replicas.at(-1);
    if (!replica) throw new TypeError('nothing was started');
    return replica;
  }

  accepts(): boolean {
    return true;
  }

  async start(spec: ReplicaSpec): Promise<Replica> {
    const replica = makePuppet(spec.id, this.failure);
    this.replicas.push(replica);
    return replica;
  }

  async collect(): Promise<number> {
    return 0;
  }

  async forget(): Promise<void> {}

  async *logs(): AsyncGenerator<never> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}

function makePuppet(id: string, failure: string | undefined): Puppet {
  const listeners = new Set<(phase: ReplicaPhase) => void>();
  const { promise: exited, resolve } = Promise.withResolvers<{ code: number; signal: null }>();
  let phase: ReplicaPhase = 'starting';
  const become = (next: ReplicaPhase): void => {
    phase = next;
    if (next === 'stopped') resolve({ code: 0, signal: null });
    for (const listener of listeners) listener(next);
  };
  const stop: Replica['stop'] = async () => {
    become('stopped');
    return await exited;
  };
  return {
    id,
    address: { host: '127.0.0.1', port: 1 },
    pid: 1,
    get phase() {
      return phase;
    },
    reason: 'as the test wants it',
    exited,
    become,
    stop,
    ready: async () => {
      if (failure !== undefined) throw new StartFailure(failure);
      become('ready');
    },
    usage: async () => undefined,
    watch: (listener) => {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

export interface Stage {
  readonly copy: Copy;
  readonly runtime: PuppetRuntime;
  /** Milliseconds; goes on only when a test says so. */
  readonly time: { now: number };
  /** Resolves at the next change after which it holds, or at once. */
  readonly until: (holds: () => boolean) => Promise<void>;
}

export function makeStage(options: Partial<CopyOptions> = {}): Stage {
  const runtime = new PuppetRuntime();
  const time = { now: 0 };
  const waiting = new Set<() => void>();
  let count = 0;
  const copy = new Copy({
    role: 'serving',
    generation: { artifactId: '1', revision: 1 },
    makeSpec: async () => ({
      id: `replica-${++count}`,
      applicationId: 'application',
      applicationName: 'app',
      artifactId: '1',
      artifact,
      environment: {},
      settings: { ...limits, startDeadline: 1, stopGrace: 1 },
    }),
    runtimes: [runtime],
    gate: new Gate(1),
    backOff: { ...defaultBackOff, first: 1, most: 4 },
    clock: { now: () => time.now },
    random: (bytes) => new Uint8Array(bytes),
    log: openLog('silent'),
    onChange: () => waiting.forEach((check) => check()),
    ...options,
  });
  const until = (holds: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!holds()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  return { copy, runtime, time, until };
}
