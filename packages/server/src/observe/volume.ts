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
