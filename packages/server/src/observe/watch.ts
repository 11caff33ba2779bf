/** Watch: figures and, where they are on, traces of every arrival, as one observer. */
import type { Counted, Metrics } from './metrics.ts';
import type { Arrived, Observer, Watched } from './observer.ts';
import type { Traced, Tracing } from './trace.ts';

const nothing: Disposable = { [Symbol.dispose]: () => {} };

export function watchWith({
  metrics,
  tracing,
}: {
  metrics: Metrics;
  tracing: Tracing | undefined;
}): Observer {
  return {
    arrive: (arrived: Arrived) => {
      const counted = metrics.begin(arrived);
      return tracing === undefined
        ? { ...counted, stage: () => nothing, traceparent: undefined }
        : both(counted, tracing.begin(arrived));
    },
    refused: (code) => metrics.refused(code),
  };
}

function both(counted: Counted, traced: Traced): Watched {
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
    end: (code) => {
      counted.end(code);
      traced.end(code);
    },
  };
}
