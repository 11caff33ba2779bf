/** Watch: figures and, where they are on, traces of every arrival, as one observer. */
import type { Arrivals, Counted } from './arrivals.ts';
import type { Arrived, Observer, Watched } from './observer.ts';
import type { Traced, Tracing } from './trace.ts';

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
      return tracing === undefined ? counted : both(counted, tracing.begin(arrived));
    },
    refused: (code) => arrivals.refused(code),
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
    listen: (how) => counted.listen(how, (asked) => traced.operation(asked)),
    end: (code) => {
      counted.end(code);
      traced.end(code);
    },
  };
}
