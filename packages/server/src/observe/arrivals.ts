/**
 * Arrivals: the figures of what one gateway was asked and how it answered, counted as arrivals end. Those of several
 * gateways are added up at a scrape (metrics.ts).
 */
import { problemKinds } from '@mooring/contract';
import { Counter, Histogram, Registry } from 'prom-client';
import type { Listening, McpListener } from './mcp/listener.ts';
import type { Operations } from './mcp/operation.ts';
import { McpTelemetry } from './mcp/telemetry.ts';
import type { Arrived, Watched } from './observer.ts';

/** The part of what is told of an arrival that figures are made of. */
export type Counted = Pick<Watched, 'seated' | 'answered' | 'end'>;

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
  readonly #labelOf: (applicationId: string) => string;
  readonly #registry = new Registry();
  readonly #queue = this.#histogram('mooring_queue_seconds', 'From authentication to a replica.', wait);
  readonly #handshakes = this.#histogram(
    'mooring_handshake_seconds',
    'From the arrival of a WebSocket handshake to its 101.',
    wait,
  );
  readonly #requests = this.#histogram(
    'mooring_request_seconds',
    'From the arrival of a request to the end of its answer.',
    answer,
  );
  readonly #answers = this.#counter('mooring_answers_total', 'Answers of replicas to requests.', 'code');
  readonly #refusals = this.#counter(
    'mooring_refusals_total',
    'Arrivals that Mooring refused; without an application where none is known.',
    'code',
  );
  readonly #coldStarts = this.#counter(
    'mooring_cold_starts_total',
    'Arrivals that found no ready replica and got one.',
  );

  readonly #mcp = new McpTelemetry(this.#registry);

  /** @param labelOf under which name an application appears */
  constructor(labelOf: (applicationId: string) => string) {
    this.#labelOf = labelOf;
  }

  /** Counts an arrival, as far as figures need it. */
  begin({ applicationId, kind }: Arrived): Counted {
    const began = performance.now();
    const elapsed = (): number => (performance.now() - began) / 1000;
    // Whoever is answered after the application has gone must not bring its series back.
    const labels = (): { application: string } => ({ application: this.#labelOf(applicationId) });
    return {
      seated: ({ isCold, seconds }) => {
        this.#queue.observe(labels(), seconds);
        if (isCold) this.#coldStarts.inc(labels());
      },
      answered: (status) => {
        if (kind === 'connection') return this.#handshakes.observe(labels(), elapsed());
        this.#requests.observe(labels(), elapsed());
        this.#answers.inc({ ...labels(), code: `${Math.floor(status / 100)}xx` });
      },
      end: (code) => {
        if (code !== undefined) this.#refusals.inc({ ...labels(), code });
      },
    };
  }

  /** Counts the MCP messages of an arrival. */
  listen(
    applicationId: string,
    how: Listening & { readonly operations: Operations | undefined },
  ): McpListener {
    return this.#mcp.listen(this.#labelOf(applicationId), how);
  }

  refused(code: string): void {
    this.#refusals.inc({ application: '', code });
  }

  /** The application is gone: so are its series. */
  forget(application: string): void {
    for (const histogram of [this.#queue, this.#handshakes, this.#requests])
      histogram.remove({ application });
    this.#coldStarts.remove({ application });
    this.#mcp.forget(application);
    for (const code of answerClasses) this.#answers.remove({ application, code });
    for (const code of Object.keys(problemKinds)) this.#refusals.remove({ application, code });
  }

  async report(): Promise<Family[]> {
    const families = await this.#registry.getMetricsAsJSON();
    return families.map(({ name, help, type, aggregator, values }) => ({
      name,
      help,
      type,
      aggregator,
      values,
    }));
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name, help, buckets, labelNames: ['application'], registers: [this.#registry] });
  }

  #counter(name: string, help: string, ...labels: string[]): Counter {
    const labelNames = ['application', ...labels];
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }
}

const answerClasses = ['1xx', '2xx', '3xx', '4xx', '5xx'];
