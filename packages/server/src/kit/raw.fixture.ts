/** A client that says exactly what it is told to, for what polite clients never send. */
import { once } from 'node:events';
import net, { type Socket } from 'node:net';

export interface RawClient extends Disposable {
  readonly socket: Socket;
  write(bytes: string | Uint8Array): void;
  /** Everything that came so far, as latin1. */
  readonly received: () => string;
  /** Resolves when what came matches. Rejects when the connection ends before it does. */
  until(pattern: RegExp): Promise<string>;
  /** Resolves with everything that came, when the other side has ended or reset the connection. */
  readonly ended: Promise<string>;
}

export async function connectRaw(port: number): Promise<RawClient> {
  const socket = net.connect({ port, host: '127.0.0.1' });
  let received = '';
  const ended = new Promise<string>((resolve) => {
    socket.once('end', () => resolve(received));
    socket.once('close', () => resolve(received));
  });
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
  await once(socket, 'connect');
  return {
    socket,
    write: (bytes) => void socket.write(bytes),
    received: () => received,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (!pattern.test(received)) return;
          socket.off('data', check);
          resolve(received);
        };
        socket.on('data', check);
        socket.once('close', () => reject(new Error(`${pattern.source} did not come in: ${received}`)));
        check();
      }),
    ended,
    [Symbol.dispose]: () => socket.destroy(),
  };
}
