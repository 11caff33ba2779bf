/**
 * Traces (OpenTelemetry): a span per arrival and one per stage of it. Nothing of it is loaded unless the environment
 * names an OTLP endpoint; the exporter follows the OTEL_EXPORTER_OTLP_* variables.
 */
import type * as OpenTelemetry from '@opentelemetry/api';
import type { Context, Span, Tracer } from '@opentelemetry/api';
import { startOperation, type Asked, type Operation } from './mcp/operation.ts';
import type { Arrived, Watched } from './observer.ts';

/** The part of what is told of an arrival that traces are made of. */
export interface Traced extends Pick<Watched, 'stage' | 'traceparent' | 'seated' | 'answered' | 'end'> {
  /** A request among the messages of the arrival begins. */
  operation(asked: Asked): Operation;
}

export interface Tracing extends AsyncDisposable {
  begin(arrived: Arrived): Traced;
}

/** Undefined: the environment asks for none. */
export async function openTracing(
  environment: NodeJS.ProcessEnv,
  version: string,
): Promise<Tracing | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_SERVICE_NAME } = environment;
  if (!OTEL_EXPORTER_OTLP_ENDPOINT && !OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return undefined;
  const [api, sdk, { resourceFromAttributes }, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  const resource = resourceFromAttributes({
    'service.name': OTEL_SERVICE_NAME ?? 'mooring',
    'service.version': version,
  });
  const spanProcessors = [new sdk.BatchSpanProcessor({ exporter: new OTLPTraceExporter() })];
  const sampler = new sdk.ParentBasedSampler({
    root: new sdk.TraceIdRatioBasedSampler(ratioOf(environment)),
  });
  const provider = new sdk.TracerProvider({ resource, sampler, spanProcessors });
  const tracer = provider.getTracer('mooring', version);
  return {
    begin: (arrived) => new Trace(api, tracer, arrived),
    [Symbol.asyncDispose]: () => provider.shutdown(),
  };
}

/** Part of the arrivals without a trace of their own that get one. */
function ratioOf({ OTEL_TRACES_SAMPLER_ARG = '1' }: NodeJS.ProcessEnv): number {
  const ratio = Number(OTEL_TRACES_SAMPLER_ARG);
  if (ratio >= 0 && ratio <= 1) return ratio;
  throw new TypeError(`OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1, not ${OTEL_TRACES_SAMPLER_ARG}`);
}

/** W3C Trace Context, version 00. */
const parentFormat = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

class Trace implements Traced {
  readonly #api: typeof OpenTelemetry;
  readonly #tracer: Tracer;
  readonly #root: Span;
  readonly #context: Context;
  readonly #applicationId: string;
  #current: Span;

  constructor(
    api: typeof OpenTelemetry,
    tracer: Tracer,
    { applicationId, kind, requestId, method, traceparent }: Arrived,
  ) {
    this.#api = api;
    this.#tracer = tracer;
    this.#applicationId = applicationId;
    const attributes = {
      'mooring.application': applicationId,
      'mooring.kind': kind,
      'mooring.request_id': requestId,
      'http.request.method': method,
    };
    const options = { kind: api.SpanKind.SERVER, attributes };
    this.#root = tracer.startSpan('arrival', options, this.#parent(traceparent) ?? api.ROOT_CONTEXT);
    this.#context = api.trace.setSpan(api.ROOT_CONTEXT, this.#root);
    this.#current = this.#root;
  }

  get traceparent(): string {
    const { traceId, spanId, traceFlags } = this.#current.spanContext();
    return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  }

  stage(name: string): Disposable {
    const before = this.#current;
    const span = this.#tracer.startSpan(name, {}, this.#context);
    this.#current = span;
    return {
      [Symbol.dispose]: () => {
        this.#current = before;
        span.end();
      },
    };
  }

  seated({ isCold, replicaId }: { isCold: boolean; replicaId: string }): void {
    this.#current.setAttributes({ 'mooring.cold': isCold });
    this.#root.setAttributes({ 'mooring.replica': replicaId });
  }

  answered(status: number): void {
    this.#root.setAttributes({ 'http.response.status_code': status });
  }

  operation(asked: Asked): Operation {
    const parentOf = (traceparent: string | undefined): Context | undefined => this.#parent(traceparent);
    return startOperation(
      {
        api: this.#api,
        tracer: this.#tracer,
        arrival: this.#root,
        applicationId: this.#applicationId,
        parentOf,
      },
      asked,
    );
  }

  end(code?: string): void {
    if (code !== undefined) this.#root.setStatus({ code: this.#api.SpanStatusCode.ERROR, message: code });
    this.#root.end();
  }

  /** Undefined: that is none. */
  #parent(traceparent: string | undefined): Context | undefined {
    const [, traceId, spanId, flags] = parentFormat.exec(traceparent ?? '') ?? [];
    const { ROOT_CONTEXT, trace, isSpanContextValid } = this.#api;
    if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
    const parent = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
    return isSpanContextValid(parent) ? trace.setSpanContext(ROOT_CONTEXT, parent) : undefined;
  }
}
