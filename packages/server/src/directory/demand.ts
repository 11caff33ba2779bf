/** Demand: what is asked of an application, counted where arrivals come in, sampled by whoever starts replicas. */

/** Counts of one application. Plain data; those of several places add up. */
export interface Demand {
  /** Requests and connections at replicas now. */
  readonly inFlight: number;
  /** Arrivals that wait for a replica now. */
  readonly waiting: number;
  /** Arrivals ever; only goes up. */
  readonly arrivals: number;
  /** Milliseconds that all of them waited or were at replicas, together; only goes up. */
  readonly busy: number;
}

export interface DemandPort {
  of(applicationId: string): Demand;
  /** Calls the listener whenever an arrival begins to wait, until the returned handle is disposed. */
  watch(listener: (applicationId: string) => void): Disposable;
}

export const noDemand: Demand = { inFlight: 0, waiting: 0, arrivals: 0, busy: 0 };

/** What is asked in several places. */
export function sumOf(ports: readonly DemandPort[]): DemandPort {
  return {
    of: (applicationId) => ports.map((port) => port.of(applicationId)).reduce(add, noDemand),
    watch: (listener) => {
      const watches = new DisposableStack();
      for (const port of ports) watches.use(port.watch(listener));
      return watches;
    },
  };
}

function add(one: Demand, other: Demand): Demand {
  return {
    inFlight: one.inFlight + other.inFlight,
    waiting: one.waiting + other.waiting,
    arrivals: one.arrivals + other.arrivals,
    busy: one.busy + other.busy,
  };
}
