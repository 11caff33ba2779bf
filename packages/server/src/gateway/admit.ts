/**
 * Admit, the fourth stage: a seat at a replica. An arrival that finds none ready, or only such as have all that they
 * may have, is held (waiting.ts); a seat is given back by disposing of it.
 */
import type { OnReadOpts, Socket } from 'node:net';
import type { Directory } from '../directory/directory.ts';
import type { Endpoint, ReplicaAddress } from '../directory/endpoint.ts';
import type { Random } from '../kit/clock.ts';
import { sessionOver, type Preference } from './affinity.ts';
import type { Call } from './authenticate.ts';
import { choose } from './choose.ts';
import type { Ejections } from './ejections.ts';
import type { Load } from './load.ts';
import type { OpenTunnel } from './tunnel.ts';
import type { Waiting } from './waiting.ts';

/** The right to use one replica for one request or connection. */
export interface Seat extends Disposable {
  readonly replica: ReplicaAddress;
  /** Milliseconds that the arrival was held for it. Written when the seat is handed out. */
  held: number;
  /** Connects to a replica on another node. Undefined: it is at its own address. */
  readonly tunnel?: ((onread?: OnReadOpts) => Socket) | undefined;
}

export interface AdmitOptions {
  readonly directory: Directory;
  readonly load: Load;
  readonly random: Random;
  /** Where those are held for whom there is no replica. */
  readonly waiting: Waiting;
  readonly ejections: Ejections;
  /** The replica that the caller had, if any. */
  readonly preference?: Preference | undefined;
  /** A replica that is not to be taken: it has just refused this very call, and the directory will soon say so. */
  readonly except?: string | undefined;
  /** A replica that is taken only when there is no other: it has just failed this very call. */
  readonly avoid?: string | undefined;
  /** Needed where the directory has replicas of other nodes. */
  readonly openTunnel?: OpenTunnel | undefined;
  /** Resolves when the directory, being a copy, has all that was known when this was called. Default: it is no copy. */
  readonly catchUp?: (() => Promise<void>) | undefined;
}

/**
 * Throws a Problem: ServiceUnavailable at the end of the hold or when too many wait, NotAuthorizedOrNotFound when the
 * application goes away or the caller's session is over.
 */
export async function admit(call: Call, options: AdmitOptions): Promise<Seat> {
  const { applicationId, settings } = call.route.endpoint;
  const { signal } = call.arrival;
  const { directory, load, waiting, except, avoid, preference, catchUp } = options;
  signal.throwIfAborted();
  // The second try of a call is no further arrival.
  if (except === undefined && avoid === undefined) load.arrive(applicationId);
  const isChoosy = except !== undefined || preference !== undefined;
  if (catchUp !== undefined && !isThere(directory.get(applicationId), preference)) {
    await catchUp();
    signal.throwIfAborted();
  }
  if (isChoosy || !waiting.isLine(applicationId)) {
    const seat = take(applicationId, options);
    if (seat !== undefined) return seat;
  }
  const since = performance.now();
  const seat = await waiting.join({
    applicationId,
    take: () => take(applicationId, options),
    isChoosy,
    hold: settings.hold * 1000,
    most: settings.maxWaiting,
    signal,
  });
  seat.held = Math.round(performance.now() - since);
  if (!signal.aborted) return seat;
  seat[Symbol.dispose]();
  throw signal.reason;
}

/** Undefined: there is none now. Throws a Problem when the caller's session is over. */
function take(applicationId: string, options: AdmitOptions): Seat | undefined {
  const { directory, preference } = options;
  const endpoint = directory.get(applicationId);
  if (endpoint === undefined) return undefined;
  const isOver = preference?.kind === 'session' && !isThere(endpoint, preference);
  if (isOver && directory.isCurrent) throw sessionOver();
  const taken = takeBest(endpoint, options);
  if (taken === undefined) return undefined;
  return new Taken({ ...taken, tunnel: tunnelTo(taken.replica, applicationId, options.openTunnel) });
}

class Taken implements Seat {
  readonly replica: ReplicaAddress;
  readonly tunnel: Seat['tunnel'];
  held = 0;
  readonly #place: Disposable;

  constructor({ replica, tunnel, place }: Pick<Seat, 'replica' | 'tunnel'> & { readonly place: Disposable }) {
    this.replica = replica;
    this.tunnel = tunnel;
    this.#place = place;
  }

  [Symbol.dispose](): void {
    this.#place[Symbol.dispose]();
  }
}

/** False: the replica that the caller had is not there. */
function isThere(endpoint: Endpoint | undefined, preference: Preference | undefined): boolean {
  if (preference === undefined || preference.kind === 'key') return true;
  const { replicaId } = preference;
  return replicaId === undefined || (endpoint?.replicas.some(({ id }) => id === replicaId) ?? false);
}

/** Another gateway may take the last seat between the choice and the taking: then there is another choice. */
function takeBest(
  { applicationId, replicas, settings: { maxConcurrency } }: Endpoint,
  options: AdmitOptions,
): { replica: ReplicaAddress; place: Disposable } | undefined {
  const { load, random, ejections, preference, avoid, except } = options;
  const limit = maxConcurrency === 0 ? Infinity : maxConcurrency;
  const left = except === undefined ? replicas : replicas.filter(({ id }) => id !== except);
  for (;;) {
    const replica = choose(left, {
      load: (id) => load.at(id),
      random: () => (random(1)[0] ?? 0) / 256,
      limit,
      isOut: (id) => id === avoid || ejections.isOut(id),
      preference,
    });
    if (replica === undefined) return undefined;
    const place = load.take(replica.id, applicationId, limit);
    if (place !== undefined) return { replica, place };
  }
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
