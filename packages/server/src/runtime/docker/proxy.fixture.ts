/** What stands before the engine's socket in tests: an engine that goes away and comes back, one that cannot remove. */
import http from 'node:http';
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

export interface Stubborn extends AsyncDisposable {
  /** For DOCKER_HOST. */
  readonly url: string;
  /** From now on it does as it is told. */
  giveIn(): void;
}

/** The engine, but that it removes no container: each time it says that the device is busy. */
export async function openStubborn(path: string, engineSocket: string): Promise<Stubborn> {
  let isStubborn = true;
  const server = http.createServer((request, response) => {
    const { method, url = '', headers } = request;
    if (isStubborn && method === 'DELETE' && url.includes('/containers/')) {
      response.writeHead(500, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify({ message: 'device or resource busy' }));
    }
    const asked = http.request({ socketPath: engineSocket, method, path: url, headers });
    asked.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    asked.on('error', () => response.destroy());
    response.on('close', () => asked.destroy());
    request.pipe(asked);
  });
  server.listen(path);
  await once(server, 'listening');
  return {
    url: `unix://${path}`,
    giveIn: () => void (isStubborn = false),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
