/** A door before the engine's socket that tests open and close: an engine that goes away and comes back. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';

export interface Door extends AsyncDisposable {
  /** For DOCKER_HOST. */
  readonly url: string;
  open(): Promise<void>;
  /** Cuts whoever is inside, and lets nobody in. */
  close(): Promise<void>;
}

/** A door that is open. @param engineSocket path of the engine's own socket */
export async function openDoor(path: string, engineSocket: string): Promise<Door> {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  const open = async (): Promise<void> => {
    if (server) return;
    server = createServer({ allowHalfOpen: true }, (socket) => {
      const engine = connect({ path: engineSocket, allowHalfOpen: true });
      for (const [one, other] of [
        [socket, engine],
        [engine, socket],
      ] as const) {
        sockets.add(one);
        one.on('error', () => other.destroy());
        one.on('close', () => sockets.delete(one) && other.destroy());
        one.pipe(other);
      }
    });
    server.listen(path);
    await once(server, 'listening');
  };
  const close = async (): Promise<void> => {
    const closing = server;
    server = undefined;
    if (!closing) return;
    closing.close();
    for (const socket of sockets) socket.destroy();
    await once(closing, 'close');
    await rm(path, { force: true });
  };
  await open();
  return { url: `unix://${path}`, open, close, [Symbol.asyncDispose]: close };
}
