/** Launches the process of a replica on a free port, and notes it in the ledger before and after. */
import type { Random } from '../../kit/clock.ts';
import type { Log } from '../../observe/log.ts';
import type { ReplicaSpec } from '../runtime.ts';
import { commandOf } from './command.ts';
import { environmentOf, markOf } from './environment.ts';
import type { Guard } from './guard.ts';
import type { Journal } from '../output/journal.ts';
import type { Ledger, LedgerEntry } from './ledger.ts';
import { freePort } from './port.ts';
import { identityOf } from './proc.ts';
import { Running } from './running.ts';

/** The one address that a replica may listen on. */
export const host = '127.0.0.1';

export interface LaunchParts {
  readonly spec: ReplicaSpec;
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly guard: Guard | undefined;
  /** Ports of all replicas of this runtime; the chosen one is added. */
  readonly ports: Set<number>;
  readonly random: Random;
  readonly log: Log;
  readonly nodeBinDirectory: string;
}

export interface Launched {
  readonly running: Running;
  readonly port: number;
}

/** Resolves when the program runs. Throws a StartFailure. */
export async function launch(parts: LaunchParts): Promise<Launched> {
  const { spec, journal, ports, log } = parts;
  const { command, workingDirectory } = commandOf(spec.artifact);
  const port = await freePort(ports, parts.random);
  ports.add(port);
  try {
    await note(parts, { replicaId: spec.id });
    const { nodeBinDirectory } = parts;
    const environment = environmentOf(spec, {
      server: process.env,
      address: { host, port },
      nodeBinDirectory,
    });
    const what = { command, workingDirectory, environment };
    const running = await Running.start({ command: what, mark: markOf(spec.id), journal, log });
    parts.guard?.hold(running.pid);
    void running.gone.then(() => parts.guard?.release(running.pid));
    journal.write('platform', `started: ${command.join(' ')} (pid ${running.pid}, port ${port})`);
    await note(parts, { replicaId: spec.id, pid: running.pid, identity: await identityOf(running.pid) });
    return { running, port };
  } catch (error) {
    ports.delete(port);
    await parts.ledger.forget(spec.id).catch(() => undefined);
    throw error;
  }
}

/** A full disk is no reason not to serve: the replica runs, only a crash of the server could leave it behind. */
async function note({ ledger, log }: LaunchParts, entry: LedgerEntry): Promise<void> {
  await ledger.note(entry).catch((error: unknown) => {
    log.warn({ err: error, ...entry }, 'a replica could not be noted; a crash would leave it behind');
  });
}
