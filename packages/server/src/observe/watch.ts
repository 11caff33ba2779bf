/** Watch: figures and, where they are on, traces of every arrival, as one observer. */
import type { Arrivals, Counted } from './arrivals.ts';
import type { Listening, McpListener } from './mcp/listener.ts';
import type { Operations } from './mcp/operation.ts';
import type { Arrived, Observer, Watched } from './observer.ts';
import type { Traced, Tracing } from './trace.ts';

const nothing: Disposable = { [Symbol.dispose]: () => {} };

export function watchWith({
  arrivals,
  tracing,
}: {
  arrivals: Arrivals;
  tracing: Tracing | undefined;
}): Observer {
  return {
    arrive: (arrived: Arrived) => {
      const counted = arrivals.begin(arrived);
      const listen = (how: Listening, operations?: Operations): McpListener =>
        arrivals.listen(arrived.applicationId, { ...how, operations });
      return tracing === undefined
        ? { ...counted, stage: () => nothing, traceparent: undefined, listen: (how) => listen(how) }
        : both(counted, tracing.begin(arrived), listen);
    },
    refused: (code) => arrivals.refused(code),
  };
}

type Listen = (how: Listening, operations: Operations) => McpListener;

function both(counted: Counted, traced: Traced, listen: Listen): Watched {
  return {
    stage: (name) => traced.stage(name),
    get traceparent() {
      return traced.traceparent;
    },
    seated: (how) => {
      counted.seated(how);
      traced.seated(how);
    },
    answered: (status) => {
      counted.answered(status);
      traced.answered(status);
    },
    listen: (how) => listen(how, (asked) => traced.operation(asked)),
    end: (code) => {
      counted.end(code);
      traced.end(code);
    },
  };
}
