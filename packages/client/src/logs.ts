/** What an application's replicas wrote (`/v1`), one JSON object per line (NDJSON). */
import { logLine, type LogLine } from '@mooring/contract';
import type { Api, CallOptions } from './api.ts';
import { lines } from './lines.ts';
import { linesOfJson } from './transport.ts';

export interface LogOptions extends CallOptions {
  /** How many of the last lines to begin with. Default: the server's. */
  readonly tail?: number;
  /** Go on with new lines until the signal aborts. Default false. */
  readonly follow?: boolean;
}

/** Lines of an application, oldest first. */
export type Logs = (applicationId: string, options?: LogOptions) => AsyncGenerator<LogLine, void>;

export function logs(api: Api): Logs {
  return async function* (id, { tail, follow = false, signal } = {}) {
    const { data } = await api.GET('/v1/applications/{id}/logs', {
      params: { path: { id }, query: { tail, follow: follow ? 'true' : 'false' } },
      headers: { accept: linesOfJson },
      parseAs: 'stream',
      signal,
    });
    if (!data) return;
    for await (const line of lines(data)) if (line !== '') yield logLine.parse(JSON.parse(line));
  };
}
