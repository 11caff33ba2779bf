/**
 * Listener: where other nodes reach the replicas of this one. TLS in which both sides show a certificate of the
 * nodes' authority; then one line: `replica <application> <replica>`, and bytes go both ways, or `logs …` (logs.ts),
 * and their output comes. Nothing else is served.
 */
import net, { type Socket } from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import { noDemand, type Demand, type DemandPort } from '../directory/demand.ts';
import type { Directory } from '../directory/directory.ts';
import type { Clock } from '../kit/clock.ts';
import { Tally } from '../kit/tally.ts';
import type { Log } from '../observe/log.ts';
import type { Credentials } from './authority.ts';
import { readLine } from './line.ts';
import { questionOf, sendLogs, type ReadLogs } from './logs.ts';

export interface NodeListenerOptions {
  /** `host:port`; port 0 takes a free one. */
  readonly address: string;
  readonly credentials: Credentials;
  readonly directory: Directory;
  /** What the replicas of this node wrote. */
  readonly logs: ReadLogs;
  readonly clock: Clock;
  readonly log: Log;
}

export interface NodeListener extends AsyncDisposable {
  /** `host:port`, as it was given, with the port that it has. */
  readonly address: string;
  /** Tunnels to a replica, or to the replicas of an application. */
  count(id: string): number;
  /** What comes through tunnels. */
  readonly demand: DemandPort;
  /** Resolves when there is no tunnel to the replica. */
  idle(replicaId: string): Promise<void>;
}

/** Milliseconds for the TLS handshake, and for the line. */
const limit = 5000;

interface Tunnel {
  readonly applicationId: string;
  readonly replicaId: string;
}

/** Throws an Error that says what to do when the address cannot be bound. */
export async function openNodeListener(options: NodeListenerOptions): Promise<NodeListener> {
  const { address, credentials, log } = options;
  const { hostname, port } = new URL(`tcp://${address}`);
  const tunnels = new Tunnels(options.clock);
  const sockets = new Set<Socket>();
  const server = tls.createServer({
    ...credentials,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
    handshakeTimeout: limit,
    allowHalfOpen: true,
    noDelay: true,
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', (error) =>
    log.warn({ err: error }, 'something that is no node was turned away'),
  );
  server.on('secureConnection', (socket) => void serve(socket, tunnels, options));
  await bind(server, { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 0) });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new TypeError('a TCP address is needed');
  return {
    address: `${hostname}:${bound.port}`,
    count: (id) => tunnels.count(id),
    demand: tunnels,
    idle: (replicaId) => tunnels.idle(replicaId),
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function bind(server: tls.Server, place: { host: string; port: number }): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(place, resolve);
  try {
    await promise;
    server.off('error', reject);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `The address ${place.host}:${place.port} of --advertise cannot be bound: ${why}. It must be one of this machine.`,
      { cause },
    );
  }
}

/** Never rejects. */
async function serve(socket: TLSSocket, tunnels: Tunnels, options: NodeListenerOptions): Promise<void> {
  socket.on('error', () => socket.destroy());
  const read = await readLine(socket, limit).catch(() => undefined);
  const words = read?.line.split(' ') ?? [];
  const question = questionOf(words);
  if (question) return await sendLogs(socket, question, options.logs);
  const [verb, applicationId = '', replicaId = ''] = words;
  const replica = options.directory.get(applicationId)?.replicas.find(({ id }) => id === replicaId);
  if (read === undefined || verb !== 'replica' || replica === undefined || replica.node !== undefined) {
    options.log.info({ applicationId, replicaId }, 'another node asked for a replica that is not here');
    return void socket.destroy();
  }
  const { host, port } = replica;
  const upstream = net.connect({ host, port, allowHalfOpen: true, noDelay: true });
  const leave = tunnels.add({ applicationId, replicaId });
  upstream.once('close', () => leave());
  upstream.write(read.rest);
  join(socket, upstream);
}

/** Bytes both ways; the end of one is the end of its half, a failure of one is the end of both. */
function join(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('error', () => to.destroy());
    from.once('close', () => to.destroy());
    from.pipe(to);
  }
}

class Tunnels implements DemandPort {
  readonly #clock: Clock;
  readonly #tallies = new Map<string, Tally>();
  readonly #open = new Set<Tunnel>();
  readonly #idle = new Map<string, PromiseWithResolvers<void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  of(applicationId: string): Demand {
    const tally = this.#tallies.get(applicationId);
    if (tally === undefined) return noDemand;
    return { inFlight: tally.now, waiting: 0, arrivals: tally.total, busy: tally.busy };
  }

  /** Nobody waits in a tunnel. */
  watch(): Disposable {
    return { [Symbol.dispose]: () => {} };
  }

  add(tunnel: Tunnel): () => void {
    const tally = this.#tallies.get(tunnel.applicationId) ?? new Tally(this.#clock);
    this.#tallies.set(tunnel.applicationId, tally);
    const seat = tally.enter();
    this.#open.add(tunnel);
    return () => {
      seat[Symbol.dispose]();
      this.#open.delete(tunnel);
      if (this.count(tunnel.replicaId) > 0) return;
      this.#idle.get(tunnel.replicaId)?.resolve();
      this.#idle.delete(tunnel.replicaId);
    };
  }

  count(id: string): number {
    return [...this.#open].filter(({ applicationId, replicaId }) => applicationId === id || replicaId === id)
      .length;
  }

  async idle(replicaId: string): Promise<void> {
    if (this.count(replicaId) === 0) return;
    const waiting = this.#idle.get(replicaId) ?? Promise.withResolvers<void>();
    this.#idle.set(replicaId, waiting);
    await waiting.promise;
  }
}
