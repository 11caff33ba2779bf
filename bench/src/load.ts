/** Load on one port: raw sockets, frames made beforehand, one message in flight per connection. */
import { once } from 'node:events';
import net, { type Socket } from 'node:net';

export interface Target {
  readonly port: number;
  readonly path: string;
  /** A token for the next handshake; undefined when nobody asks for one. */
  readonly token: () => string | undefined;
}

/** Opens a connection and returns it after the 101. */
async function open({ port, path, token }: Target): Promise<Socket> {
  const socket = net.connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  const bearer = token();
  const authorization = bearer === undefined ? '' : `Authorization: Bearer ${bearer}\r\n`;
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${authorization}\r\n`,
  );
  let head = '';
  while (!head.includes('\r\n\r\n')) {
    const [chunk] = await once(socket, 'data');
    head += String(chunk);
  }
  if (!head.startsWith('HTTP/1.1 101')) throw new Error(`no upgrade: ${head}`);
  return socket;
}

/** A masked binary frame (the mask is zero: what is measured is the relay, not the masking). */
function frame(size: number): Buffer {
  const extra = size > 125 ? 2 : 0;
  const data = Buffer.alloc(6 + extra + size);
  data[0] = 0x82;
  data[1] = 0x80 | (extra > 0 ? 126 : size);
  if (extra > 0) data.writeUInt16BE(size, 2);
  return data;
}

/** Round trips of messages of `size` bytes on `connections` connections for `seconds`. Returns their number. */
export async function roundTrips(
  target: Target,
  { connections, size, seconds }: { connections: number; size: number; seconds: number },
): Promise<number> {
  const message = frame(size);
  const answerSize = message.length - 4;
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(target)));
  let count = 0;
  for (const socket of sockets) {
    let received = 0;
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received < answerSize) return;
      received -= answerSize;
      count += 1;
      socket.write(message);
    });
    socket.on('error', () => {});
    socket.write(message);
  }
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  for (const socket of sockets) socket.destroy();
  return count;
}

/** Makes `total` handshakes, `parallel` at a time, and drops each connection. Returns their number. */
export async function handshakes(
  target: Target,
  { total, parallel }: { total: number; parallel: number },
): Promise<number> {
  let left = total;
  const worker = async (): Promise<void> => {
    while (left-- > 0) (await open(target)).destroy();
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return total;
}
