/** Subject: a program that is measured, in a process of its own, and what the system says about its processes. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import { z } from 'zod';

const ports = z.object({ port: z.number(), tlsPort: z.number().optional() });

/** A running program that listens. Disposal kills it. */
export interface Subject extends AsyncDisposable {
  /** Where it listens for plain connections, and where for TLS if it does. */
  readonly port: number;
  readonly tlsPort: number;
  /** CPU time of all its processes so far, in microseconds. The system counts it in steps of 10 ms. */
  cpu(): number;
  /** Resident memory of all its processes, in bytes. */
  resident(): number;
}

/** A program of the bench itself. */
export interface Program extends Subject {
  /** JavaScript heap in use, in bytes. */
  heap(): Promise<number>;
}

/** Starts a program of the bench, which calls `serve` once it listens. `flags` are Node's. */
export async function start(
  program: URL,
  argument: unknown,
  flags: readonly string[] = [],
): Promise<Program> {
  const child = fork(program, [JSON.stringify(argument)], {
    execArgv: ['-C', 'mooring', ...flags],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const gone = once(child, 'exit');
  const early = gone.then(() => {
    throw new Error(`${program.pathname} ended before it listened`);
  });
  early.catch(() => {});
  const [message] = await Promise.race([once(child, 'message'), early]);
  const { port, tlsPort = 0 } = ports.parse(message);
  return {
    port,
    tlsPort,
    ...usageOf(child.pid),
    heap: async () => {
      const answer = once(child, 'message');
      child.send('heap');
      const [used] = await answer;
      return z.number().parse(used);
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** What a process and its children use, from /proc. */
export function usageOf(pid: number | undefined): Pick<Subject, 'cpu' | 'resident'> {
  if (pid === undefined) throw new Error('the program could not be started');
  const sum = (read: (pid: number) => number): number =>
    family(pid).reduce((total, member) => total + read(member), 0);
  return { cpu: () => sum(cpuOf), resident: () => sum(residentOf) };
}

/** The process and all its descendants. */
function family(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return [pid, ...children.flatMap((child) => family(Number(child)))];
}

/** Microseconds in one tick of /proc/PID/stat: Linux shows them at 100 Hz on every architecture that Node has. */
const tick = 10_000;

function cpuOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold anything; utime and stime are fields 14 and 15 (proc(5)).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tick;
}

function residentOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

/** For the programs: tells the ports, answers about the heap, and ends with the bench. */
export function serve(listening: z.infer<typeof ports>): void {
  process.send?.(listening);
  process.on('message', () => process.send?.(getHeapStatistics().used_heap_size));
  process.on('disconnect', () => process.exit());
}

/** What the bench told this program, as JSON. */
export function argument(): string {
  return process.argv[2] ?? 'null';
}
