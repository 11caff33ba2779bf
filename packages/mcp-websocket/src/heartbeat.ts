/**
 * Heartbeat: notices a peer that is gone. Any byte from the peer is life; a silent one is pinged, and after two
 * unanswered pings it is lost. Holds one timer, which never keeps the process alive.
 */

export interface HeartbeatOptions {
  /** Milliseconds. 0: no heartbeat. */
  readonly interval: number;
  /** Grows with every byte that the peer sends. */
  readonly bytesRead: () => number;
  readonly ping: () => void;
  /** Called once, with the time in milliseconds since the peer was last heard at the least. */
  readonly lost: (silence: number) => void;
}

const allowedMisses = 2;

export function startHeartbeat({ interval, bytesRead, ping, lost }: HeartbeatOptions): Disposable {
  if (interval === 0) return { [Symbol.dispose]: () => {} };
  let heard = bytesRead();
  let unanswered = 0;
  const timer = setInterval(() => {
    const now = bytesRead();
    if (now !== heard) {
      heard = now;
      unanswered = 0;
    } else if (unanswered < allowedMisses) {
      unanswered += 1;
      ping();
    } else {
      clearInterval(timer);
      lost(interval * allowedMisses);
    }
  }, interval).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
