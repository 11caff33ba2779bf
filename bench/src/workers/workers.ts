/**
 * How cost grows with workers: whole servers with one worker, two and four, each in front of a replica of its own, in
 * turns. What the replica uses is not counted.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { livePath } from '@mooring/contract';
import { deployOn, ownDomain } from '../deployed.ts';
import { figure, type Findings } from '../figure.ts';
import { handshakes, openMany, roundTrips, type Target } from '../relay/load.ts';
import { start, usageOf } from '../subject.ts';

export interface WorkersOptions {
  /** Turns: what a median is made of. */
  readonly pairs: number;
  readonly note: (text: string) => void;
}

const counts = [1, 2, 4];
const units = { resident: 'MB', trip: 'µs', trips: 'per second', handshake: 'µs' } as const;
const names: Readonly<Record<keyof typeof units, string>> = {
  resident: 'resident memory, nothing to do',
  trip: 'round trip of 128 B, 64 connections: CPU',
  trips: 'round trips of 128 B, 64 connections',
  handshake: 'handshake, 50 in parallel, a token seen before: CPU',
};

type Measured = Record<Exclude<keyof typeof units, 'resident'>, number>;

/** A server that runs, without its replica. */
interface Server {
  readonly name: string;
  /** Bytes, before anything was asked of it. */
  readonly resident: number;
  readonly target: Target;
  /** Microseconds so far. */
  readonly cpu: () => number;
}

const seconds = 2;
const handshakeCount = 1000;

export async function workers({ pairs, note }: WorkersOptions): Promise<Findings> {
  await using owned = new AsyncDisposableStack();
  const servers: Server[] = [];
  for (const count of counts) servers.push(await serverWith(count, owned));
  // Code that is compiled is compiled once, in each worker.
  for (const { target } of servers) await handshakes(target, { total: 4000, parallel: 50 });
  const measured = new Map<Server, Measured[]>();
  for (let turn = 1; turn <= pairs; turn += 1) {
    note(`turn ${turn} of ${pairs}`);
    for (const server of servers) {
      const earlier = measured.get(server) ?? [];
      measured.set(server, [...earlier, await measure(server)]);
    }
  }
  const figures = servers.flatMap((server) => {
    const turns = measured.get(server) ?? [];
    const values: Record<keyof typeof units, number[]> = {
      resident: [server.resident / 1e6],
      trip: turns.map(({ trip }) => trip),
      trips: turns.map(({ trips }) => trips),
      handshake: turns.map(({ handshake }) => handshake),
    };
    return (['resident', 'trip', 'trips', 'handshake'] as const).map((what) =>
      figure({ name: names[what], subject: server.name, unit: units[what] }, values[what]),
    );
  });
  return { figures, targets: [] };
}

async function serverWith(count: number, owned: AsyncDisposableStack): Promise<Server> {
  const dataDir = await mkdtemp(join(tmpdir(), 'mooring-bench-'));
  owned.defer(() => rm(dataDir, { recursive: true, force: true }));
  const server = owned.use(await start(new URL('./server.ts', import.meta.url), { dataDir, workers: count }));
  const resident = server.resident();
  const { id, known, management } = await deployOn(
    { port: server.port, dataDir },
    {
      name: 'echo',
      auth: ({ tokenUrl }) => ownDomain(tokenUrl.replace(/\/oauth2\/.*/, ''), 'echo'),
      scaling: { scalingType: 'CONCURRENCY', minReplica: 1, maxReplica: 1 },
      artifact: {
        artifactType: 'LOCAL_PROCESS_ARTIFACT',
        command: [process.execPath, '-C', 'mooring', join(import.meta.dirname, 'app.ts')],
        workingDirectory: import.meta.dirname,
      },
    },
  );
  // The server is killed: what it runs would outlive it.
  owned.defer(async () => {
    const { workRequestId = '' } = await management.applications.delete(id);
    await management.workRequests.wait(workRequestId, { interval: 25 });
  });
  const { accessToken } = await management.tokens.issue(id);
  const { replicas } = await management.status.application(id);
  const replica = usageOf(replicas[0]?.pid);
  const { port } = new URL(known.applicationsPlainUrl ?? known.applicationsUrl);
  return {
    name: `${count} worker${count === 1 ? '' : 's'}`,
    resident,
    target: { port: Number(port), path: livePath(id, '/ws'), tls: false, token: () => accessToken },
    cpu: () => server.cpu() - replica.cpu(),
  };
}

async function measure({ target, cpu }: Server): Promise<Measured> {
  const before = cpu();
  await handshakes(target, { total: handshakeCount, parallel: 50 });
  const handshake = (cpu() - before) / handshakeCount;
  await using sockets = await openMany(target, 64);
  await roundTrips(sockets, { size: 128, seconds: 0.25 });
  const then = cpu();
  const { count, answered } = await roundTrips(sockets, { size: 128, seconds });
  return { handshake, trip: (cpu() - then) / answered, trips: count / seconds };
}
