/** Flows: the series of what the gateway serves and has served, per application and per replica. Filled at a scrape. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Traffic } from './volume.ts';

interface Flow {
  readonly name: string;
  readonly help: string;
  readonly kind: 'gauge' | 'counter';
  /** By direction, when it has one. In: from clients. */
  readonly read: (traffic: Traffic) => number | { readonly in: number; readonly out: number };
}

const flows: readonly Flow[] = [
  {
    name: 'connections',
    help: 'Open WebSocket connections',
    kind: 'gauge',
    read: ({ openConnections }) => openConnections,
  },
  {
    name: 'requests_in_flight',
    help: 'Requests under way',
    kind: 'gauge',
    read: ({ openRequests }) => openRequests,
  },
  {
    name: 'connections_total',
    help: 'WebSocket connections so far',
    kind: 'counter',
    read: ({ total }) => total.connections,
  },
  {
    name: 'requests_total',
    help: 'Requests that were sent to a replica',
    kind: 'counter',
    read: ({ total }) => total.requests,
  },
  {
    name: 'messages_total',
    help: 'WebSocket messages',
    kind: 'counter',
    read: ({ total }) => ({ in: total.messagesIn, out: total.messagesOut }),
  },
  {
    name: 'bytes_total',
    help: 'Bytes of connections and of the bodies of requests and answers',
    kind: 'counter',
    read: ({ total }) => ({ in: total.bytesIn, out: total.bytesOut }),
  },
];

const levels = {
  application: { prefix: 'mooring_', labels: ['application'], of: 'of an application' },
  replica: { prefix: 'mooring_replica_', labels: ['application', 'replica'], of: 'of a replica' },
} as const;

export interface FlowSeries {
  /** Forgets what was set before. */
  reset(): void;
  set(labels: Record<string, string>, traffic: Traffic): void;
}

export function flowSeries(level: keyof typeof levels, registry: Registry): FlowSeries {
  const { prefix, labels, of } = levels[level];
  const series = flows.map(({ name, help, kind, read }) => {
    const what = {
      name: prefix + name,
      help: `${help} ${of}.`,
      labelNames: [...labels, 'direction'],
      registers: [registry],
    };
    return { meter: kind === 'gauge' ? new Gauge(what) : new Counter(what), read };
  });
  return {
    reset: () => series.forEach(({ meter }) => meter.reset()),
    set: (given, traffic) => {
      for (const { meter, read } of series) {
        const value = read(traffic);
        if (typeof value === 'number') meter.inc(given, value);
        else
          for (const direction of ['in', 'out'] as const)
            meter.inc({ ...given, direction }, value[direction]);
      }
    },
  };
}
