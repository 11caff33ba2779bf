/**
 * Ports for replicas. They are taken from below the range from which systems serve outgoing connections, so
 * that nobody takes one by chance between the choice and the replica's own listen.
 */
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { Random } from '../../kit/clock.ts';

const first = 20_000;
const count = 12_000;
const tries = 100;

/** A port on which nobody listens, on any address, and that is not in `taken`. */
export async function freePort(taken: ReadonlySet<number>, random: Random): Promise<number> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const port = first + (Buffer.from(random(4)).readUInt32LE() % count);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new Error(`No free port between ${first} and ${first + count - 1} after ${tries} tries.`);
}

/** True when nobody listens on this port, whatever the address. */
export async function isFree(port: number): Promise<boolean> {
  const everywhere = await canListen('::', port);
  if (everywhere === 'EADDRINUSE' || everywhere === 'EACCES') return false;
  return (await canListen('127.0.0.1', port)) === 'yes';
}

async function canListen(host: string, port: number): Promise<string> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return 'yes';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  }
}
