/**
 * Arrivals: the figures of what one gateway was asked and how it answered, counted as arrivals end. Those of several
 * gateways are added up at a scrape (metrics.ts).
 */
import { Registry } from 'prom-client';
import type { Listening, McpListener } from './mcp/listener.ts';
import type { Operations } from './mcp/operation.ts';
import { McpTelemetry } from './mcp/telemetry.ts';
import type { Arrived, Watched } from './observer.ts';
import { Seconds } from './seconds.ts';
import { Tally } from './tally.ts';

/** One family of figures, as plain data. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: unknown;
  readonly aggregator: unknown;
  readonly values: readonly {
    readonly value: number;
    readonly labels: Readonly<Record<string, string | number | undefined>>;
  }[];
}

const wait = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const answer = [...wait, 60, 300];

export class Arrivals {
  /** Asked each time: whoever is answered after the application has gone must not bring its series back. */
  readonly #labelOf: (applicationId: string) => string;
  readonly #registry = new Registry();
  readonly #queue = new Seconds({
    name: 'mooring_queue_seconds',
    help: 'From authentication to a replica.',
    bounds: wait,
  });
  readonly #handshakes = new Seconds({
    name: 'mooring_handshake_seconds',
    help: 'From the arrival of a WebSocket handshake to its 101.',
    bounds: wait,
  });
  readonly #requests = new Seconds({
    name: 'mooring_request_seconds',
    help: 'From the arrival of a request to the end of its answer.',
    bounds: answer,
  });
  readonly #answers = new Tally({
    name: 'mooring_answers_total',
    help: 'Answers of replicas to requests.',
  });
  readonly #refusals = new Tally({
    name: 'mooring_refusals_total',
    help: 'Arrivals that Mooring refused; without an application where none is known.',
  });
  readonly #coldStarts = new Tally({
    name: 'mooring_cold_starts_total',
    help: 'Arrivals that found no ready replica and got one.',
  });

  readonly #own: readonly (Seconds | Tally)[] = [
    this.#queue,
    this.#handshakes,
    this.#requests,
    this.#answers,
    this.#refusals,
    this.#coldStarts,
  ];
  readonly #mcp = new McpTelemetry(this.#registry);

  /** @param labelOf under which name an application appears */
  constructor(labelOf: (applicationId: string) => string) {
    this.#labelOf = labelOf;
  }

  /** Counts an arrival. */
  begin(arrived: Arrived): Counted {
    return new Counted(this, arrived);
  }

  seated(applicationId: string, { isCold, seconds }: Parameters<Watched['seated']>[0]): void {
    const application = this.#labelOf(applicationId);
    this.#queue.observe(application, seconds);
    if (isCold) this.#coldStarts.add(application);
  }

  /** @param seconds since it came */
  answered(
    { applicationId, kind }: Pick<Arrived, 'applicationId' | 'kind'>,
    status: number,
    seconds: number,
  ): void {
    const application = this.#labelOf(applicationId);
    if (kind === 'connection') return this.#handshakes.observe(application, seconds);
    this.#requests.observe(application, seconds);
    this.#answers.add(application, `${Math.floor(status / 100)}xx`);
  }

  /** @param applicationId undefined: an arrival of which no application is known */
  refused(code: string, applicationId?: string): void {
    this.#refusals.add(applicationId === undefined ? '' : this.#labelOf(applicationId), code);
  }

  /** Counts the MCP messages of an arrival. */
  listen(
    applicationId: string,
    how: Listening & { readonly operations: Operations | undefined },
  ): McpListener {
    return this.#mcp.listen(this.#labelOf(applicationId), how);
  }

  /** The application is gone: so are its series. */
  forget(application: string): void {
    for (const figures of this.#own) figures.forget(application);
    this.#mcp.forget(application);
  }

  async report(): Promise<Family[]> {
    const families = await this.#registry.getMetricsAsJSON();
    const own = this.#own.map((figures) => figures.family());
    const others = families.map(({ name, help, type, aggregator, values }) => ({
      name,
      help,
      type,
      aggregator,
      values,
    }));
    return [...own, ...others];
  }
}

const nothing: Disposable = { [Symbol.dispose]: () => {} };

/** One arrival of which figures are made and nothing else. */
export class Counted implements Watched {
  readonly traceparent = undefined;
  readonly #arrivals: Arrivals;
  readonly #applicationId: string;
  readonly #kind: Arrived['kind'];
  readonly #began = performance.now();

  constructor(arrivals: Arrivals, { applicationId, kind }: Arrived) {
    this.#arrivals = arrivals;
    this.#applicationId = applicationId;
    this.#kind = kind;
  }

  stage(): Disposable {
    return nothing;
  }

  seated(how: Parameters<Watched['seated']>[0]): void {
    this.#arrivals.seated(this.#applicationId, how);
  }

  answered(status: number): void {
    const arrived = { applicationId: this.#applicationId, kind: this.#kind };
    this.#arrivals.answered(arrived, status, (performance.now() - this.#began) / 1000);
  }

  /** @param operations what goes on within the requests. Default: nobody looks */
  listen(how: Listening, operations?: Operations): McpListener {
    return this.#arrivals.listen(this.#applicationId, { ...how, operations });
  }

  end(code?: string): void {
    if (code !== undefined) this.#arrivals.refused(code, this.#applicationId);
  }
}
