/** What an application's replicas wrote (`/v1`), one JSON object per line (NDJSON). */
import { logLine, paths, type LogLine } from '@mooring/contract';
import { stream, type Api, type CallOptions } from './call.ts';
import { lines } from './lines.ts';

export interface LogOptions extends CallOptions {
  /** How many of the last lines to begin with. Default: the server's. */
  readonly tail?: number;
  /** Go on with new lines until the signal aborts. Default false. */
  readonly follow?: boolean;
}

/** Lines of an application, oldest first. */
export type Logs = (applicationId: string, options?: LogOptions) => AsyncGenerator<LogLine, void>;

export function logs(api: Api): Logs {
  return async function* (applicationId, { tail, follow, signal } = {}) {
    const path = `${paths.extension}/applications/${encodeURIComponent(applicationId)}/logs`;
    const body = await stream(api, { method: 'GET', path, query: { tail, follow }, signal });
    for await (const line of lines(body)) if (line !== '') yield logLine.parse(JSON.parse(line));
  };
}
