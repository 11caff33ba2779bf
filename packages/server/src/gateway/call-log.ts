/** Call log: what the log says of each arrival, a line when it is over. */
import { asProblem } from '@mooring/contract';
import type { Log } from '../observe/log.ts';
import type { Call } from './authenticate.ts';
import type { Closing } from './ending.ts';
import type { InboundRequest } from './inbound.ts';
import type { Exchange } from './passage.ts';

/** Who called what. */
export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf({ arrival, route, principal }: Call): Fields {
  return {
    requestId: arrival.requestId,
    applicationId: route.endpoint.applicationId,
    method: arrival.request.method,
    path: route.pathname,
    client: arrival.peer.address,
    subject: principal.subject,
    clientId: principal.clientId,
  };
}

interface Timed {
  readonly milliseconds: number;
}

/** Where a connection was, and for how many milliseconds it was held before. */
interface Placed {
  readonly replicaId: string;
  readonly held: number;
}

export class CallLog {
  readonly #log: Log;
  /** For what has been served: none of its fields can hold a credential, and to look for one in each line is dear. */
  readonly #served: Log;

  constructor(log: Log) {
    this.#log = log;
    this.#served = log.child({}, { redact: [] });
  }

  served(call: Call, exchange: Exchange, { milliseconds }: Timed): void {
    this.#served.info({ ...fieldsOf(call), ...exchange, milliseconds }, 'request');
  }

  closed(fields: Fields, closing: Closing & Placed & Timed): void {
    this.#served.info({ ...fields, ...closing }, 'connection closed');
  }

  /** A request about tickets and tokens, which no replica gets. */
  ofCaller(call: Call): void {
    this.#log.info({ ...fieldsOf(call), form: call.route.form }, 'request of a caller');
  }

  refused({ method }: InboundRequest, requestId: string, error: unknown): void {
    const { code, status, message: reason, cause } = asProblem(error);
    const fields = { requestId, code, status, method, reason };
    if (code === 'InternalServerError') this.#log.error({ ...fields, err: error }, 'failed');
    else this.#log.info({ ...fields, cause: cause instanceof Error ? cause.message : undefined }, 'refused');
  }

  left({ method }: InboundRequest, requestId: string): void {
    this.#log.info({ requestId, method }, 'the client left before it was answered');
  }
}
