/**
 * Metrics: what the server does, as Prometheus reads it. Arrivals are counted as they end; what the gateway has moved
 * and what runs is asked for at a scrape. Applications beyond a limit are counted together; a replica's series go
 * with the replica.
 */
import { problemKinds, type ReplicaStatus } from '@mooring/contract';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { flowSeries } from './flows.ts';
import { Labels, others } from './labels.ts';
import type { Listening, McpListener } from './mcp/listener.ts';
import type { Operations } from './mcp/operation.ts';
import { McpTelemetry } from './mcp/telemetry.ts';
import type { Arrived, Watched } from './observer.ts';
import { measureProcess } from './process.ts';
import { noVolume, type Traffic, type TrafficReport } from './volume.ts';

/** The part of what is told of an arrival that figures are made of. */
export type Counted = Pick<Watched, 'seated' | 'answered' | 'end'>;

export interface MetricsOptions {
  readonly version: string;
  /** Applications that have series of their own. */
  readonly applicationLimit: number;
  readonly applications: () => Iterable<{ readonly applicationId: string; readonly name: string }>;
  readonly traffic: () => TrafficReport;
  /** Undefined: nothing runs. */
  readonly running: (
    applicationId: string,
  ) => { readonly replicas: readonly ReplicaStatus[]; readonly wanted: number } | undefined;
}

const wait = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const answer = [...wait, 60, 300];

export class Metrics implements Disposable {
  readonly contentType: string;
  readonly #options: MetricsOptions;
  readonly #registry = new Registry();
  readonly #labels: Labels;
  readonly #process: Disposable;
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
  readonly #info = this.#gauge('mooring_application_info', 'Names of applications.', 'name');
  readonly #replicas = this.#gauge('mooring_replicas', 'Replicas by state.', 'state');
  readonly #wanted = this.#gauge('mooring_replicas_wanted', 'Replicas that are to serve.');
  readonly #restarts = this.#gauge('mooring_replica_restarts', 'Restarts of a replica.', 'replica');
  readonly #ofApplications = flowSeries('application', this.#registry);
  readonly #ofReplicas = flowSeries('replica', this.#registry);
  readonly #mcp = new McpTelemetry(this.#registry);

  constructor(options: MetricsOptions) {
    this.#options = options;
    this.#labels = new Labels(options.applicationLimit);
    this.#process = measureProcess(this.#registry);
    this.contentType = this.#registry.contentType;
    const info = { name: 'mooring_info', help: 'The version of the server.', labelNames: ['version'] };
    new Gauge({ ...info, registers: [this.#registry] }).set({ version: options.version }, 1);
  }

  /** Counts an arrival, as far as figures need it. */
  begin({ applicationId, kind }: Arrived): Counted {
    const began = performance.now();
    const application = this.#labels.of(applicationId);
    const elapsed = (): number => (performance.now() - began) / 1000;
    return {
      seated: ({ isCold, seconds }) => {
        this.#queue.observe({ application }, seconds);
        if (isCold) this.#coldStarts.inc({ application });
      },
      answered: (status) => {
        if (kind === 'connection') return this.#handshakes.observe({ application }, elapsed());
        this.#requests.observe({ application }, elapsed());
        this.#answers.inc({ application, code: `${Math.floor(status / 100)}xx` });
      },
      end: (code) => {
        if (code !== undefined) this.#refusals.inc({ application, code });
      },
    };
  }

  /** Counts the MCP messages of an arrival. */
  listen(
    applicationId: string,
    how: Listening & { readonly operations: Operations | undefined },
  ): McpListener {
    return this.#mcp.listen(this.#labels.of(applicationId), how);
  }

  refused(code: string): void {
    this.#refusals.inc({ application: '', code });
  }

  /** Everything in Prometheus' text format. */
  async read(): Promise<string> {
    this.#scrape();
    return await this.#registry.metrics();
  }

  [Symbol.dispose](): void {
    this.#process[Symbol.dispose]();
    this.#registry.clear();
  }

  #scrape(): void {
    const applications = [...this.#options.applications()];
    this.#forget(new Set(applications.map(({ applicationId }) => applicationId)));
    const report = this.#options.traffic();
    for (const meter of [this.#info, this.#replicas, this.#wanted, this.#restarts]) meter.reset();
    this.#ofApplications.reset();
    this.#ofReplicas.reset();
    for (const { applicationId, name } of applications) {
      const application = this.#labels.of(applicationId);
      this.#ofApplications.set({ application }, report.applications.get(applicationId) ?? noTraffic);
      this.#setReplicas(applicationId, application);
      if (application === others) continue;
      this.#info.set({ application, name }, 1);
      for (const [replica, traffic] of report.replicas.get(applicationId) ?? [])
        this.#ofReplicas.set({ application, replica }, traffic);
    }
  }

  #setReplicas(applicationId: string, application: string): void {
    const { replicas = [], wanted = 0 } = this.#options.running(applicationId) ?? {};
    this.#wanted.inc({ application }, wanted);
    for (const { state } of replicas) this.#replicas.inc({ application, state });
    if (application === others) return;
    for (const { id: replica, restarts } of replicas) this.#restarts.set({ application, replica }, restarts);
  }

  /** Series of applications that are gone go too. */
  #forget(there: ReadonlySet<string>): void {
    for (const application of this.#labels.keep(there)) {
      for (const histogram of [this.#queue, this.#handshakes, this.#requests])
        histogram.remove({ application });
      this.#coldStarts.remove({ application });
      this.#mcp.forget(application);
      for (const code of answerClasses) this.#answers.remove({ application, code });
      for (const code of Object.keys(problemKinds)) this.#refusals.remove({ application, code });
    }
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name, help, buckets, labelNames: ['application'], registers: [this.#registry] });
  }

  #counter(name: string, help: string, ...labels: string[]): Counter {
    const labelNames = ['application', ...labels];
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, ...labels: string[]): Gauge {
    const labelNames = ['application', ...labels];
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }
}

const answerClasses = ['1xx', '2xx', '3xx', '4xx', '5xx'];
const noTraffic: Traffic = { openConnections: 0, openRequests: 0, total: noVolume };
