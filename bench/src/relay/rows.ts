/** Rows: what is measured of every contender, one number or several at a time. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Subject } from '../subject.ts';
import { targetOf, type Contender } from './contenders.ts';
import { handshakes, openMany, paced, percentile, requests, roundTrips, type Target } from './load.ts';

/** A contender that runs. */
export interface Runner {
  readonly contender: Contender;
  readonly subject: Subject;
}

/** Values by the name of their figure. */
export type Measured = Record<string, number>;

export interface Row {
  readonly name: string;
  /** By figure. */
  readonly units: Record<string, string>;
  /** Needs a process that has just been started. */
  readonly isFresh?: boolean;
  /** Names of those that are measured. Default: all. */
  readonly only?: readonly string[];
  readonly measure: (runner: Runner) => Promise<Measured>;
}

const seconds = 2;
const cpu = 'CPU';

export const sizeName = (size: number): string =>
  size >= 2 ** 20 ? `${size / 2 ** 20} MiB` : size >= 1024 ? `${size / 1024} KiB` : `${size} B`;

interface Trip {
  readonly size: number;
  readonly connections?: number;
  readonly tls?: boolean;
}

export const tripName = ({ size, connections = 64, tls = false }: Trip): string =>
  `round trip of ${sizeName(size)}, ${connections.toLocaleString('en')} connections${tls ? ', TLS' : ''}`;

/** Seconds of round trips that are not counted. Of many connections each has its turn several times, too. */
const warmUp = (connections: number): number => (connections < 1000 ? 0.25 : 2);

/** Round trips as fast as they go. */
export function trip(choice: Trip): Row {
  const { size, connections = 64, tls = false } = choice;
  return {
    name: tripName(choice),
    units: { [cpu]: 'µs', throughput: 'MB/s', p50: 'µs', p99: 'µs' },
    measure: async ({ contender, subject }) => {
      await using sockets = await openMany(targetOf(contender, subject, { tls }), connections);
      await roundTrips(sockets, { size, seconds: warmUp(connections) });
      const before = subject.cpu();
      const { count, answered, latencies } = await roundTrips(sockets, { size, seconds });
      return {
        [cpu]: (subject.cpu() - before) / answered,
        throughput: (count * size) / seconds / 1e6,
        p50: percentile(latencies, 0.5),
        p99: percentile(latencies, 0.99),
      };
    },
  };
}

export const handshakeName = (token: 'fresh' | 'known'): string =>
  token === 'fresh'
    ? 'handshake, 50 in parallel, a fresh token each'
    : 'handshake, 50 in parallel, a token seen before';

const handshakeCount = 2000;

/** Handshakes after which a program that compiles itself as it runs has done most of that. */
const settled = 8000;

/** Seconds of requests after which it has done most of that for them. */
const settledRequests = 4;

/** Lets a contender that has just been started get as good at handshakes and requests as it will be. */
export async function settle({ contender, subject }: Runner): Promise<void> {
  await handshakes(targetOf(contender, subject, {}), { total: settled, parallel: 50 });
  await requests(targetOf(contender, subject, { form: 'invoke' }), {
    connections: 64,
    seconds: settledRequests,
  });
}

/** Contenders that ask for no token get none. */
export function handshake(token: 'fresh' | 'known'): Row {
  return {
    name: handshakeName(token),
    units: { [cpu]: 'µs', rate: 'per CPU second' },
    measure: async ({ contender, subject }) => {
      await contender.prepare(handshakeCount);
      const target = targetOf(contender, subject, { known: token === 'known' });
      const before = subject.cpu();
      await handshakes(target, { total: handshakeCount, parallel: 50 });
      const spent = (subject.cpu() - before) / handshakeCount;
      return { [cpu]: spent, rate: 1e6 / spent };
    },
  };
}

export const invokeName = 'HTTP invoke, 1 KiB of JSON, 64 connections';

export const invoke: Row = {
  name: invokeName,
  units: { rate: 'per CPU second' },
  measure: async ({ contender, subject }) => {
    const target = targetOf(contender, subject, { form: 'invoke' });
    const before = subject.cpu();
    const count = await requests(target, { connections: 64, seconds });
    return { rate: count / ((subject.cpu() - before) / 1e6) };
  },
};

export const idleName = (connections: number): string =>
  `idle connection, ${connections.toLocaleString('en')} of them`;

/** Milliseconds that connections are left alone before memory is read. */
const rest = 1500;

export function idle(connections: number): Row {
  return {
    name: idleName(connections),
    units: { resident: 'KB' },
    isFresh: true,
    measure: async ({ contender, subject }) => {
      const target = targetOf(contender, subject, {});
      // What is there once is not counted: code that is compiled, keys that are read.
      await handshakes(target, { total: 200, parallel: 20 });
      await pause(rest);
      const before = subject.resident();
      await using _open = await openMany(target, connections);
      await pause(rest);
      return { resident: (subject.resident() - before) / connections / 1000 };
    },
  };
}

export const heap: Row = {
  name: 'heap allocated for 100,000 relayed chunks of 128 B, 64 connections',
  units: { allocated: 'MB' },
  only: ['mooring'],
  measure: async ({ contender }) => {
    if (contender.startHoarding === undefined)
      throw new TypeError(`${contender.name} has no heap to ask for`);
    await using subject = await contender.startHoarding();
    await using sockets = await openMany(targetOf(contender, subject, {}), 64);
    await roundTrips(sockets, { size: 128, seconds: 1 });
    const before = await subject.heap();
    const { answered } = await roundTrips(sockets, { size: 128, seconds });
    // Each round trip is a chunk there and one back.
    return { allocated: (((await subject.heap()) - before) / (answered * 2)) * (100_000 / 1e6) };
  },
};

export const latencyName = 'latency added at half load, 1 KiB, 64 connections';

/** What a proxy adds to a connection without one, at half of what it can do. */
export function latency(direct: Subject): Row {
  const size = 1024;
  const bare: Target = { port: direct.port, path: '/', tls: false, token: () => undefined };
  return {
    name: latencyName,
    units: { p50: 'µs', p99: 'µs' },
    measure: async ({ contender, subject }) => {
      await using proxied = await openMany(targetOf(contender, subject, {}), 64);
      await using straight = await openMany(bare, 64);
      const { count } = await roundTrips(proxied, { size, seconds: 1 });
      await pause(100);
      const rate = count / 2;
      const without = await paced(straight, { size, seconds: 1, rate });
      await pause(100);
      const through = await paced(proxied, { size, seconds: 1, rate });
      const added = (share: number): number =>
        percentile(through.latencies, share) - percentile(without.latencies, share);
      return { p50: added(0.5), p99: added(0.99) };
    },
  };
}
