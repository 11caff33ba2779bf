/**
 * Descriptors: how many this process may have open, and which connections may take one. The last ones are kept free:
 * without them nothing could be written, started or asked for any more, and the system would close what comes unseen.
 */
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';

/** How many descriptors this process may have open. Infinity where the system does not say (`/proc/self/limits`). */
export async function descriptorLimit(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'latin1').catch(() => '');
  return parseLimit(limits);
}

/** @param limits as Linux writes them, see proc_pid_limits(5) */
export function parseLimit(limits: string): number {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
  return soft === undefined ? Infinity : Number(soft);
}

/** At most so many are kept free of connections of clients; of a small limit a quarter is. */
const mostKept = 1024;

/** True while connections may take descriptors of that number: the system always gives the lowest that is free. */
export const leavesRoom = (descriptor: number, limit: number): boolean =>
  descriptor < limit - Math.min(mostKept, Math.floor(limit / 4));

/** Of the connection of a socket; -1 where it has none. */
export function descriptorOf(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle');
  return typeof handle === 'object' && handle !== null && 'fd' in handle && typeof handle.fd === 'number'
    ? handle.fd
    : -1;
}
