/**
 * Reserve a port: sockets that share a port would also share it with those of another server of the same user, which
 * nobody would see. Whoever holds this name is the one whose sockets they are. The system lets go of it when its
 * holder dies.
 */
import net from 'node:net';

/**
 * Holds the name of a port until disposed of. Rejects with EADDRINUSE when somebody else does. Only Linux lets sockets
 * share ports so, and has names that are no files: elsewhere it holds nothing.
 */
export async function reservePort(place: { host: string; port: number }): Promise<AsyncDisposable> {
  if (process.platform !== 'linux') return { [Symbol.asyncDispose]: async () => {} };
  const server = net.createServer((socket) => socket.destroy());
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ path: `\0mooring ${place.host}:${place.port}` }, resolve);
  await promise;
  server.unref();
  return {
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Whether sockets of several threads can share a port. */
export async function canSharePorts(): Promise<boolean> {
  const server = net.createServer();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  server.once('error', () => resolve(false));
  server.listen({ host: '127.0.0.1', port: 0, reusePort: true }, () => resolve(true));
  const can = await promise;
  if (can) await new Promise((resolve) => server.close(resolve));
  return can;
}
