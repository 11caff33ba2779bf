/**
 * What management costs: creation rate, listing, start-up time and resident memory of a whole server on SQLite,
 * over real HTTP, with an empty store and with 10,000 applications in it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { figure, type Figure, type Findings } from '../figure.ts';
import { start, type Subject } from '../subject.ts';
import { openApplications, type Applications } from './applications.ts';

export interface ControlOptions {
  /** Applications in the store at the end. */
  readonly applications: number;
  /** How often start-up and list are measured. */
  readonly repetitions: number;
  readonly signal: AbortSignal;
}

const program = new URL('./server.ts', import.meta.url);
/** Creations are measured in so many parts, with so many requests at a time. */
const batches = 10;
const parallel = 8;
const pageSize = 100;
/** Milliseconds that a server is left alone before its memory is read. */
const rest = 3000;

export async function control(options: ControlOptions): Promise<Findings> {
  await using owned = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'mooring-bench-'));
  owned.defer(() => rm(dataDir, { recursive: true, force: true }));
  const empty = await starts(dataDir, options, 'empty store');
  const made = await creations(dataDir, options);
  const stocked = `${options.applications.toLocaleString('en')} applications`;
  const full = await starts(dataDir, options, stocked);
  const listed = await lists(dataDir, options);
  return { figures: [...empty, ...made, ...full, ...listed], targets: [] };
}

/** Start-up until everything has been tried once and is served, and memory when nothing has been asked of it. */
async function starts(dataDir: string, options: ControlOptions, stock: string): Promise<Figure[]> {
  const times: number[] = [];
  const sizes: number[] = [];
  for (let turn = 0; turn < options.repetitions; turn += 1) {
    const before = performance.now();
    await using server = await start(program, dataDir);
    times.push(performance.now() - before);
    await pause(rest, undefined, options);
    sizes.push(server.resident() / 2 ** 20);
  }
  return [
    ours(`start-up, ${stock}`, 'ms', times),
    ours(`resident memory of the idle server, ${stock}`, 'MiB', sizes),
  ];
}

/** Each until its work request has succeeded, so that what happens behind the answer is counted. */
async function creations(dataDir: string, options: ControlOptions): Promise<Figure[]> {
  await using server = await start(program, dataDir);
  const applications = await open(server, dataDir, options);
  const size = options.applications / batches;
  const rates: number[] = [];
  const costs: number[] = [];
  for (let batch = 0; batch < batches; batch += 1) {
    const names = Array.from({ length: size }, (_, index) => `bench-${batch}-${index}`);
    const before = { time: performance.now(), cpu: server.cpu() };
    await applications.create(names, { parallel });
    rates.push((size / (performance.now() - before.time)) * 1000);
    costs.push((server.cpu() - before.cpu) / size / 1000);
  }
  return [ours(`creations, ${parallel} at a time`, 'per s', rates), ours('CPU of a creation', 'ms', costs)];
}

async function lists(dataDir: string, options: ControlOptions): Promise<Figure[]> {
  await using server = await start(program, dataDir);
  const applications = await open(server, dataDir, options);
  const walks: number[] = [];
  const pages: number[] = [];
  const costs: number[] = [];
  for (let turn = 0; turn < options.repetitions; turn += 1) {
    const before = { time: performance.now(), cpu: server.cpu() };
    const walked = await applications.walk({ limit: pageSize });
    const time = performance.now() - before.time;
    if (walked.items !== options.applications) throw new Error(`the list had ${walked.items} applications`);
    walks.push(time);
    pages.push(time / walked.pages);
    costs.push((server.cpu() - before.cpu) / walked.pages / 1000);
  }
  return [
    ours(`list of ${options.applications.toLocaleString('en')} applications, page by page`, 'ms', walks),
    ours(`one page of ${pageSize} of that list`, 'ms', pages),
    ours(`CPU of one page of ${pageSize}`, 'ms', costs),
  ];
}

const open = (
  { port }: Subject,
  dataDir: string,
  { signal }: Pick<ControlOptions, 'signal'>,
): Promise<Applications> => openApplications({ port, dataDir, signal });

const ours = (name: string, unit: string, values: readonly number[]): Figure =>
  figure({ name, subject: 'mooring', unit }, values);
