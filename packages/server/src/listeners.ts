/**
 * The four listeners, bound first because everything else depends on their ports. Until the server is composed they
 * answer 503; afterwards what `serve` was given.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { Problem, type ServeConfig } from '@mooring/contract';
import { answerBrokenRequest, refuseRequest, refuseSocket } from './gateway/refuse.ts';
import { listen, type Listener, type ListenOptions } from './kit/listen.ts';

export interface Handlers {
  readonly applications: (request: IncomingMessage, response: ServerResponse) => void;
  readonly upgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
  readonly management: (request: IncomingMessage, response: ServerResponse) => void;
}

export interface ServerUrls {
  readonly applications: string;
  readonly applicationsPlain: string;
  readonly management: string;
  readonly managementPlain: string;
}

export interface Listeners extends AsyncDisposable {
  /** How each is reached from this machine. */
  readonly urls: ServerUrls;
  serve(handlers: Handlers): void;
  /** Takes no new connections. */
  stop(): void;
}

/** Throws an Error that names the port and its flag when one cannot be bound. */
export async function bindListeners(
  config: ServeConfig,
  tls: { cert: string; key: string },
): Promise<Listeners> {
  await using bound = new AsyncDisposableStack();
  let handlers = starting;
  const applications = {
    onRequest: (request: IncomingMessage, response: ServerResponse) =>
      handlers.applications(request, response),
    onUpgrade: (request: IncomingMessage, socket: Socket, head: Buffer) =>
      handlers.upgrade(request, socket, head),
  };
  const management = {
    onRequest: (request: IncomingMessage, response: ServerResponse) => handlers.management(request, response),
  };
  const opened: Listener[] = [];
  const open = async (flag: string, options: Omit<ListenOptions, 'onBroken'>): Promise<string> => {
    const listener = bound.use(await bind(flag, { ...options, onBroken: answerBrokenRequest }));
    opened.push(listener);
    return `${options.tls === undefined ? 'http' : 'https'}://${nameOf(options.host)}:${listener.port}`;
  };
  const { host, plainHost } = config;
  const urls = {
    applications: await open('--tls-port', { host, port: config.tlsPort, tls, ...applications }),
    applicationsPlain: await open('--port', { host: plainHost, port: config.port, ...applications }),
    management: await open('--manage-tls-port', { host, port: config.manageTlsPort, tls, ...management }),
    managementPlain: await open('--manage-port', { host: plainHost, port: config.managePort, ...management }),
  };
  const owned = bound.move();
  return {
    urls,
    serve: (composed) => (handlers = composed),
    stop: () => opened.forEach((listener) => listener.stop()),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function bind(flag: string, options: ListenOptions): Promise<Listener> {
  try {
    return await listen(options);
  } catch (cause) {
    const why =
      cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
        ? 'it is taken by another program'
        : String(cause instanceof Error ? cause.message : cause);
    throw new Error(
      `Port ${options.port} on ${options.host} cannot be bound: ${why}. Choose another with ${flag}.`,
      { cause },
    );
  }
}

/** The name under which this machine reaches a listener bound to that address. */
function nameOf(host: string): string {
  if (isLoopback(host) || host === '0.0.0.0' || host === '::') return 'localhost';
  return isIP(host) === 6 ? `[${host}]` : host;
}

/** True when nobody but this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

const notYet = new Problem('ServiceUnavailable', 'The server is starting. Try again in a moment.', {
  retryAfter: 1,
});

const starting: Handlers = {
  applications: (request, response) =>
    refuseRequest(request, response, { problem: notYet, requestId: 'starting' }),
  upgrade: (_request, socket) => {
    socket.on('error', () => socket.destroy());
    refuseSocket(socket, notYet, 'starting');
  },
  management: (request, response) =>
    refuseRequest(request, response, { problem: notYet, requestId: 'starting' }),
};
