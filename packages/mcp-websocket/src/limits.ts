/**
 * Limits: every bound of a connection and of a server, with its unit and its default. Time is in milliseconds,
 * size in bytes.
 */

/** Bounds of one connection, at either end. */
export interface ConnectionLimits {
  /**
   * Largest message. A larger one that arrives closes the connection with 1009; a larger one to be sent is not:
   * `send()` rejects, and a server answers the request with an error instead. Default 1 MiB (1,048,576), which
   * is what Mooring lets through unless the application's settings say otherwise.
   */
  readonly maxMessageBytes: number;
  /**
   * Bytes that may wait for a peer that does not read. A message that is to be sent while more than this waits
   * closes the connection with 1013. Default 4 MiB (4,194,304).
   */
  readonly maxBufferedBytes: number;
  /**
   * A peer from which no byte came for this long is pinged; after two unanswered pings the connection is closed
   * with 3008. 0: never. Default 25,000 ms.
   */
  readonly pingInterval: number;
  /** How long a closing peer may take to answer; then the TCP connection is reset. Default 5,000 ms. */
  readonly closeTimeout: number;
}

/** Bounds of one `serveWebSocket`. */
export interface ServeLimits extends ConnectionLimits {
  /** Connections at one time, those in their handshake included; one more is refused with 503. Default 1,000. */
  readonly maxConnections: number;
  /** Requests of one connection that wait for their answer; one more is answered with an error. Default 1,024. */
  readonly maxPendingRequests: number;
  /** How long `allowOrigin` may take; then the handshake is refused with 503. Default 10,000 ms. */
  readonly handshakeTimeout: number;
  /**
   * How long a drain waits for the answers to requests that were already there; then their connections are closed
   * all the same. Default 4,000 ms: with `closeTimeout` that stays below the 10 s between SIGTERM and SIGKILL.
   */
  readonly drainTimeout: number;
}

export const defaultConnectionLimits: ConnectionLimits = {
  maxMessageBytes: 1024 * 1024,
  maxBufferedBytes: 4 * 1024 * 1024,
  pingInterval: 25_000,
  closeTimeout: 5_000,
};

export const defaultServeLimits: ServeLimits = {
  ...defaultConnectionLimits,
  maxConnections: 1_000,
  maxPendingRequests: 1_024,
  handshakeTimeout: 10_000,
  drainTimeout: 4_000,
};

/** Limits that mean something when they are 0: "never", or "do not wait". */
const mayBeZero = new Set(['pingInterval', 'drainTimeout', 'maxBufferedBytes']);

/** The longest time that Node's timers can wait, in milliseconds; also far above every sensible size. */
const largest = 2 ** 31 - 1;

/** The limits in `given`, and the defaults for the others. Throws a TypeError for a value that cannot be meant. */
export function limitsFrom<Limits extends object>(defaults: Limits, given: Partial<Limits>): Limits {
  const limits = { ...defaults };
  for (const name of Object.keys(defaults) as (keyof Limits & string)[]) {
    const value = given[name];
    if (value === undefined) continue;
    if (!isLimit(value, name))
      throw new TypeError(
        `${name} must be an integer from ${mayBeZero.has(name) ? 0 : 1} to ${largest}, not ${String(value)}.`,
      );
    limits[name] = value;
  }
  return limits;
}

function isLimit(value: unknown, name: string): boolean {
  const least = mayBeZero.has(name) ? 0 : 1;
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= largest;
}
