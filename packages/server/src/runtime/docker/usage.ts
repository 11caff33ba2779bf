/** What a container uses of its machine, as its engine counts. */
import type { Container } from 'dockerode';
import { z } from 'zod';
import type { Usage } from '../runtime.ts';
import { within } from './within.ts';

const sample = z.looseObject({
  cpu_stats: z.looseObject({ cpu_usage: z.looseObject({ total_usage: z.number() }) }),
  memory_stats: z.looseObject({
    usage: z.number(),
    stats: z.record(z.string(), z.unknown()).default({}),
  }),
});

/** Seconds: a sample that takes longer says nothing about now. */
const limit = 5;

/** Undefined: it does not run, or the engine does not tell. Never rejects. */
export async function usageOf(container: Container): Promise<Usage | undefined> {
  const found = await within(() => container.stats({ stream: false, 'one-shot': true }), limit).catch(
    () => undefined,
  );
  const parsed = sample.safeParse(found);
  if (!parsed.success) return undefined;
  const { cpu_stats: cpu, memory_stats: memory } = parsed.data;
  // Pages of files that the kernel gives back when somebody needs memory are nobody's need.
  const idle = memory.stats['inactive_file'] ?? memory.stats['total_inactive_file'] ?? 0;
  return {
    cpuSeconds: cpu.cpu_usage.total_usage / 1e9,
    memoryBytes: Math.max(0, memory.usage - Number(idle)),
  };
}
