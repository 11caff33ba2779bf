/** Watches the health of a replica that is ready: probes it until it was bad several times in a row. */
import { pauseFor } from '../kit/pause.ts';
import { probe, type ProbeTarget } from './probe.ts';
import type { ProbeTiming } from './ready.ts';

export interface HealthOptions extends Pick<
  ProbeTiming,
  'healthInterval' | 'healthFailures' | 'probeTimeout'
> {
  readonly address: Pick<ProbeTarget, 'host' | 'port'>;
  /** Aborts when the replica ends. */
  readonly life: AbortSignal;
}

/** What it answered, as a sentence. Undefined: it ended before it was unhealthy. */
export async function awaitUnhealthy(options: HealthOptions): Promise<string | undefined> {
  const { address, healthInterval, healthFailures, probeTimeout, life } = options;
  const target = { ...address, path: '/health' } as const;
  let failures = 0;
  while (await pauseFor(healthInterval, life)) {
    const answer = await probe(target, { timeoutMs: probeTimeout, signal: life });
    if (life.aborted) return undefined;
    failures = answer.good ? 0 : failures + 1;
    if (failures < healthFailures) continue;
    return `GET http://${address.host}:${address.port}/health: ${answer.said}, ${failures} times in a row`;
  }
  return undefined;
}
