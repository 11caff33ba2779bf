/**
 * Read client: how the relay gets what a client sends. Node reads into one reused buffer only where it made the
 * connection itself (`onread` of `net.connect` and `tls.connect`), and the client's was made by the HTTP server. So the
 * same is switched on by hand where this Node has what it takes; elsewhere its public 'data' serves.
 */
import type { Socket } from 'node:net';
import { readChunk, reusedBuffer, type Reading } from './reused-buffer.ts';

/** Begins to read, early bytes first. Pausing and ends are the socket's own either way. */
export type ReadClient = (socket: Socket, reading: Reading) => void;

export const readClient: ReadClient = (socket, reading) => {
  if (!readReused(socket, reading)) readData(socket, reading);
};

/** With nothing but what Node documents. */
export const readData: ReadClient = (socket, { consume }) => {
  socket.on('data', consume);
};

/** False when this socket, or this Node, cannot; then nothing was done. */
export function readReused(socket: Socket, reading: Reading): boolean {
  const handle: unknown = Reflect.get(socket, '_handle');
  const slots = slotsOf(socket);
  if (slots === undefined || !takesBuffer(handle)) return false;
  for (let early = earlyOf(socket); early !== undefined; early = earlyOf(socket)) reading.consume(early);
  Reflect.set(socket, slots.kBufferCb, (length: number): void => reading.consume(readChunk(length)));
  Reflect.set(socket, slots.kBuffer, reusedBuffer);
  handle.useUserBuffer(reusedBuffer);
  // A listener of 'data' would leave alone a socket that was paused; without one, only this stops its handle.
  if (socket.isPaused()) socket.pause();
  else socket.resume();
  return true;
}

/** What came before anybody read. */
function earlyOf(socket: Socket): Buffer | undefined {
  const chunk: unknown = socket.read();
  return Buffer.isBuffer(chunk) ? chunk : undefined;
}

interface Handle {
  useUserBuffer(buffer: Uint8Array): void;
}

function takesBuffer(handle: unknown): handle is Handle {
  return typeof handle === 'object' && handle !== null && 'useUserBuffer' in handle;
}

/** Where a socket that was made with `onread` has its buffer and its callback. */
const names = ['kBuffer', 'kBufferCb'] as const;
type Slots = Record<(typeof names)[number], symbol>;

/** Of all sockets, once they were found in one. */
let known: Slots | undefined;

/** Undefined unless all are there and free. */
function slotsOf(socket: Socket): Slots | undefined {
  known ??= findSlots(socket);
  if (known === undefined) return undefined;
  const { kBuffer, kBufferCb } = known;
  return Reflect.get(socket, kBuffer) === null && Reflect.get(socket, kBufferCb) === null ? known : undefined;
}

function findSlots(socket: Socket): Slots | undefined {
  const symbols = Object.getOwnPropertySymbols(socket);
  const [kBuffer, kBufferCb] = names.map((name) => symbols.find((symbol) => symbol.description === name));
  return kBuffer === undefined || kBufferCb === undefined ? undefined : { kBuffer, kBufferCb };
}
