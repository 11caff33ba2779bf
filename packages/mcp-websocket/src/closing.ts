/** Closing: how a connection ended (RFC 6455 section 7), and the close codes that this package sends. */

export interface Closing {
  /** 1006 when the peer went away without a close frame, 1005 when its close frame had no code. */
  readonly code: number;
  readonly reason: string;
  /** Who began it. */
  readonly by: 'us' | 'peer';
  /** Milliseconds to wait before connecting again, where the reason says so (`{"retryAfterMs":n}`). */
  readonly retryAfterMs: number | undefined;
}

export const closeCodes = {
  normal: 1000,
  goingAway: 1001,
  protocolError: 1002,
  unsupportedData: 1003,
  invalidText: 1007,
  policyViolation: 1008,
  messageTooBig: 1009,
  internalError: 1011,
  serviceRestart: 1012,
  tryAgainLater: 1013,
  /** IANA registry: Timeout. */
  timeout: 3008,
} as const;

export function closing(code: number, reason: string, by: Closing['by']): Closing {
  return { code, reason, by, retryAfterMs: retryAfterMs(reason) };
}

/** For messages: `1012: the server restarts`. */
export function describeClosing({ code, reason }: Closing): string {
  return reason === '' ? `${code}` : `${code}: ${reason}`;
}

function retryAfterMs(reason: string): number | undefined {
  if (!reason.startsWith('{')) return undefined;
  try {
    const parsed: unknown = JSON.parse(reason);
    if (typeof parsed !== 'object' || parsed === null || !('retryAfterMs' in parsed)) return undefined;
    const value = parsed.retryAfterMs;
    return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
