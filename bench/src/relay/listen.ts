/** Ports of loopback: listening on a free one, and waiting until somebody else listens. */
import { once } from 'node:events';
import net, { type Server } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Resolves with the port. */
export async function listenOn(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP address is needed');
  return address.port;
}

/** Free for the moment. */
export async function freePort(): Promise<number> {
  const server = net.createServer();
  const port = await listenOn(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Resolves once that port takes connections. Throws an Error when it does not, or `isOver`. */
export async function answers(port: number, isOver: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1200 && !isOver(); tries += 1) {
    const socket = net.connect({ host: '127.0.0.1', port });
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (connected) return;
    await pause(25);
  }
  throw new Error(`the peer on port ${port} does not answer`);
}
