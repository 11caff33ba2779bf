/** The replica of the bench: answers the upgrade and sends every frame back, unmasked, without parsing more than it must. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { serve } from './message.ts';

const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Sends whole frames of up to 64 KiB back without their mask. Returns what is left over. */
function echo(data: Buffer, write: (frame: Buffer) => void): Buffer {
  let position = 0;
  while (data.length - position >= 8) {
    const short = (data[position + 1] ?? 0) & 0x7f;
    const extra = short === 126 ? 2 : 0;
    const length = short === 126 ? data.readUInt16BE(position + 2) : short;
    const start = position + 6 + extra;
    if (data.length < start + length) break;
    for (let index = 0; index < length; index += 1) {
      data[start + index] = (data[start + index] ?? 0) ^ (data[start - 4 + (index & 3)] ?? 0);
    }
    const head = Buffer.from(data.subarray(position, position + 2 + extra));
    head[1] = short;
    write(Buffer.concat([head, data.subarray(start, start + length)]));
    position = start + length;
  }
  return data.subarray(position);
}

const server = createServer();
server.on('upgrade', (request, socket) => {
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${guid}`).digest('base64');
  socket.on('error', () => socket.destroy());
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    rest = echo(data, (frame) => socket.write(frame));
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') serve(address.port);
});
