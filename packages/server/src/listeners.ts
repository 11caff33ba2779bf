/**
 * The four listeners, bound first because everything else depends on their ports. Until the server is composed they
 * answer 503; afterwards what `serve` was given. Those of the applications are then handed over to the workers: their
 * places stay reserved.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { Problem, type ServeConfig } from '@mooring/contract';
import type { InboundRequest, InboundResponse } from './gateway/inbound.ts';
import { listenForApplications, type ApplicationHandlers } from './gateway/listener.ts';
import { answerBrokenRequest, refuseRequest, refuseSocket } from './gateway/refuse.ts';
import { listen, type Listener, type ListenOptions } from './kit/listen.ts';
import { reservePort } from './kit/reserve-port.ts';
import type { Place } from './workers/protocol.ts';

export interface Handlers {
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
  /** Where the applications are served. */
  readonly places: readonly Place[];
  /** Gives up the applications' ports, so that workers of this server can take them; nobody else can. */
  handOver(): Promise<void>;
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
  const lent = held.use(new AsyncDisposableStack());
  const places: Place[] = [];
  const urlOf = ({ host, tls }: Wanted, { port }: Listener): string =>
    `${tls === undefined ? 'http' : 'https'}://${nameOf(host)}:${port}`;
  const applications = async (wanted: Wanted): Promise<string> => {
    const listener = lent.use(await orExplain(wanted, listenForApplications(wanted, refusing)));
    const { host, tls } = wanted;
    const place = { host, port: listener.port, ...(tls && { tls }) };
    held.use(await orExplain({ ...wanted, port: listener.port }, reservePort(place)));
    places.push(place);
    return urlOf(wanted, listener);
  };
  const management = async (wanted: Wanted): Promise<string> => {
    const listener = held.use(
      await orExplain(
        wanted,
        listen({
          ...wanted,
          onRequest: (request, response) => handlers.management(request, response),
          onBroken: answerBrokenRequest,
        }),
      ),
    );
    opened.push(listener);
    return urlOf(wanted, listener);
  };
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
    places,
    handOver: () => lent.disposeAsync(),
    serve: (composed) => (handlers = composed),
    stop: () => opened.forEach((listener) => listener.stop()),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Where one of them is to listen, and what sets its port. */
interface Wanted extends Pick<ListenOptions, 'host' | 'port' | 'tls'> {
  readonly flag: string;
}

async function orExplain<T>({ flag, host, port }: Wanted, binding: Promise<T>): Promise<T> {
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

const refuseStarting = (request: InboundRequest, response: InboundResponse): void =>
  refuseRequest(request, response, { problem: notYet, requestId: 'starting' });

const starting: Handlers = { management: refuseStarting };

const refusing: ApplicationHandlers = {
  request: refuseStarting,
  upgrade: (_request, socket) => {
    socket.on('error', () => socket.destroy());
    refuseSocket(socket, notYet, 'starting');
  },
};
