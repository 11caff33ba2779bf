/**
 * Leg: one end of the relay, what is known of it, and what its silence means. Any byte is life; a silent peer is
 * pinged, and one that misses two pings is taken for dead.
 */
import type { Socket } from 'node:net';
import type { Side } from './frame.ts';
import type { Scanner } from './scan.ts';
import type { Sink } from './sink.ts';

export interface Leg {
  readonly side: Side;
  readonly socket: Socket;
  /** What it is sent. */
  readonly sink: Sink;
  /** What it sends. */
  readonly scanner: Scanner;
  /** A byte came since the last look at it. */
  heard: boolean;
  pingsMissed: number;
  /** When it is pinged if it stays silent, in milliseconds since the epoch. */
  nextPing: number;
  /** Since when it has not read what it was sent; undefined while it keeps up. */
  stalledSince: number | undefined;
  /** It has sent what it may send in this second: the rest waits, and it is not read. */
  paced: boolean;
  gone: boolean;
}

export function createLeg(
  side: Side,
  socket: Socket,
  from: { sink: Sink; scanner: Scanner; nextPing: number },
): Leg {
  return {
    side,
    socket,
    ...from,
    heard: false,
    pingsMissed: 0,
    stalledSince: undefined,
    paced: false,
    gone: false,
  };
}

/** What to do about the silence of a leg; `later` is when to look again. Counts the ping that it asks for. */
export function judgeSilence(
  leg: Leg,
  other: Leg,
  { now, later }: { now: number; later: () => number },
): 'nothing' | 'ping' | 'dead' {
  if (leg.heard) {
    leg.heard = false;
    leg.pingsMissed = 0;
    leg.nextPing = later();
    return 'nothing';
  }
  if (now < leg.nextPing) return 'nothing';
  // A peer may answer only the latest ping (RFC 6455 section 5.5.3): the other end's own must not lose its pong.
  const mayPing =
    leg.stalledSince === undefined && leg.scanner.owed === undefined && other.scanner.atBoundary;
  if (other.stalledSince !== undefined || leg.paced) {
    // Nothing is read from this peer for now, so its silence says nothing; a ping finds out whether it is still there.
    leg.nextPing = later();
    return mayPing ? 'ping' : 'nothing';
  }
  if (leg.stalledSince !== undefined) return 'nothing';
  if (leg.pingsMissed >= 2) return 'dead';
  if (!mayPing) return 'nothing';
  leg.pingsMissed += 1;
  leg.nextPing = later();
  return 'ping';
}
