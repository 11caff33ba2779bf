/**
 * What hosting a stdio MCP server costs, beside supergateway: the same server, the same load, in turns over each
 * transport that both have. With one session both have one process of the server; with more, supergateway has one for
 * all of them over WebSocket.
 */
import { performance } from 'node:perf_hooks';
import { figure, median, type Figure, type Findings, type Target } from '../figure.ts';
import { percentile } from '../relay/load.ts';
import { startMooring, startSupergateway, transports, type Host, type Transport } from './hosts.ts';
import type { Session } from './sessions.ts';

export interface HostingOptions {
  /** Turns: what a median is made of. */
  readonly pairs: number;
  readonly note: (text: string) => void;
}

/** Sessions at a time, with one call in flight each. */
const loads = [8, 1];
const seconds = 2;
const message = 'a'.repeat(64);
const units = { calls: 'per second', p50: 'µs', p99: 'µs', CPU: 'µs per call' } as const;

interface Load {
  readonly over: Transport;
  readonly sessions: number;
}

type Measured = Record<keyof typeof units, number>;
type Turn = ReadonlyMap<string, Measured>;

export async function hosting({ pairs, note }: HostingOptions): Promise<Findings> {
  await using owned = new AsyncDisposableStack();
  const hosts = [owned.use(await startMooring()), owned.use(await startSupergateway())];
  const figures: Figure[] = [];
  const targets: Target[] = [];
  const kinds = Object.keys(transports).filter((name): name is Transport => name in transports);
  for (const load of kinds.flatMap((over) => loads.map((sessions) => ({ over, sessions })))) {
    const turns: Turn[] = [];
    for (let turn = 1; turn <= pairs; turn += 1) {
      note(`${nameOf(load)}, turn ${turn} of ${pairs}`);
      turns.push(await takeTurn(hosts, load));
    }
    figures.push(...figuresOf(load, hosts, turns));
    targets.push(ratioOf(load, turns));
  }
  return { figures, targets };
}

async function takeTurn(hosts: readonly Host[], load: Load): Promise<Turn> {
  const turn = new Map<string, Measured>();
  for (const host of hosts) turn.set(host.name, await measure(host, load));
  return turn;
}

async function measure(host: Host, { over, sessions }: Load): Promise<Measured> {
  await using owned = new AsyncDisposableStack();
  const opened = await Promise.all(Array.from({ length: sessions }, () => transports[over](host.door(over))));
  for (const session of opened) owned.use(session);
  await callFor(opened, 0.5);
  const before = host.cpu(over);
  const latencies = await callFor(opened, seconds);
  return {
    calls: latencies.length / seconds,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    CPU: (host.cpu(over) - before) / latencies.length,
  };
}

/** Calls as fast as the answers come. Returns how long each took, in microseconds, ascending. */
async function callFor(opened: readonly Session[], time: number): Promise<number[]> {
  const latencies: number[] = [];
  const over = performance.now() + time * 1000;
  const asking = opened.map(async (session) => {
    for (let now = performance.now(); now < over;) {
      await session.call(message);
      const answered = performance.now();
      latencies.push((answered - now) * 1000);
      now = answered;
    }
  });
  await Promise.all(asking);
  return latencies.toSorted((one, other) => one - other);
}

const nameOf = ({ over, sessions }: Load): string =>
  `tool calls over ${over}, ${sessions} session${sessions === 1 ? '' : 's'}`;

function figuresOf(load: Load, hosts: readonly Host[], turns: readonly Turn[]): Figure[] {
  return Object.entries(units).flatMap(([what, unit]) =>
    hosts.map(({ name: subject }) => {
      const values = turns.map((turn) => valueOf(turn, subject, what));
      return figure({ name: `${nameOf(load)}: ${what}`, subject, unit }, values);
    }),
  );
}

function ratioOf(load: Load, turns: readonly Turn[]): Target {
  const ratio = median(
    turns.map((turn) => valueOf(turn, 'mooring', 'calls') / valueOf(turn, 'supergateway', 'calls')),
  );
  return { name: `${nameOf(load)}: calls, of supergateway's`, ratio, limit: '≥ 1', holds: ratio >= 1 };
}

function valueOf(turn: Turn, subject: string, what: string): number {
  return Object.entries(turn.get(subject) ?? {}).find(([name]) => name === what)?.[1] ?? NaN;
}
