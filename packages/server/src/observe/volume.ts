/** Volume: what has gone through the gateway, as plain numbers that whoever moves bytes adds to, and a scrape reads. */

export interface Volume {
  readonly connections: number;
  readonly requests: number;
  /** WebSocket messages; in: from clients. */
  readonly messagesIn: number;
  readonly messagesOut: number;
  /** Of connections and of bodies. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export const noVolume: Volume = {
  connections: 0,
  requests: 0,
  messagesIn: 0,
  messagesOut: 0,
  bytesIn: 0,
  bytesOut: 0,
};

export function sum(one: Volume, other: Volume): Volume {
  return {
    connections: one.connections + other.connections,
    requests: one.requests + other.requests,
    messagesIn: one.messagesIn + other.messagesIn,
    messagesOut: one.messagesOut + other.messagesOut,
    bytesIn: one.bytesIn + other.bytesIn,
    bytesOut: one.bytesOut + other.bytesOut,
  };
}

/** What is being served now, and all that ever was. */
export interface Traffic {
  readonly openConnections: number;
  readonly openRequests: number;
  readonly total: Volume;
}

/** Structured-cloneable. */
export interface TrafficReport {
  /** By application. */
  readonly applications: ReadonlyMap<string, Traffic>;
  /** By application and replica; replicas that are gone are left out. */
  readonly replicas: ReadonlyMap<string, ReadonlyMap<string, Traffic>>;
}

export const noTraffic: Traffic = { openConnections: 0, openRequests: 0, total: noVolume };

const both = (one: Traffic, other: Traffic): Traffic => ({
  openConnections: one.openConnections + other.openConnections,
  openRequests: one.openRequests + other.openRequests,
  total: sum(one.total, other.total),
});

/** What several gateways report, together. */
export function sumReports(reports: readonly TrafficReport[]): TrafficReport {
  const applications = new Map<string, Traffic>();
  const replicas = new Map<string, Map<string, Traffic>>();
  for (const report of reports) {
    addAll(applications, report.applications);
    for (const [id, own] of report.replicas) {
      const all = replicas.get(id) ?? new Map<string, Traffic>();
      replicas.set(id, addAll(all, own));
    }
  }
  return { applications, replicas };
}

/** The same without what is being served: of a gateway that is no more. */
export function pastOf({ applications, replicas }: TrafficReport): TrafficReport {
  const ended = (all: ReadonlyMap<string, Traffic>): Map<string, Traffic> =>
    new Map([...all].map(([id, { total }]) => [id, { ...noTraffic, total }]));
  return {
    applications: ended(applications),
    replicas: new Map([...replicas].map(([id, own]) => [id, ended(own)])),
  };
}

function addAll(into: Map<string, Traffic>, from: ReadonlyMap<string, Traffic>): Map<string, Traffic> {
  for (const [id, traffic] of from) into.set(id, both(into.get(id) ?? noTraffic, traffic));
  return into;
}
