/** Logs: what the replicas of another node wrote, one JSON object a line, through the listener of that node. */
import { logLine, type LogLine } from '@mooring/contract';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Runtime } from '../runtime/runtime.ts';

export type ReadLogs = Runtime['logs'];

export interface LogsQuestion {
  readonly applicationId: string;
  readonly tail: number | undefined;
  readonly follow: boolean;
}

/** The words of the line that asks. */
export const wordsOf = ({ applicationId, tail, follow }: LogsQuestion): string =>
  `logs ${applicationId} ${tail ?? '-'} ${follow ? 'follow' : '-'}`;

/** Undefined: not such words. */
export function questionOf([verb, applicationId, tail, follow]: readonly string[]): LogsQuestion | undefined {
  if (verb !== 'logs' || applicationId === undefined || !/^(-|\d{1,9})$/.test(tail ?? '')) return undefined;
  return { applicationId, tail: tail === '-' ? undefined : Number(tail), follow: follow === 'follow' };
}

/** Writes what is asked for, until all is written or the asker leaves. Never rejects. */
export async function sendLogs(
  socket: Socket,
  { applicationId, tail, follow }: LogsQuestion,
  read: ReadLogs,
): Promise<void> {
  const left = new AbortController();
  socket.once('end', () => left.abort());
  socket.once('close', () => left.abort());
  // Only a socket that is read tells of its end.
  socket.resume();
  try {
    const lines = read(applicationId, { ...(tail !== undefined && { tail }), follow, signal: left.signal });
    await pipeline(Readable.from(asText(lines)), socket);
  } catch {
    socket.destroy();
  }
}

async function* asText(lines: AsyncIterable<LogLine>): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}

/** Reads what comes on a connection that has asked. Throws when it breaks before the signal. */
export async function* receiveLogs(socket: Socket, signal: AbortSignal): AsyncGenerator<LogLine> {
  const leave = (): void => void socket.destroy();
  socket.on('error', leave);
  signal.addEventListener('abort', leave, { once: true });
  try {
    if (signal.aborted) return;
    for await (const line of linesOf(socket)) yield logLine.parse(JSON.parse(line));
  } catch (cause) {
    if (!signal.aborted) throw new Error('the node of the replicas cannot be reached', { cause });
  } finally {
    signal.removeEventListener('abort', leave);
    leave();
  }
}

/** As fast as they are wanted; the bytes behind the last line end are none. */
async function* linesOf(socket: Socket): AsyncGenerator<string> {
  let rest = '';
  socket.setEncoding('utf8');
  for await (const chunk of socket) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
