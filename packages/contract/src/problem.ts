/**
 * Problem: the one way in which Mooring refuses a caller. A closed union of codes; each code fixes the
 * HTTP status, the WebSocket close code after an upgrade, and whether the caller may repeat the request.
 * The codes and statuses are those of the OCI service, so that its SDKs retry exactly the passing ones.
 */
import { closeCodes, type CloseCode } from './close.ts';

interface ProblemKind {
  /** HTTP status before the upgrade. */
  readonly status: number;
  /** Close code after the upgrade. */
  readonly close: CloseCode;
  /** True when the same request may succeed later, unchanged. */
  readonly retryable: boolean;
}

const kind = (status: number, close: CloseCode, retryable = false): ProblemKind => ({
  status,
  close,
  retryable,
});

/** Every problem code, with what it means on the wire. */
export const problemKinds = {
  InvalidParameter: kind(400, closeCodes.policyViolation),
  NotAuthenticated: kind(401, closeCodes.unauthorized),
  NotAllowed: kind(403, closeCodes.forbidden),
  NotAuthorizedOrNotFound: kind(404, closeCodes.policyViolation),
  MethodNotAllowed: kind(405, closeCodes.policyViolation),
  IncorrectState: kind(409, closeCodes.tryAgainLater, true),
  InvalidatedRetryToken: kind(409, closeCodes.policyViolation),
  Conflict: kind(409, closeCodes.policyViolation),
  NoEtagMatch: kind(412, closeCodes.policyViolation),
  PayloadTooLarge: kind(413, closeCodes.messageTooBig),
  UnsupportedMediaType: kind(415, closeCodes.policyViolation),
  MisdirectedRequest: kind(421, closeCodes.policyViolation),
  UpgradeRequired: kind(426, closeCodes.policyViolation),
  TooManyRequests: kind(429, closeCodes.tryAgainLater, true),
  RequestHeaderFieldsTooLarge: kind(431, closeCodes.policyViolation),
  InternalServerError: kind(500, closeCodes.internalError, true),
  BadGateway: kind(502, closeCodes.internalError, true),
  ServiceUnavailable: kind(503, closeCodes.tryAgainLater, true),
  GatewayTimeout: kind(504, closeCodes.tryAgainLater, true),
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof problemKinds;

export const problemCodes: readonly ProblemCode[] = Object.keys(problemKinds).filter(isProblemCode);

function isProblemCode(code: string): code is ProblemCode {
  return code in problemKinds;
}

export interface ProblemOptions {
  /** What really happened. Goes to the log, never to the caller. */
  readonly cause?: unknown;
  /** Seconds for a `Retry-After` header. Default: no header. */
  readonly retryAfter?: number;
  /** The value of a `WWW-Authenticate` header. Default: no header. */
  readonly challenge?: string;
  /** Further response headers, names in lower case. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal of the caller. Its message is for the caller: it says what to do and holds no secret. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly retryAfter: number | undefined;
  readonly challenge: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, message: string, options: ProblemOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Problem';
    this.code = code;
    this.retryAfter = options.retryAfter;
    this.challenge = options.challenge;
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return problemKinds[this.code].status;
  }

  get closeCode(): CloseCode {
    return problemKinds[this.code].close;
  }

  get retryable(): boolean {
    return problemKinds[this.code].retryable;
  }
}

/** The problem that a caller is told about: the thing itself, or a 500 that reveals nothing of an unknown error. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(
    'InternalServerError',
    'Something went wrong on this server. Quote the opc-request-id to its operator.',
    {
      cause: error,
    },
  );
}

/** The JSON body of a refusal. */
export interface ProblemBody {
  readonly code: ProblemCode;
  readonly message: string;
}
