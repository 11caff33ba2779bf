/** How many workers there are: as many as were asked for, else one for each core; one where ports cannot be shared. */
import { availableParallelism } from 'node:os';
import { canSharePorts } from '../kit/reserve-port.ts';
import type { Log } from '../observe/log.ts';

/** Beyond, connections would be spread unevenly by the mere chance by which the system spreads them. */
const mostByDefault = 16;

export async function workerCount(asked: number | undefined, log: Log): Promise<number> {
  const wanted = asked ?? Math.min(mostByDefault, availableParallelism());
  if (wanted === 1 || (await canSharePorts())) return wanted;
  log.warn({ wanted }, 'this system does not let threads share a port: there is one worker');
  return 1;
}
