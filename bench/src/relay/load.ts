/** Load on one port: raw sockets, frames made beforehand, one message in flight per connection. */
import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import tls from 'node:tls';

export interface Target {
  readonly port: number;
  readonly path: string;
  readonly tls: boolean;
  /** A token for the next handshake; undefined when nobody asks for one. */
  readonly token: () => string | undefined;
}

/** The cipher of every TLS row. */
const cipher = 'TLS_AES_128_GCM_SHA256';
/** Connections that are opened at a time. */
const opened = 50;

function connect({ port, tls: isTls }: Target): Socket {
  const options = { host: '127.0.0.1', port, noDelay: true };
  return isTls
    ? tls.connect({ ...options, ciphers: cipher, rejectUnauthorized: false })
    : net.connect(options);
}

/** Opens a connection and returns it after the 101. */
async function open(target: Target): Promise<Socket> {
  const socket = connect(target);
  const done = Promise.withResolvers<void>();
  let head = '';
  const read = (chunk: Buffer): void => {
    head += chunk.toString('latin1');
    if (!head.includes('\r\n\r\n')) return;
    if (head.startsWith('HTTP/1.1 101')) done.resolve();
    else done.reject(new Error(`no upgrade: ${head}`));
  };
  socket.on('data', read);
  socket.on('error', done.reject);
  socket.on('close', () => done.reject(new Error('closed during the handshake')));
  socket.write(head101(target));
  await done.promise;
  socket.off('data', read);
  return socket;
}

/** Without the wait of a connection that its client has closed. */
function drop(socket: Socket): void {
  if (socket instanceof tls.TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
}

function head101({ port, path, token }: Target): string {
  return (
    `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${authorization(token())}\r\n`
  );
}

const authorization = (token: string | undefined): string =>
  token === undefined ? '' : `Authorization: Bearer ${token}\r\n`;

/** Opens so many connections, and closes them at disposal. */
export async function openMany(target: Target, count: number): Promise<readonly Socket[] & AsyncDisposable> {
  const sockets: Socket[] = [];
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) sockets.push(await open(target));
  };
  await Promise.all(Array.from({ length: Math.min(opened, count) }, worker));
  return Object.assign(sockets, {
    [Symbol.asyncDispose]: async () => {
      await Promise.all(
        sockets.map(async (socket) => {
          if (socket.closed) return;
          const closed = once(socket, 'close');
          drop(socket);
          await closed;
        }),
      );
    },
  });
}

/** A masked binary frame (the mask is zero: what is measured is the relay, not the masking). */
function frame(size: number): Buffer {
  const extra = size > 0xffff ? 8 : size > 125 ? 2 : 0;
  const data = Buffer.alloc(6 + extra + size);
  data[0] = 0x82;
  data[1] = 0x80 | (extra === 8 ? 127 : extra === 2 ? 126 : size);
  if (extra === 2) data.writeUInt16BE(size, 2);
  if (extra === 8) data.writeUInt32BE(size, 6);
  return data;
}

export interface Trips {
  /** Within the time. */
  readonly count: number;
  /** With those that were under way at its end, which cost as much. */
  readonly answered: number;
  /** Of each round trip, in microseconds, ascending. */
  readonly latencies: readonly number[];
}

/** Round trips of messages of `size` bytes on these connections for `seconds`, as fast as they come back. */
export async function roundTrips(
  sockets: readonly Socket[],
  { size, seconds }: { size: number; seconds: number },
): Promise<Trips> {
  const message = frame(size);
  const answerSize = message.length - 4;
  const latencies: number[] = [];
  const over = performance.now() + seconds * 1000;
  const asking = sockets.map(async (socket) => {
    const done = Promise.withResolvers<void>();
    let received = 0;
    let sent = performance.now();
    const read = (chunk: Buffer): void => {
      received += chunk.length;
      if (received < answerSize) return;
      received -= answerSize;
      const now = performance.now();
      if (now > over) return done.resolve();
      latencies.push((now - sent) * 1000);
      sent = now;
      socket.write(message);
    };
    const lost = (): void => done.reject(new Error('a connection was closed under load'));
    socket.on('data', read).once('close', lost);
    socket.write(message);
    await done.promise;
    socket.off('data', read).off('close', lost);
  });
  await Promise.all(asking);
  const count = latencies.length;
  return { count, answered: count + sockets.length, latencies: latencies.toSorted(ascending) };
}

/** Round trips at a rate, whatever the answers: each connection is asked in its turn. Returns the latencies. */
export async function paced(
  sockets: readonly Socket[],
  { size, seconds, rate }: { size: number; seconds: number; rate: number },
): Promise<Trips> {
  const message = frame(size);
  const answerSize = message.length - 4;
  const latencies: number[] = [];
  const waiting = sockets.map((socket) => {
    const sent: number[] = [];
    let received = 0;
    socket.on('data', (chunk: Buffer) => {
      const now = performance.now();
      for (received += chunk.length; received >= answerSize; received -= answerSize)
        latencies.push((now - (sent.shift() ?? now)) * 1000);
    });
    return sent;
  });
  const start = performance.now();
  let asked = 0;
  for (let now = start; now < start + seconds * 1000; now = performance.now()) {
    for (const due = ((now - start) / 1000) * rate; asked < due; asked += 1) {
      waiting[asked % sockets.length]?.push(performance.now());
      sockets[asked % sockets.length]?.write(message);
    }
    await new Promise(setImmediate);
  }
  const count = latencies.length;
  return { count, answered: count, latencies: latencies.toSorted(ascending) };
}

const ascending = (one: number, other: number): number => one - other;

/** The value below which that share of an ascending list lies. */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;

/** Makes `total` handshakes, `parallel` at a time, and drops each connection. */
export async function handshakes(
  target: Target,
  { total, parallel }: { total: number; parallel: number },
): Promise<void> {
  let left = total;
  const worker = async (): Promise<void> => {
    while (left-- > 0) drop(await open(target));
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}

/** HTTP requests with 1 KiB of JSON on kept connections for `seconds`. Returns their number. */
export async function requests(
  target: Target,
  { connections, seconds }: { connections: number; seconds: number },
): Promise<number> {
  const body = JSON.stringify({ text: 'a'.repeat(1024 - 11) });
  const text =
    `POST ${target.path} HTTP/1.1\r\nHost: localhost:${target.port}\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${body.length}\r\n${authorization(target.token())}\r\n${body}`;
  let count = 0;
  const sockets = Array.from({ length: connections }, () => connect(target));
  for (const socket of sockets) {
    const end = answerEnd();
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      if (!end(chunk)) return;
      count += 1;
      socket.write(text);
    });
    socket.write(text);
  }
  await pause(seconds * 1000);
  for (const socket of sockets) socket.destroy();
  return count;
}

/** True for the chunk that ends an answer. Throws when it is not a 200 with a length or in chunks. */
function answerEnd(): (chunk: Buffer) => boolean {
  let head = '';
  let missing = 0;
  return (chunk) => {
    if (missing > 0) return (missing -= chunk.length) === 0;
    head += chunk.toString('latin1');
    const split = head.indexOf('\r\n\r\n');
    if (split === -1) return false;
    if (!head.startsWith('HTTP/1.1 200')) throw new Error(`no answer: ${head.slice(0, split)}`);
    const length = /content-length: (\d+)/i.exec(head)?.[1];
    const behind = head.length - split - 4;
    if (length === undefined && !head.endsWith('\r\n0\r\n\r\n')) return false;
    head = '';
    missing = length === undefined ? 0 : Number(length) - behind;
    return missing === 0;
  };
}
