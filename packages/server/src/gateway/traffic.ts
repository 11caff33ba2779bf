/**
 * Traffic: what was served and is over, by application and replica. It holds those that the directory shows and no
 * others, so that it does not grow with the replicas that ever were.
 */
import type { Endpoint } from '../directory/endpoint.ts';
import { noVolume, sum, type Traffic, type TrafficReport, type Volume } from '../observe/volume.ts';

/** Something being served, as far as it counts here. */
export interface Flow {
  readonly kind: 'connection' | 'request';
  readonly applicationId: string;
  readonly replicaId: string;
  /** So far. */
  volume(): Volume;
}

interface Past {
  total: Volume;
  readonly replicas: Map<string, Volume>;
}

export class TrafficBook {
  readonly #past = new Map<string, Past>();

  /** The application is as the directory shows it now. */
  follow(applicationId: string, endpoint: Endpoint | undefined): void {
    if (endpoint === undefined) return void this.#past.delete(applicationId);
    const past = this.#past.get(applicationId) ?? { total: noVolume, replicas: new Map() };
    this.#past.set(applicationId, past);
    const shown = new Set(endpoint.replicas.map(({ id }) => id));
    for (const id of past.replicas.keys()) if (!shown.has(id)) past.replicas.delete(id);
    for (const id of shown) if (!past.replicas.has(id)) past.replicas.set(id, noVolume);
  }

  /** It is over. */
  add(flow: Flow): void {
    const past = this.#past.get(flow.applicationId);
    if (past === undefined) return;
    const added = flow.volume();
    past.total = sum(past.total, added);
    const before = past.replicas.get(flow.replicaId);
    if (before !== undefined) past.replicas.set(flow.replicaId, sum(before, added));
  }

  /** @param live what is being served now */
  report(live: Iterable<Flow>): TrafficReport {
    const applications = new Map<string, Traffic>();
    const replicas = new Map<string, Map<string, Traffic>>();
    for (const [id, past] of this.#past) {
      applications.set(id, { ...idle, total: past.total });
      const own = [...past.replicas].map(([name, total]) => [name, { ...idle, total }] as const);
      replicas.set(id, new Map(own));
    }
    for (const flow of live) {
      enter(applications, flow.applicationId, flow);
      const own = replicas.get(flow.applicationId);
      if (own !== undefined) enter(own, flow.replicaId, flow);
    }
    return { applications, replicas };
  }
}

const idle = { openConnections: 0, openRequests: 0 };

function enter(into: Map<string, Traffic>, key: string, flow: Flow): void {
  const before = into.get(key);
  if (before === undefined) return;
  into.set(key, {
    openConnections: before.openConnections + Number(flow.kind === 'connection'),
    openRequests: before.openRequests + Number(flow.kind === 'request'),
    total: sum(before.total, flow.volume()),
  });
}
