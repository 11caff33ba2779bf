/** Work requests: what became of a change that takes time (OCI reference, sections 1.5 and 2.2). */
import type { WorkRequest, WorkRequestError, WorkRequestLogEntry } from '@mooring/contract';
import { bodyOf, type Api, type CallOptions } from './api.ts';
import { delay } from './delay.ts';
import { TimedOut } from './failure.ts';
import { allOf } from './pages.ts';

export interface Progress {
  readonly workRequest: WorkRequest;
  /** Log entries that were not there at the last call, oldest first. */
  readonly entries: readonly WorkRequestLogEntry[];
}

export interface WaitOptions extends CallOptions {
  /** Called after every look, the last one included. */
  readonly onProgress?: (progress: Progress) => void;
  /** Milliseconds until TimedOut is thrown. Default 30 minutes, as clients of the service do. */
  readonly timeout?: number;
  /** Milliseconds between two looks. Default 250. */
  readonly interval?: number;
}

export interface WorkRequests {
  get(id: string, options?: CallOptions): Promise<WorkRequest>;
  errors(id: string, options?: CallOptions): Promise<WorkRequestError[]>;
  logs(id: string, options?: CallOptions): Promise<WorkRequestLogEntry[]>;
  /** Resolves with the finished work request, whether it succeeded or not. */
  wait(id: string, options?: WaitOptions): Promise<WorkRequest>;
}

const finished = new Set(['SUCCEEDED', 'FAILED', 'CANCELED']);
const one = '/20231130/workRequests/{id}';
const oldestFirst = { sortBy: 'timestamp', sortOrder: 'ASC' } as const;

export function workRequests(api: Api): WorkRequests {
  const self: WorkRequests = {
    get: (id, { signal } = {}) => bodyOf(api.GET(one, { params: { path: { id } }, signal })),
    errors: (id, { signal } = {}) =>
      allOf((page) => {
        const params = { path: { id }, query: { ...oldestFirst, page } };
        return api.GET(`${one}/errors`, { params, signal });
      }),
    logs: (id, { signal } = {}) =>
      allOf((page) => {
        const params = { path: { id }, query: { ...oldestFirst, page } };
        return api.GET(`${one}/logs`, { params, signal });
      }),
    wait: (id, options = {}) => wait(self, { id, ...options }),
  };
  return self;
}

async function wait(requests: WorkRequests, options: WaitOptions & { id: string }): Promise<WorkRequest> {
  const { id, onProgress, timeout = 30 * 60_000, interval = 250 } = options;
  const limit = AbortSignal.timeout(timeout);
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  let seen = 0;
  try {
    for (;;) {
      const current = await requests.get(id, { signal });
      if (onProgress) {
        const entries = await requests.logs(id, { signal });
        onProgress({ workRequest: current, entries: entries.slice(seen) });
        seen = entries.length;
      }
      if (finished.has(current.status)) return current;
      await delay(interval, signal);
    }
  } catch (error) {
    if (!limit.aborted || options.signal?.aborted) throw error;
    throw new TimedOut(
      `Work request ${id} was not done within ${timeout / 1000} s. It goes on without being watched.`,
    );
  }
}
