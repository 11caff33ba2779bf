/** `--min`, `--max` and `--scale-on` as the API's scaling. */
import type { ScalingConfig } from '@mooring/contract';
import { Refusal } from '../refusal.ts';

export interface ScalingOptions {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** `concurrency:10` */
  readonly scaleOn?: string | undefined;
}

const metrics = {
  concurrency: (target: number) => ({
    scalingType: 'CONCURRENCY' as const,
    targetConcurrencyThreshold: target,
  }),
  rps: (target: number) => ({ scalingType: 'REQUESTS_PER_SECOND' as const, targetRpsThreshold: target }),
  cpu: (target: number) => ({ scalingType: 'CPU' as const, targetCpuThreshold: target }),
  memory: (target: number) => ({ scalingType: 'MEMORY' as const, targetMemoryThreshold: target }),
};

const isMetric = (name: string): name is keyof typeof metrics => Object.hasOwn(metrics, name);

/** What the service scales by when nobody says anything. */
const defaults: ScalingConfig = { scalingType: 'REQUESTS_PER_SECOND', targetRpsThreshold: 50 };

/** Put over what there was; undefined when the options say nothing. Refuses what cannot be. */
export function scalingFor(
  { min, max, scaleOn }: ScalingOptions,
  old: ScalingConfig = defaults,
): ScalingConfig | undefined {
  if (min === undefined && max === undefined && scaleOn === undefined) return undefined;
  const { minReplica, maxReplica } = old;
  const range = { minReplica: min ?? minReplica, maxReplica: max ?? maxReplica };
  // Only the option that is not given gives way.
  if (
    range.minReplica !== undefined &&
    range.maxReplica !== undefined &&
    range.minReplica > range.maxReplica
  ) {
    if (min !== undefined && max !== undefined)
      throw new Refusal('--min must not be more than --max.', { exit: 'usage' });
    if (min === undefined) range.minReplica = max;
    else range.maxReplica = min;
  }
  return {
    ...(scaleOn === undefined ? old : metricOf(scaleOn)),
    ...(range.minReplica !== undefined && { minReplica: range.minReplica }),
    ...(range.maxReplica !== undefined && { maxReplica: range.maxReplica }),
  };
}

function metricOf(text: string): ScalingConfig {
  const [name = '', target = '', ...rest] = text.split(':');
  const value = Number(target);
  const most = name === 'cpu' || name === 'memory' ? 100 : Number.MAX_SAFE_INTEGER;
  if (isMetric(name) && /^\d+$/.test(target) && value >= 1 && value <= most && rest.length === 0)
    return metrics[name](value);
  throw new Refusal(`--scale-on ${text} is nothing to scale on.`, {
    exit: 'usage',
    hint: 'Give concurrency:10, rps:50, cpu:70 or memory:80: what one replica should have, the last two in percent.',
  });
}
