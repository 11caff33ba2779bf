/** Telemetry of MCP: what is known of each application whose messages are counted. */
import type { Registry } from 'prom-client';
import { Conversation, openPending, sessionsLimit, type Waiting } from './conversation.ts';
import type { Listening, McpListener } from './listener.ts';
import type { Operations } from './operation.ts';
import type { Pending } from './pending.ts';
import { McpSeries } from './series.ts';

export class McpTelemetry {
  readonly #series: McpSeries;
  /** By label: requests of the sessions of Streamable HTTP. */
  readonly #sessions = new Map<string, Pending<Waiting>>();

  constructor(registry: Registry) {
    this.#series = new McpSeries(registry);
  }

  /** @param application the label under which it is counted */
  listen(application: string, how: Listening & { readonly operations: Operations | undefined }): McpListener {
    const series = this.#series.of(application);
    const sessions = this.#sessions.get(application) ?? openPending(series, sessionsLimit);
    this.#sessions.set(application, sessions);
    return new Conversation({ ...how, series, sessions, now: () => performance.now() });
  }

  /** It is gone. */
  forget(application: string): void {
    this.#sessions.get(application)?.end();
    this.#sessions.delete(application);
    this.#series.forget(application);
  }
}
