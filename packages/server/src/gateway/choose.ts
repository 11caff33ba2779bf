/**
 * Choose: which replica takes an arrival. Least loaded among the ready ones; among equals one at random, so that none
 * is favoured. Whoever belongs to a replica gets that one (affinity.ts).
 */
import { createHash } from 'node:crypto';
import type { ReplicaAddress } from '../directory/endpoint.ts';
import type { Preference } from './affinity.ts';

export interface ChooseOptions {
  readonly load: (replicaId: string) => number;
  /** A number from 0 up to, but not, 1. */
  readonly random: () => number;
  /** Requests and connections that a replica gets at most. Default: no limit. */
  readonly limit?: number;
  /** True for replicas that could not be reached lately: they are taken only when there is no other. Default: none is. */
  readonly isOut?: (replicaId: string) => boolean;
  readonly preference?: Preference | undefined;
}

/** Undefined when there is none, or it has all that it may have. */
export function choose(
  replicas: readonly ReplicaAddress[],
  { load, random, limit = Infinity, isOut = () => false, preference }: ChooseOptions,
): ReplicaAddress | undefined {
  const ready = replicas.filter((replica) => replica.state === 'ready');
  const reached = ready.filter(({ id }) => !isOut(id));
  const able = reached.length > 0 ? reached : ready;
  const own = ownOf(preference, { replicas, able });
  let least = limit;
  let best: ReplicaAddress[] = [];
  for (const replica of own ? [own] : able) {
    const busy = load(replica.id);
    if (busy > least || busy >= limit) continue;
    if (busy < least) best = [];
    least = busy;
    best.push(replica);
  }
  return best.length < 2 ? best[0] : best[Math.floor(random() * best.length)];
}

interface Pool {
  readonly replicas: readonly ReplicaAddress[];
  readonly able: readonly ReplicaAddress[];
}

/** Undefined: any will do. A session stays where it is, also while its replica is left by all others. */
function ownOf(preference: Preference | undefined, { replicas, able }: Pool): ReplicaAddress | undefined {
  if (preference?.kind === 'session') return replicas.find(({ id }) => id === preference.replicaId);
  if (preference?.kind === 'cookie') return able.find(({ id }) => id === preference.replicaId);
  return preference?.kind === 'key' ? ownerOf(preference.key, able) : undefined;
}

/** Rendezvous hashing: when a replica comes or goes, only what is its own moves. */
function ownerOf(key: string, replicas: readonly ReplicaAddress[]): ReplicaAddress | undefined {
  const ranked = replicas.map((replica) => ({
    replica,
    rank: createHash('sha256').update(`${replica.id}\n${key}`).digest('hex'),
  }));
  return ranked.toSorted((one, other) => (one.rank < other.rank ? 1 : -1))[0]?.replica;
}
