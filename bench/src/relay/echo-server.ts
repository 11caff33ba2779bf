/**
 * Echo server: sends every frame back unmasked, as it comes. The masks of the bench are zero, so only headers have to
 * be read. Answers a plain request with 1 KiB of JSON.
 */
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';

const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const body = JSON.stringify({ text: 'a'.repeat(1024 - 11) });

/** Echoes what one client sends, whatever the pieces in which it comes. */
function echo(socket: Socket): void {
  let rest: Buffer = Buffer.alloc(0);
  let remaining = 0;
  socket.on('data', (chunk: Buffer) => {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const pieces: Buffer[] = [];
    let position = 0;
    while (position < data.length) {
      if (remaining === 0) {
        const header = headerAt(data, position);
        if (header === undefined) break;
        pieces.push(header.unmasked);
        position += header.unmasked.length + 4;
        remaining = header.length;
      }
      const end = Math.min(data.length, position + remaining);
      if (end > position) pieces.push(data.subarray(position, end));
      remaining -= end - position;
      position = end;
    }
    rest = Buffer.from(data.subarray(position));
    if (pieces.length > 0) socket.write(Buffer.concat(pieces));
  });
}

/** Undefined: not all there yet. */
function headerAt(data: Buffer, position: number): { unmasked: Buffer; length: number } | undefined {
  const short = (data[position + 1] ?? 0) & 0x7f;
  const size = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (data.length < position + size + 4) return undefined;
  const unmasked = Buffer.from(data.subarray(position, position + size));
  unmasked[1] = short;
  if (short < 126) return { unmasked, length: short };
  return { unmasked, length: short === 126 ? unmasked.readUInt16BE(2) : unmasked.readUInt32BE(6) };
}

/** Not listening yet. */
export function createEcho(): Server {
  const server = createServer((request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json');
    response.end(body);
  });
  server.keepAliveTimeout = 600_000;
  server.on('upgrade', (request, socket: Socket) => {
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}${guid}`)
      .digest('base64');
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.end());
    socket.setNoDelay(true);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    echo(socket);
  });
  return server;
}
