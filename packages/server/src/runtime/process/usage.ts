/** What the processes of a group use of the machine. Processes that left the group are not counted. */
import type { Usage } from '../runtime.ts';
import { allProcesses, residentBytes, ticksPerSecond, type ProcessFacts } from './proc.ts';

let walk: Promise<ProcessFacts[]> | undefined;

/** Undefined: the group is gone, or the system does not tell. */
export async function usageOf(group: number): Promise<Usage | undefined> {
  const members = (await everybody()).filter((one) => one.group === group);
  if (members.length === 0) return undefined;
  const memory = await Promise.all(members.map(({ pid }) => residentBytes(pid)));
  return {
    cpuSeconds: members.reduce((sum, { cpuTicks }) => sum + cpuTicks, 0) / ticksPerSecond,
    memoryBytes: memory.reduce((sum, bytes) => sum + bytes, 0),
  };
}

/** Who asks while the processes are looked through gets the same answer: many replicas are sampled at once. */
function everybody(): Promise<ProcessFacts[]> {
  walk ??= allProcesses().finally(() => (walk = undefined));
  return walk;
}
