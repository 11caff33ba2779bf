/**
 * Process groups and how they end. To a replica belongs every process of its group, and every process that
 * left the group but still carries the replica's mark in its environment. Zombies count as gone.
 */
import { pauseFor } from '../../kit/pause.ts';
import { allProcesses, carries } from './proc.ts';

export interface Group {
  /** Pid of the process that leads the group; the group has the same number. */
  readonly leader: number;
  /** `NAME=value` that every process of the replica inherits. */
  readonly mark: string;
}

/** Milliseconds after SIGKILL until what is still there is given up (a process stuck in the kernel). */
const killLimit = 5000;

const never = new AbortController().signal;

/** Signals the whole group. False when it has no process. */
export function signalGroup(leader: number, signal: NodeJS.Signals): boolean {
  return send(-leader, signal);
}

/** Processes outside the group that carry its mark. */
export async function strays(group: Group): Promise<number[]> {
  const others = (await allProcesses()).filter(
    (one) => one.group !== group.leader && one.pid !== process.pid,
  );
  const marked = await Promise.all(others.map(({ pid }) => carries(pid, group.mark)));
  return others.filter((_, index) => marked[index]).map(({ pid }) => pid);
}

export interface EndOptions {
  /** Milliseconds between SIGTERM and SIGKILL. 0: SIGKILL at once. */
  readonly graceMs: number;
  /** Ends the grace early. */
  readonly hurry?: AbortSignal;
  /** Saves looking around while the leader is still alive. */
  readonly leaderGone?: Promise<unknown>;
}

/** Ends a group and its strays. Resolves when nothing is left, with false when something could not be ended. */
export async function endGroup(group: Group, options: EndOptions): Promise<boolean> {
  if (options.graceMs > 0 && (await endGently(group, options))) return true;
  return await repeat({ limitMs: killLimit }, async () => {
    signalGroup(group.leader, 'SIGKILL');
    const outside = await strays(group);
    for (const pid of outside) send(pid, 'SIGKILL');
    return outside.length === 0 && !(await isAlive(group.leader));
  });
}

async function endGently(group: Group, { graceMs, leaderGone, hurry }: EndOptions): Promise<boolean> {
  const until = performance.now() + graceMs;
  signalGroup(group.leader, 'SIGTERM');
  for (const pid of await strays(group)) send(pid, 'SIGTERM');
  const over = new AbortController();
  const signal = hurry ? AbortSignal.any([over.signal, hurry]) : over.signal;
  await Promise.race([leaderGone, pauseFor(graceMs, signal)]);
  over.abort();
  return await repeat({ limitMs: until - performance.now(), hurry }, async () => {
    return !(await isAlive(group.leader)) && (await strays(group)).length === 0;
  });
}

/** True while the group has a process that is not a zombie. */
async function isAlive(leader: number): Promise<boolean> {
  if (!send(-leader, 0)) return false;
  const all = await allProcesses();
  return all.length === 0 || all.some(({ group }) => group === leader);
}

function send(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(target, signal);
  } catch (error) {
    // ESRCH: nobody there. EPERM: somebody there who is not ours to signal.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** No event tells that a group is empty: the condition is tried again, ever more rarely, until the limit. */
async function repeat(
  { limitMs, hurry = never }: { limitMs: number; hurry?: AbortSignal | undefined },
  done: () => Promise<boolean>,
): Promise<boolean> {
  const until = performance.now() + limitMs;
  for (let pause = 5; ; pause = Math.min(pause * 1.5, 200)) {
    if (await done()) return true;
    if (performance.now() + pause > until || !(await pauseFor(pause, hurry))) return false;
  }
}
