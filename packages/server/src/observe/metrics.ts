/**
 * Metrics: what the server does, as Prometheus reads it. Gateways report at a scrape what they count and what they
 * have moved; it is added up here, with what runs. Applications beyond a limit are counted together; a replica's
 * series go with the replica.
 */
import type { ReplicaStatus } from '@mooring/contract';
import { AggregatorRegistry, Gauge, Registry } from 'prom-client';
import type { Family } from './arrivals.ts';
import { flowSeries } from './flows.ts';
import { others, type Labels } from './labels.ts';
import { measureProcess } from './process.ts';
import { noTraffic, sumReports, type TrafficReport } from './volume.ts';

/** What a gateway reports. Structured-cloneable. */
export interface GatewayReport {
  readonly families: readonly Family[];
  readonly traffic: TrafficReport;
}

/** Several reports as one. */
export async function addUp(reports: readonly GatewayReport[]): Promise<GatewayReport> {
  return {
    families: await together(reports).getMetricsAsJSON(),
    traffic: sumReports(reports.map(({ traffic }) => traffic)),
  };
}

function together(reports: readonly Pick<GatewayReport, 'families'>[]): Registry {
  return AggregatorRegistry.aggregate(reports.map(({ families }) => families));
}

export interface MetricsOptions {
  readonly version: string;
  /** Under which names applications appear. */
  readonly labels: Labels;
  readonly applications: () => Iterable<{
    readonly applicationId: string;
    readonly name: string;
    readonly replicas: readonly { readonly id: string }[];
  }>;
  /** Of all gateways, those that are no more included. */
  readonly reports: () => Promise<readonly GatewayReport[]>;
  /** Undefined: nothing runs. */
  readonly running: (
    applicationId: string,
  ) => { readonly replicas: readonly ReplicaStatus[]; readonly wanted: number } | undefined;
}

export class Metrics implements Disposable {
  readonly contentType: string;
  readonly #options: MetricsOptions;
  readonly #registry = new Registry();
  readonly #process: Disposable;
  readonly #info = this.#gauge('mooring_application_info', 'Names of applications.', 'name');
  readonly #replicas = this.#gauge('mooring_replicas', 'Replicas by state.', 'state');
  readonly #wanted = this.#gauge('mooring_replicas_wanted', 'Replicas that are to serve.');
  readonly #restarts = this.#gauge('mooring_replica_restarts', 'Restarts of a replica.', 'replica');
  readonly #ofApplications = flowSeries('application', this.#registry);
  readonly #ofReplicas = flowSeries('replica', this.#registry);

  constructor(options: MetricsOptions) {
    this.#options = options;
    this.#process = measureProcess(this.#registry);
    this.contentType = this.#registry.contentType;
    const info = { name: 'mooring_info', help: 'The version of the server.', labelNames: ['version'] };
    new Gauge({ ...info, registers: [this.#registry] }).set({ version: options.version }, 1);
  }

  /** Everything in Prometheus' text format. */
  async read(): Promise<string> {
    const reports = await this.#options.reports();
    this.#scrape(sumReports(reports.map(({ traffic }) => traffic)));
    const own = this.#registry.metrics();
    const shown = reports.map(({ families }) => ({
      families: families.map((family) => this.#shown(family)),
    }));
    return `${await own}\n${await together(shown).metrics()}`;
  }

  [Symbol.dispose](): void {
    this.#process[Symbol.dispose]();
    this.#registry.clear();
  }

  /** Without the applications that are gone. */
  #shown(family: Family): Family {
    const { labels } = this.#options;
    const isThere = (application: unknown): boolean =>
      application === '' || application === others || labels.of(String(application)) === application;
    return { ...family, values: family.values.filter((one) => isThere(one.labels['application'])) };
  }

  #scrape(report: TrafficReport): void {
    for (const meter of [this.#info, this.#replicas, this.#wanted, this.#restarts]) meter.reset();
    this.#ofApplications.reset();
    this.#ofReplicas.reset();
    for (const { applicationId, name, replicas } of this.#options.applications()) {
      const application = this.#options.labels.of(applicationId);
      this.#ofApplications.set({ application }, report.applications.get(applicationId) ?? noTraffic);
      this.#setReplicas(applicationId, application);
      if (application === others) continue;
      this.#info.set({ application, name }, 1);
      const traffic = report.replicas.get(applicationId);
      for (const { id: replica } of replicas)
        this.#ofReplicas.set({ application, replica }, traffic?.get(replica) ?? noTraffic);
    }
  }

  #setReplicas(applicationId: string, application: string): void {
    const { replicas = [], wanted = 0 } = this.#options.running(applicationId) ?? {};
    this.#wanted.inc({ application }, wanted);
    for (const { state } of replicas) this.#replicas.inc({ application, state });
    if (application === others) return;
    for (const { id: replica, restarts } of replicas) this.#restarts.set({ application, replica }, restarts);
  }

  #gauge(name: string, help: string, ...labels: string[]): Gauge {
    const labelNames = ['application', ...labels];
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }
}
