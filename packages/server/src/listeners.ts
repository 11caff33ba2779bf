/**
 * The four listeners, bound first because everything else depends on their ports. Until the server is composed they
 * answer 503; afterwards what `serve` was given.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { Problem, type ServeConfig } from '@mooring/contract';
import { listenForApplications, type ApplicationHandlers } from './gateway/listener.ts';
import { answerBrokenRequest, refuseRequest, refuseSocket } from './gateway/refuse.ts';
import { listen, type Listener, type ListenOptions } from './kit/listen.ts';

export interface Handlers {
  readonly applications: ApplicationHandlers['request'];
  readonly upgrade: ApplicationHandlers['upgrade'];
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
  await using held = new AsyncDisposableStack();
  let handlers = starting;
  const opened: Listener[] = [];
  const bound = async (place: Place, binding: Promise<Listener>): Promise<string> => {
    const listener = held.use(await orExplain(place, binding));
    opened.push(listener);
    return `${place.tls === undefined ? 'http' : 'https'}://${nameOf(place.host)}:${listener.port}`;
  };
  const applications = (place: Place): Promise<string> =>
    bound(
      place,
      listenForApplications(place, {
        request: (request, response) => handlers.applications(request, response),
        upgrade: (request, socket, head) => handlers.upgrade(request, socket, head),
      }),
    );
  const management = (place: Place): Promise<string> =>
    bound(
      place,
      listen({
        ...place,
        onRequest: (request, response) => handlers.management(request, response),
        onBroken: answerBrokenRequest,
      }),
    );
  const { host, plainHost } = config;
  const urls = {
    applications: await applications({ flag: '--tls-port', host, port: config.tlsPort, tls }),
    applicationsPlain: await applications({ flag: '--port', host: plainHost, port: config.port }),
    management: await management({ flag: '--manage-tls-port', host, port: config.manageTlsPort, tls }),
    managementPlain: await management({ flag: '--manage-port', host: plainHost, port: config.managePort }),
  };
  const owned = held.move();
  return {
    urls,
    serve: (composed) => (handlers = composed),
    stop: () => opened.forEach((listener) => listener.stop()),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Where one of them listens, and what sets its port. */
interface Place extends Pick<ListenOptions, 'host' | 'port' | 'tls'> {
  readonly flag: string;
}

async function orExplain({ flag, host, port }: Place, binding: Promise<Listener>): Promise<Listener> {
  try {
    return await binding;
  } catch (cause) {
    const why =
      cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
        ? 'it is taken by another program'
        : String(cause instanceof Error ? cause.message : cause);
    throw new Error(`Port ${port} on ${host} cannot be bound: ${why}. Choose another with ${flag}.`, {
      cause,
    });
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
