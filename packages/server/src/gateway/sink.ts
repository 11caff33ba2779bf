/**
 * Sink: how the relay writes to one of its sockets. A stream keeps books of every write and makes a request of it,
 * which is most of what a small chunk costs outside of the kernel. Where nothing is under way the chunk is offered to
 * the kernel directly instead, and the stream gets what the kernel does not take at once.
 */
import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';

export interface Sink {
  /** Keeps nothing of the chunk. False: the peer does not keep up, and the socket's 'drain' comes when it does again. */
  write(chunk: Buffer): boolean;
}

export type OpenSink = (socket: Socket) => Sink;

export const openSink: OpenSink = (socket) => openDirect(socket) ?? openPublic(socket);

/** With nothing but what Node documents. */
export const openPublic: OpenSink = (socket) => ({ write: (chunk) => socket.write(Buffer.from(chunk)) });

/** Undefined when this socket, or this Node, cannot. */
export function openDirect(socket: Socket): Sink | undefined {
  const handle: unknown = Reflect.get(socket, '_handle');
  if ('encrypted' in socket || !hasDescriptor(handle) || handle.fd < 0) return undefined;
  return new Direct(socket, handle);
}

class Direct implements Sink {
  readonly #socket: Socket;
  readonly #handle: Handle;

  constructor(socket: Socket, handle: Handle) {
    this.#socket = socket;
    this.#handle = handle;
  }

  write(chunk: Buffer): boolean {
    const socket = this.#socket;
    const taken = socket.writableLength > 0 || socket.writableEnded ? 0 : offer(this.#handle.fd, chunk);
    return taken === chunk.length || socket.write(Buffer.from(chunk.subarray(taken)));
  }
}

interface Handle {
  /** Negative once it is closed. */
  readonly fd: number;
}

const hasDescriptor = (handle: unknown): handle is Handle =>
  typeof handle === 'object' && handle !== null && 'fd' in handle && typeof handle.fd === 'number';

/** How many bytes the kernel took. */
function offer(descriptor: number, chunk: Buffer): number {
  try {
    return writeSync(descriptor, chunk);
  } catch {
    // It is full, or the connection is broken, which the stream finds again and knows what to do with.
    return 0;
  }
}
