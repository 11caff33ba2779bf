/** One line from the beginning of a connection, and the bytes that came behind it. */
import type { Socket } from 'node:net';

/** Bytes of a line at most. */
const longest = 1024;

/** Rejects when the line is too long, does not come within so many milliseconds, or the connection ends. */
export async function readLine(socket: Socket, limit: number): Promise<{ line: string; rest: Buffer }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ line: string; rest: Buffer }>();
  let read = Buffer.alloc(0);
  const take = (chunk: Buffer): void => {
    read = Buffer.concat([read, chunk]);
    const end = read.indexOf(10);
    if (end >= 0) resolve({ line: read.subarray(0, end).toString(), rest: read.subarray(end + 1) });
    else if (read.length > longest) reject(new Error('the line is too long'));
  };
  const gone = (): void => reject(new Error('the connection ended before the line'));
  const timer = setTimeout(() => reject(new Error('the line did not come in time')), limit);
  socket.on('data', take);
  socket.once('close', gone);
  socket.once('end', gone);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    socket.pause();
    socket.off('data', take);
    socket.off('close', gone);
    socket.off('end', gone);
  }
}
