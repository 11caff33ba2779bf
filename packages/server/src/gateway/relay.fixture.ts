/** A relay between two peers on real sockets, on a clock that the test turns. */
import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import tls from 'node:tls';
import { defaultSettings } from '@mooring/contract';
import { Receiver, Sender } from 'ws';
import { systemRandom } from '../kit/clock.ts';
import type { Closing } from './ending.ts';
import { closePayload, opcodes, type Side } from './frame.ts';
import { readClient, type ReadClient } from './read-client.ts';
import { Relay, type RelaySettings } from './relay.ts';
import { openSink, type OpenSink } from './sink.ts';

/** One end as the test plays it. */
export interface Peer {
  readonly socket: Socket;
  /** Sends bytes as they are. */
  write(bytes: Buffer): void;
  text(text: string): void;
  close(code: number, reason?: string): void;
  /** Payloads of pings and pongs are latin1, here and in what came. */
  ping(payload: string): void;
  pong(payload: string): void;
  /** The next thing that came, like `text hello`, `ping x`, `close 1000 bye`, `end`, `reset`. */
  next(): Promise<string>;
  /** How many bytes have come. */
  readonly received: () => number;
}

export interface FrameChoice {
  readonly fin?: boolean;
  readonly rsv1?: boolean;
}

/** One frame as `ws` writes it; a client's are masked. */
export function frame(
  from: Side,
  opcode: number,
  payload: Buffer | string,
  { fin = true, rsv1 = false }: FrameChoice = {},
): Buffer {
  const options = { opcode, fin, rsv1, mask: from === 'client', readOnly: true };
  return Buffer.concat(Sender.frame(Buffer.from(payload), options));
}

export function peer(side: Side, socket: Socket): Peer {
  const events: string[] = [];
  const waiting: ((event: string) => void)[] = [];
  const tell = (event: string): void => {
    const take = waiting.shift();
    if (take === undefined) events.push(event);
    else take(event);
  };
  let received = 0;
  const receiver = new Receiver({ isServer: side === 'replica' });
  receiver.on('message', (data: Buffer, binary: boolean) =>
    tell(`${binary ? 'binary' : 'text'} ${data.toString(binary ? 'hex' : 'utf8')}`),
  );
  receiver.on('ping', (data: Buffer) => tell(`ping ${data.toString('latin1')}`));
  receiver.on('pong', (data: Buffer) => tell(`pong ${data.toString('latin1')}`));
  receiver.on('conclude', (code: number, reason: Buffer) =>
    tell(`close ${code} ${reason.toString()}`.trim()),
  );
  receiver.on('error', (error) => tell(`broken ${error.message}`));
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
    receiver.write(Buffer.from(chunk));
  });
  socket.on('end', () => tell('end'));
  socket.on('error', () => tell('reset'));
  const send = (opcode: number, payload: Buffer | string): void =>
    void socket.write(frame(side, opcode, payload));
  return {
    socket,
    write: (bytes) => void socket.write(bytes),
    text: (text) => send(opcodes.text, text),
    close: (code, reason = '') => send(opcodes.close, closePayload(code, reason)),
    ping: (payload) => send(opcodes.ping, Buffer.from(payload, 'latin1')),
    pong: (payload) => send(opcodes.pong, Buffer.from(payload, 'latin1')),
    next: async () => events.shift() ?? (await new Promise((resolve) => waiting.push(resolve))),
    received: () => received,
  };
}

export interface TestRelay extends AsyncDisposable {
  readonly relay: Relay;
  readonly client: Peer;
  readonly replica: Peer;
  /** The gateway's own ends. */
  readonly sockets: { readonly client: Socket; readonly replica: Socket };
  /** Turns the clock on and lets the relay look at it. */
  pass(seconds: number): void;
  /** How it ended. By then both of the gateway's sockets are gone. */
  ended(): Promise<Closing>;
}

export interface RelayChoice {
  readonly settings?: Partial<RelaySettings>;
  readonly expiresAt?: number;
  readonly deflate?: boolean;
  readonly clientHead?: Buffer;
  /** The client comes over TLS. */
  readonly secure?: { readonly cert: string; readonly key: string };
}

/** How both ends are read and written. */
export const ways: { read: ReadClient; open: OpenSink } = { read: readClient, open: openSink };

/** The clock's first reading. */
export const start = 1_000_000_000;

export async function startRelay(choice: RelayChoice = {}): Promise<TestRelay> {
  const [clientEnd, clientSocket] = await (choice.secure ? securePair(choice.secure) : pair());
  const [replicaEnd, replicaSocket] = await pair();
  let now = start;
  const relay = new Relay({
    client: clientSocket,
    clientHead: choice.clientHead ?? Buffer.alloc(0),
    upstream: {
      socket: replicaSocket,
      read: (reading) => ways.read(replicaSocket, reading),
      [Symbol.dispose]: () => replicaSocket.destroy(),
    },
    deflate: choice.deflate ?? false,
    settings: { ...defaultSettings, ...choice.settings },
    expiresAt: choice.expiresAt,
    clock: { now: () => now },
    random: systemRandom,
    read: ways.read,
    open: ways.open,
  });
  relay.start();
  const sockets = [clientEnd, clientSocket, replicaEnd, replicaSocket];
  return {
    relay,
    client: peer('client', clientEnd),
    replica: peer('replica', replicaEnd),
    sockets: { client: clientSocket, replica: replicaSocket },
    pass: (seconds) => {
      now += seconds * 1000;
      relay.tick(now);
    },
    ended: async () => {
      const closing = await relay.ended;
      for (const socket of [clientSocket, replicaSocket]) {
        if (!socket.destroyed) throw new Error('the relay has left a socket behind');
      }
      return closing;
    },
    [Symbol.asyncDispose]: async () => {
      relay.destroy('the test is over');
      for (const socket of sockets) {
        const closed = socket.closed ? undefined : once(socket, 'close');
        socket.destroy();
        await closed;
      }
    },
  };
}

/** Waits for what no event tells. Rejects after 10 s. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${condition.toString()}`);
    await setImmediate();
  }
}

/** Two ends of one TCP connection. */
export async function pair(): Promise<[Socket, Socket]> {
  const server = net.createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP address is needed');
  const near = net.connect({ port: address.port, host: '127.0.0.1' });
  const [[far]] = await Promise.all([once(server, 'connection'), once(near, 'connect')]);
  server.close();
  if (!(far instanceof net.Socket)) throw new TypeError('a socket is needed');
  near.on('error', () => {});
  return [near, far];
}

/** Two ends of one TLS connection: the client's, and the server's. */
export async function securePair(certificate: { cert: string; key: string }): Promise<[Socket, Socket]> {
  const [near, far] = await pair();
  const server = new tls.TLSSocket(far, { isServer: true, ...certificate });
  const client = tls.connect({ socket: near, rejectUnauthorized: false });
  client.on('error', () => {});
  await once(client, 'secureConnect');
  return [client, server];
}
