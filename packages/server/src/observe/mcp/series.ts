/**
 * Series: the figures of MCP messages. An application has at most so many of them, and so many names of tools: what
 * goes beyond is counted under `other`.
 */
import { Counter, Histogram, type Registry } from 'prom-client';
import { other } from './methods.ts';

/** In: from clients. The direction of an answer is the one of its message, that of a request's end the request's. */
export type Direction = 'in' | 'out';

/** A batch counts once here, and each of its messages where they are counted. */
export type MessageKind = 'request' | 'notification' | 'answer' | 'batch' | 'unparsed' | 'unread';

/** Tools of an application that have a name of their own. */
export const toolLimit = 50;
/** Series of one application in each of the metrics that carry a method. */
export const seriesLimit = 500;

/** Seconds; those of OpenTelemetry's `mcp.server.operation.duration`. */
const durations = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
const sizes = [64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304];

/** How a request ended. */
export interface Ended {
  readonly direction: Direction;
  readonly method: string;
  readonly tool: string | undefined;
  readonly code: string;
  readonly requestBytes: number;
  /** Undefined: no answer was seen. */
  readonly answer: { readonly seconds: number; readonly bytes: number } | undefined;
}

type LabelValues = Record<string, string>;
type Meter = Counter | Histogram;

export class McpSeries {
  readonly #registry: Registry;
  readonly #requests: Counter;
  readonly #seconds: Histogram;
  readonly #requestBytes: Counter;
  readonly #answerBytes: Counter;
  readonly #notifications: Counter;
  readonly #messages: Histogram;
  readonly #applications = new Map<string, ApplicationSeries>();

  constructor(registry: Registry) {
    this.#registry = registry;
    const called = ['method', 'tool'];
    this.#requests = this.#counter('requests_total', 'MCP requests that have ended.', ...called, 'code');
    this.#seconds = this.#histogram('request_seconds', 'From a request to its answer.', durations, ...called);
    this.#requestBytes = this.#counter(
      'request_bytes_total',
      'Bytes of MCP requests that have ended.',
      ...called,
    );
    this.#answerBytes = this.#counter('answer_bytes_total', 'Bytes of answers to MCP requests.', ...called);
    this.#notifications = this.#counter('notifications_total', 'MCP notifications.', 'method');
    this.#messages = this.#histogram('message_bytes', 'Sizes of MCP messages.', sizes, 'kind');
  }

  of(application: string): ApplicationSeries {
    const present = this.#applications.get(application);
    if (present !== undefined) return present;
    const made = new ApplicationSeries(application, {
      requests: this.#requests,
      seconds: this.#seconds,
      requestBytes: this.#requestBytes,
      answerBytes: this.#answerBytes,
      notifications: this.#notifications,
      messages: this.#messages,
    });
    this.#applications.set(application, made);
    return made;
  }

  forget(application: string): void {
    this.#applications.get(application)?.remove();
    this.#applications.delete(application);
  }

  #counter(name: string, help: string, ...labels: string[]): Counter {
    return new Counter({ ...this.#described(name, help, labels) });
  }

  #histogram(name: string, help: string, buckets: number[], ...labels: string[]): Histogram {
    return new Histogram({ ...this.#described(name, help, labels), buckets });
  }

  #described(name: string, help: string, labels: string[]) {
    const labelNames = ['application', 'direction', ...labels];
    return { name: `mooring_mcp_${name}`, help, labelNames, registers: [this.#registry] };
  }
}

interface Meters {
  readonly requests: Counter;
  readonly seconds: Histogram;
  readonly requestBytes: Counter;
  readonly answerBytes: Counter;
  readonly notifications: Counter;
  readonly messages: Histogram;
}

export class ApplicationSeries {
  readonly #application: string;
  readonly #meters: Meters;
  readonly #tools = new Set<string>();
  #isGone = false;
  /** The labels that each meter has seen, for the limit and for the end. */
  readonly #seen = new Map<Meter, Map<string, LabelValues>>();

  constructor(application: string, meters: Meters) {
    this.#application = application;
    this.#meters = meters;
  }

  /** Names that there are: from a list of tools, or of one that has answered. */
  learn(tools: readonly string[]): void {
    for (const tool of tools) if (this.#tools.size < toolLimit) this.#tools.add(tool);
  }

  /** Under which name a tool is counted; empty where there is none. */
  toolLabel(tool: string | undefined): string {
    if (tool === undefined) return '';
    return this.#tools.has(tool) ? tool : other;
  }

  message(direction: Direction, kind: MessageKind, bytes: number): void {
    if (this.#isGone) return;
    const { messages } = this.#meters;
    messages.observe(this.#labels(messages, { direction, kind }), bytes);
  }

  notified(direction: Direction, method: string): void {
    if (this.#isGone) return;
    const { notifications } = this.#meters;
    notifications.inc(this.#labels(notifications, { direction, method }));
  }

  ended({ direction, method, tool, code, requestBytes, answer }: Ended): void {
    if (this.#isGone) return;
    const { requests, seconds, requestBytes: sent, answerBytes } = this.#meters;
    const called = { direction, method, tool: this.toolLabel(tool) };
    requests.inc(this.#labels(requests, { ...called, code }));
    sent.inc(this.#labels(sent, called), requestBytes);
    if (answer === undefined) return;
    seconds.observe(this.#labels(seconds, called), answer.seconds);
    answerBytes.inc(this.#labels(answerBytes, called), answer.bytes);
  }

  /** Its last connections may still be there; nothing is counted any more. */
  remove(): void {
    this.#isGone = true;
    for (const [meter, series] of this.#seen) for (const labels of series.values()) meter.remove(labels);
    this.#seen.clear();
  }

  #labels(meter: Meter, values: LabelValues): LabelValues {
    const labels = { application: this.#application, ...values };
    const series = this.#seen.get(meter) ?? new Map<string, LabelValues>();
    this.#seen.set(meter, series);
    const key = Object.values(values).join(' ');
    const present = series.get(key);
    if (present !== undefined) return present;
    const isFull = series.size >= seriesLimit && values.method !== undefined && values.method !== other;
    if (isFull)
      return this.#labels(meter, { ...values, method: other, ...('tool' in values && { tool: '' }) });
    series.set(key, labels);
    return labels;
  }
}
