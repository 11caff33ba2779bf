/** Seated: a seat, and what there is to tell of the way to it. */
import type { Watched } from '../observe/observer.ts';
import { admit, type AdmitOptions, type Seat } from './admit.ts';
import type { Call } from './authenticate.ts';

export interface SeatedOptions extends AdmitOptions {
  readonly watched: Watched;
}

/** As admit. */
export async function seated(call: Call, options: SeatedOptions): Promise<Seat> {
  const { directory, watched } = options;
  const there = directory.get(call.route.endpoint.applicationId)?.replicas ?? [];
  const isCold = !there.some(({ state }) => state === 'ready');
  const began = performance.now();
  const stage = watched.stage('wake');
  try {
    const seat = await admit(call, options);
    const seconds = (performance.now() - began) / 1000;
    watched.seated({ isCold, replicaId: seat.replica.id, seconds });
    return seat;
  } finally {
    stage[Symbol.dispose]();
  }
}
