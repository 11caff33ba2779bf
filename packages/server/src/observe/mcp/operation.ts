/**
 * Operation: one MCP request as a span, named and described after OpenTelemetry's conventions for MCP. It is a child of
 * the client's span where `_meta.traceparent` names one, with a link to the arrival's; else a child of the arrival's.
 */
import type * as OpenTelemetry from '@opentelemetry/api';
import type { Context, Span, Tracer } from '@opentelemetry/api';
import type { Listening } from './listener.ts';
import type { Direction } from './series.ts';

export interface Asked {
  readonly method: string;
  readonly tool: string | undefined;
  /** The tool is one of those that are few enough to stand in a span's name. */
  readonly isKnown: boolean;
  readonly direction: Direction;
  readonly transport: Listening['transport'];
  readonly traceparent: string | undefined;
}

export interface Operation {
  /** @param code as the figures have it */
  end(code: string): void;
}

/** A request begins. */
export type Operations = (asked: Asked) => Operation;

export interface SpanOptions {
  readonly api: typeof OpenTelemetry;
  readonly tracer: Tracer;
  /** The span of the arrival, which may have ended. */
  readonly arrival: Span;
  readonly applicationId: string;
  /** Undefined: that is no traceparent. */
  readonly parentOf: (traceparent: string | undefined) => Context | undefined;
}

/** Ways to end that are nobody's failure. */
const fine = new Set(['ok', 'input_required', 'cancelled', 'untracked']);

export function startOperation(options: SpanOptions, asked: Asked): Operation {
  const { api, tracer, arrival, applicationId, parentOf } = options;
  const { method, tool, isKnown, direction, transport, traceparent } = asked;
  const parent = parentOf(traceparent);
  const span = tracer.startSpan(
    isKnown && tool !== undefined ? `${method} ${tool}` : method,
    {
      kind: direction === 'in' ? api.SpanKind.SERVER : api.SpanKind.CLIENT,
      links: parent === undefined ? [] : [{ context: arrival.spanContext() }],
      attributes: {
        'mooring.application': applicationId,
        'mcp.method.name': method,
        'network.protocol.name': transport,
        'network.transport': 'tcp',
        ...(tool !== undefined && { 'gen_ai.tool.name': tool, 'gen_ai.operation.name': 'execute_tool' }),
      },
    },
    parent ?? api.trace.setSpan(api.ROOT_CONTEXT, arrival),
  );
  return {
    end: (code) => {
      if (!fine.has(code)) {
        span.setAttribute('error.type', code);
        span.setStatus({ code: api.SpanStatusCode.ERROR });
      }
      if (/^-\d+$/.test(code)) span.setAttribute('rpc.response.status_code', code);
      span.end();
    },
  };
}
