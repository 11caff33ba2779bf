/** Room: whether this process has a descriptor left for a connection that comes, and that the log says when not. */
import type { Socket } from 'node:net';
import type { Clock } from '../kit/clock.ts';
import { descriptorOf, leavesRoom } from '../kit/descriptors.ts';

export interface RoomOptions {
  /** How many descriptors the process may have open. */
  readonly limit: number;
  readonly clock: Clock;
  readonly log: { error(fields: object, message: string): void };
}

/** Milliseconds between two lines of the log about it. */
const quiet = 60_000;

/** Takes a connection, or not: then the log has a line, at most once a minute, with how many it was since the last. */
export function takeWithRoom({ limit, clock, log }: RoomOptions): (socket: Socket) => boolean {
  let refused = 0;
  let next = -Infinity;
  return (socket) => {
    if (leavesRoom(descriptorOf(socket), limit)) return true;
    refused += 1;
    if (clock.now() < next) return false;
    log.error(
      { refused, descriptors: limit },
      `connections are closed as they come: nearly all descriptors of this process are in use; let it have more than ${limit} (ulimit -n, LimitNOFILE)`,
    );
    refused = 0;
    next = clock.now() + quiet;
    return false;
  };
}
