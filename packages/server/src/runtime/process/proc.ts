/**
 * What the system tells about processes: their identity, group and environment, from Linux' /proc. Where there
 * is no /proc only the identity is known (from ps), and the lists are empty.
 */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface ProcessFacts {
  readonly pid: number;
  readonly group: number;
  /** Clock ticks between the machine's start and this process's start. */
  readonly started: string;
  /** Clock ticks of processor time: its own, and that of its children that have ended. */
  readonly cpuTicks: number;
}

/** Clock ticks of a second: what Linux tells programs, whatever the kernel itself counts with. */
export const ticksPerSecond = 100;

/** Facts of a living process. Undefined: there is none, it is a zombie, or there is no /proc. */
export async function factsOf(pid: number): Promise<ProcessFacts | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  // The second field is the program's name in parentheses and may itself hold blanks and parentheses.
  const [state, , group, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const started = rest[16];
  if (state === undefined || started === undefined || state === 'Z' || state === 'X') return undefined;
  const cpuTicks = rest.slice(8, 12).reduce((sum, ticks) => sum + Number(ticks), 0);
  return { pid, group: Number(group), started, cpuTicks };
}

/** Facts of every living process. */
export async function allProcesses(): Promise<ProcessFacts[]> {
  const names = await readdir('/proc').catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const facts = await Promise.all(pids.map(factsOf));
  return facts.filter((one) => one !== undefined);
}

/** Bytes of memory that the process holds, shared ones included. 0: it is gone, or the system does not tell. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

/** True when the process was started with this `NAME=value` in its environment, as far as that can be read. */
export async function carries(pid: number, variable: string): Promise<boolean> {
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  return environment.split('\0').includes(variable);
}

/**
 * A text that no other process on this machine ever has, also after its pid is used again.
 * Undefined: there is no such process, or the system does not tell.
 */
export async function identityOf(pid: number): Promise<string | undefined> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(() => undefined);
  if (boot === undefined) return await startTime(pid);
  const facts = await factsOf(pid);
  return facts && `${boot.trim()} ${facts.started}`;
}

async function startTime(pid: number): Promise<string | undefined> {
  const found = await run('ps', ['-o', 'lstart=', '-p', String(pid)], { timeout: 5000 }).catch(
    () => undefined,
  );
  return found?.stdout.trim() || undefined;
}
