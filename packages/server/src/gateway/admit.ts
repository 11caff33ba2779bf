/**
 * Admit, the fourth stage: a seat at a replica. An arrival that finds none ready is held for as long as the
 * application's `hold` says, then refused; a seat is given back by disposing of it.
 */
import type { OnReadOpts, Socket } from 'node:net';
import { Problem } from '@mooring/contract';
import type { Directory } from '../directory/directory.ts';
import type { ReplicaAddress } from '../directory/endpoint.ts';
import type { Random } from '../kit/clock.ts';
import type { Call } from './authenticate.ts';
import { choose } from './choose.ts';
import type { Load } from './load.ts';
import { notFound } from './route.ts';
import type { OpenTunnel } from './tunnel.ts';

/** The right to use one replica for one request or connection. */
export interface Seat extends Disposable {
  readonly replica: ReplicaAddress;
  /** Connects to a replica on another node. Absent: it is at its own address. */
  readonly tunnel?: (onread?: OnReadOpts) => Socket;
}

export interface AdmitOptions {
  readonly directory: Directory;
  readonly load: Load;
  readonly random: Random;
  /** A replica that is not to be taken: it has just refused this very call, and the directory will soon say so. */
  readonly except?: string | undefined;
  /** Needed where the directory has replicas of other nodes. */
  readonly openTunnel?: OpenTunnel | undefined;
}

/** Throws a Problem: ServiceUnavailable at the end of the hold, NotAuthorizedOrNotFound when the application goes away. */
export async function admit(call: Call, options: AdmitOptions): Promise<Seat> {
  const { applicationId, settings } = call.route.endpoint;
  call.arrival.signal.throwIfAborted();
  const seat = take(applicationId, options);
  if (seat !== undefined) return seat;
  await readyReplica(applicationId, settings.hold * 1000, { ...options, signal: call.arrival.signal });
  const late = take(applicationId, options);
  if (late === undefined) throw unavailable();
  return late;
}

function take(applicationId: string, options: AdmitOptions): Seat | undefined {
  const { directory, load, random, except } = options;
  const replicas = directory.get(applicationId)?.replicas ?? [];
  const replica = choose(
    replicas.filter(({ id }) => id !== except),
    { load: (id) => load.of(id), random: () => (random(1)[0] ?? 0) / 256 },
  );
  if (replica === undefined) return undefined;
  const held = load.take(replica.id);
  const seat = { replica, [Symbol.dispose]: () => held[Symbol.dispose]() };
  const tunnel = tunnelTo(replica, applicationId, options.openTunnel);
  return tunnel ? { ...seat, tunnel } : seat;
}

function tunnelTo(
  { id: replicaId, node }: ReplicaAddress,
  applicationId: string,
  openTunnel: OpenTunnel | undefined,
): Seat['tunnel'] {
  if (node === undefined) return undefined;
  if (openTunnel === undefined) throw new TypeError('a replica of another node needs a tunnel');
  return (onread) => openTunnel({ node, applicationId, replicaId, onread });
}

/** Resolves once the directory shows a ready replica. */
async function readyReplica(
  applicationId: string,
  milliseconds: number,
  { directory, except, signal }: Pick<AdmitOptions, 'directory' | 'except'> & { signal: AbortSignal },
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  using _watch = directory.watch((id, endpoint) => {
    if (id !== applicationId) return;
    if (endpoint === undefined) reject(notFound());
    else if (endpoint.replicas.some(({ id, state }) => state === 'ready' && id !== except)) resolve();
  });
  const timer = setTimeout(() => reject(unavailable()), milliseconds);
  const leave = (): void => reject(signal.reason);
  signal.addEventListener('abort', leave, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', leave);
  }
}

function unavailable(): Problem {
  return new Problem(
    'ServiceUnavailable',
    'The application has no ready replica. Try again shortly; its owner sees the reason with `mooring status <app>`.',
    { retryAfter: 5 },
  );
}
