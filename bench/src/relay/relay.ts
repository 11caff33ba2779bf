/**
 * What the relay costs, beside the programs that would be taken instead. In every turn each contender has its go at
 * each row, one after the other, so that what else the machine does falls on all of them.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figure, type Figure, type Findings } from '../figure.ts';
import { lineUp, type Contender, type Line } from './contenders.ts';
import {
  handshake,
  heap,
  idle,
  invoke,
  latency,
  settle,
  trip,
  type Measured,
  type Row,
  type Runner,
} from './rows.ts';
import { judge, type Turns } from './targets.ts';

export interface RelayOptions {
  /** Turns: what a median is made of. */
  readonly pairs: number;
  /** Which rows, by a part of their name. */
  readonly rows: RegExp;
  /** Told of what is left out, and how it goes. */
  readonly note: (text: string) => void;
}

export async function relay(options: RelayOptions): Promise<Findings> {
  await using owned = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'mooring-bench-'));
  owned.defer(() => rm(directory, { recursive: true, force: true }));
  const line = await lineUp({ directory, owned, missing: options.note });
  const running = new Map<string, Runner>();
  for (const contender of line.contenders)
    running.set(contender.name, { contender, subject: owned.use(await contender.start()) });
  for (const runner of running.values()) await settle(runner);
  const rows = rowsOf(line).filter(({ name }) => options.rows.test(name));
  const turns: Map<string, Map<string, Measured>>[] = [];
  for (let turn = 1; turn <= options.pairs; turn += 1) {
    options.note(`turn ${turn} of ${options.pairs}`);
    turns.push(await takeTurn(rows, line, running));
  }
  return { figures: rows.flatMap((row) => figuresOf(row, line, turns)), targets: judge(turns) };
}

function rowsOf({ direct }: Line): Row[] {
  const ours = ['mooring'];
  return [
    trip({ size: 128 }),
    { ...trip({ size: 128, connections: 4000 }), only: [...ours, 'HAProxy'] },
    trip({ size: 1024 }),
    trip({ size: 1024, tls: true }),
    trip({ size: 16_384 }),
    trip({ size: 2 ** 20 }),
    handshake('known'),
    { ...handshake('fresh'), only: ours },
    invoke,
    { ...latency(direct), only: [...ours, 'HAProxy'] },
    idle(4500),
    idle(9000),
    heap,
  ];
}

const takesPart = (row: Row, { name }: Contender): boolean => row.only?.includes(name) ?? true;

async function takeTurn(
  rows: readonly Row[],
  { contenders }: Line,
  running: ReadonlyMap<string, Runner>,
): Promise<Map<string, Map<string, Measured>>> {
  const turn = new Map<string, Map<string, Measured>>();
  for (const row of rows) {
    const measured = new Map<string, Measured>();
    for (const contender of contenders.filter((one) => takesPart(row, one)))
      measured.set(
        contender.name,
        await measure(row, contender, running).catch((cause: unknown) => {
          throw new Error(`"${row.name}" of ${contender.name} could not be measured`, { cause });
        }),
      );
    turn.set(row.name, measured);
  }
  return turn;
}

async function measure(
  row: Row,
  contender: Contender,
  running: ReadonlyMap<string, Runner>,
): Promise<Measured> {
  const runner = running.get(contender.name);
  if (runner !== undefined && row.isFresh !== true) return await row.measure(runner);
  await using subject = await contender.start();
  return await row.measure({ contender, subject });
}

function figuresOf(row: Row, { contenders }: Line, turns: Turns): Figure[] {
  return Object.entries(row.units).flatMap(([what, unit]) =>
    contenders
      .filter((contender) => takesPart(row, contender))
      .map(({ name: subject }) => {
        const values = turns.flatMap((turn) => turn.get(row.name)?.get(subject)?.[what] ?? []);
        return figure({ name: `${row.name}: ${what}`, subject, unit }, values);
      }),
  );
}
