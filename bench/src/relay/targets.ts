/** Targets of the relay: what it may cost, as ratios of figures that were measured in the same turn. */
import { median, type Target } from '../figure.ts';
import { handshakeName, idleName, invokeName, latencyName, tripName, type Measured } from './rows.ts';

/** What was measured in each turn, by row and contender. */
export type Turns = readonly ReadonlyMap<string, ReadonlyMap<string, Measured>>[];

interface Wanted {
  readonly row: string;
  readonly figure: string;
  readonly limit: { readonly most: number } | { readonly least: number };
  /** A contender in a row (default: the same one), the best peer, or a number. */
  readonly against:
    | { readonly contender: string; readonly row?: string }
    | 'best peer'
    | { readonly value: number };
}

const ours = 'mooring';
const haproxy = { contender: 'HAProxy' };
const nginx = { contender: 'nginx' };
const httpProxy = { contender: 'http-proxy-3' };
const trips = (size: number) => tripName({ size });
const known = handshakeName('known');
const cpu = 'CPU';

const wanted: Wanted[] = [
  { row: trips(128), figure: cpu, limit: { most: 1.2 }, against: haproxy },
  { row: trips(128), figure: cpu, limit: { most: 0.8 }, against: httpProxy },
  { row: trips(1024), figure: cpu, limit: { most: 1.1 }, against: haproxy },
  { row: trips(16_384), figure: cpu, limit: { most: 0.75 }, against: haproxy },
  { row: trips(16_384), figure: cpu, limit: { most: 0.5 }, against: nginx },
  { row: trips(2 ** 20), figure: 'throughput', limit: { least: 1 }, against: 'best peer' },
  {
    row: tripName({ size: 128, connections: 4000 }),
    figure: cpu,
    limit: { most: 1.3 },
    against: { contender: ours, row: trips(128) },
  },
  { row: handshakeName('fresh'), figure: cpu, limit: { most: 0.9 }, against: { ...httpProxy, row: known } },
  { row: known, figure: cpu, limit: { most: 0.6 }, against: httpProxy },
  { row: known, figure: cpu, limit: { most: 3 }, against: nginx },
  ...[4500, 9000].flatMap((connections): Wanted[] => [
    { row: idleName(connections), figure: 'resident', limit: { most: 1 }, against: { value: 12 } },
    { row: idleName(connections), figure: 'resident', limit: { most: 1 }, against: nginx },
  ]),
  { row: latencyName, figure: 'p50', limit: { most: 1.5 }, against: haproxy },
  { row: invokeName, figure: 'rate', limit: { least: 1.5 }, against: httpProxy },
  { row: tripName({ size: 1024, tls: true }), figure: cpu, limit: { most: 1.3 }, against: haproxy },
];

/** Those of which both sides were measured. A target holds when the median of the ratios does. */
export function judge(turns: Turns): Target[] {
  return wanted.flatMap((target) => {
    const ratios = turns.flatMap((turn) => ratioOf(target, turn) ?? []);
    if (ratios.length === 0) return [];
    const ratio = median(ratios);
    const { limit } = target;
    const holds = 'most' in limit ? ratio <= limit.most : ratio >= limit.least;
    return [
      { name: nameOf(target), ratio, limit: 'most' in limit ? `≤ ${limit.most}` : `≥ ${limit.least}`, holds },
    ];
  });
}

function ratioOf(target: Wanted, turn: Turns[number]): number | undefined {
  const mine = turn.get(target.row)?.get(ours)?.[target.figure];
  const theirs = otherOf(target, turn);
  return mine === undefined || theirs === undefined ? undefined : mine / theirs;
}

function otherOf({ row, figure, against, limit }: Wanted, turn: Turns[number]): number | undefined {
  if (against !== 'best peer') {
    if ('value' in against) return against.value;
    return turn.get(against.row ?? row)?.get(against.contender)?.[figure];
  }
  const peers = [...(turn.get(row) ?? [])].flatMap(([name, values]) =>
    name === ours ? [] : (values[figure] ?? []),
  );
  if (peers.length === 0) return undefined;
  return 'most' in limit ? Math.min(...peers) : Math.max(...peers);
}

function nameOf({ row, figure, against }: Wanted): string {
  const what = `${row}: ${figure}`;
  if (against === 'best peer') return `${what}, of the best peer's`;
  if ('value' in against) return `${what}, of ${against.value}`;
  const other = against.row === undefined ? '' : ` at ${against.row}`;
  return `${what}, of ${against.contender}'s${other}`;
}
