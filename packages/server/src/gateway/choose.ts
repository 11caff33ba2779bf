/** Choose: which of the ready replicas takes an arrival. Least loaded; among equals one at random, so that none is favoured. */
import type { ReplicaAddress } from '../directory/endpoint.ts';

export interface ChooseOptions {
  readonly load: (replicaId: string) => number;
  /** A number from 0 up to, but not, 1. */
  readonly random: () => number;
}

/** Undefined when none is ready. */
export function choose(
  replicas: readonly ReplicaAddress[],
  { load, random }: ChooseOptions,
): ReplicaAddress | undefined {
  const ready = replicas.filter((replica) => replica.state === 'ready');
  const least = Math.min(...ready.map((replica) => load(replica.id)));
  const best = ready.filter((replica) => load(replica.id) === least);
  return best[Math.floor(random() * best.length)];
}
