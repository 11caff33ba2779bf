/** The three ways in which a call to a Mooring server fails: it refuses, it cannot be reached, it takes too long. */

/** The server answered with an error status. */
export class RequestFailed extends Error {
  /** HTTP status, 400 to 599; 3xx when the server tried to redirect. */
  readonly status: number;
  /** The `code` of the body (see problemKinds in the contract), or an empty string when there was none. */
  readonly code: string;
  /** What the server calls this request in its log. */
  readonly opcRequestId: string | undefined;
  /** Seconds after which the server suggests to try again. */
  readonly retryAfter: number | undefined;

  constructor(
    message: string,
    answer: Pick<RequestFailed, 'status' | 'code' | 'opcRequestId' | 'retryAfter'>,
  ) {
    super(message);
    this.name = 'RequestFailed';
    this.status = answer.status;
    this.code = answer.code;
    this.opcRequestId = answer.opcRequestId;
    this.retryAfter = answer.retryAfter;
  }
}

/** Nothing answered at the address, or not over a connection that can be trusted. The reason is the `cause`. */
export class Unreachable extends Error {
  /** Scheme, host and port that were tried. */
  readonly origin: string;

  constructor(url: string, cause: unknown) {
    const { origin } = new URL(url);
    super(`No server answers at ${origin}: ${reasonOf(cause)}`, { cause });
    this.name = 'Unreachable';
    this.origin = origin;
  }
}

/** The answer did not come within the time given. */
export class TimedOut extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TimedOut';
  }
}

/** The error for an answer with an error status; its text is the body when that is no Problem. */
export function refusalOf(answer: Pick<Response, 'status' | 'headers'>, text: string): RequestFailed {
  const { code, message } = problemOf(text);
  return new RequestFailed(message || `The server answered with status ${answer.status}`, {
    status: answer.status,
    code,
    opcRequestId: answer.headers.get('opc-request-id') ?? undefined,
    retryAfter: secondsOf(answer.headers.get('retry-after')),
  });
}

function problemOf(text: string): { code: string; message: string } {
  const body = jsonOf(text);
  if (typeof body !== 'object' || body === null) return { code: '', message: text.trim().slice(0, 500) };
  const code = 'code' in body && typeof body.code === 'string' ? body.code : '';
  const message = 'message' in body && typeof body.message === 'string' ? body.message : '';
  return { code, message };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function secondsOf(header: string | null): number | undefined {
  if (header === null || !/^\d+$/.test(header)) return undefined;
  return Number(header);
}

/** The innermost words: fetch wraps the real reason, and a name with two addresses fails twice. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return error.message;
}
