/** Policy: what the number of replicas follows, and how fast. From the application's scalingConfig and settings. */
import type { ApplicationSettings, ScalingConfig } from '@mooring/contract';

export type Metric = ScalingConfig['scalingType'];

/** Settings that say how fast. Seconds, except for the factors. */
export type Pace = Pick<
  ApplicationSettings,
  'stableWindow' | 'panicWindow' | 'panicThreshold' | 'scaleUpRate' | 'scaleDownRate' | 'scaleToZeroAfter'
>;

export interface Policy extends Pace {
  readonly metric: Metric;
  /** Of the metric, per replica: requests and connections at a time, requests a second, or percent of its limit. */
  readonly target: number;
  readonly min: number;
  readonly max: number;
}

/** Thresholds of those that gave a metric without one (OCI reference, section 5.1, names no defaults but the last). */
const targets: Record<Metric, number> = { CPU: 70, MEMORY: 80, CONCURRENCY: 10, REQUESTS_PER_SECOND: 50 };

/** Without a configuration: 1 to 3 replicas, 50 requests a second each (OCI reference, section 5.1). */
export function policyOf(config: ScalingConfig, settings: Pace): Policy {
  const { scalingType: metric, minReplica: min = 1 } = config;
  const { stableWindow, panicWindow, panicThreshold, scaleUpRate, scaleDownRate, scaleToZeroAfter } =
    settings;
  const given = {
    CPU: config.targetCpuThreshold,
    MEMORY: config.targetMemoryThreshold,
    CONCURRENCY: config.targetConcurrencyThreshold,
    REQUESTS_PER_SECOND: config.targetRpsThreshold,
  }[metric];
  return {
    metric,
    target: given ?? targets[metric],
    min,
    max: config.maxReplica ?? Math.max(3, min),
    stableWindow,
    panicWindow: Math.min(panicWindow, stableWindow),
    panicThreshold,
    scaleUpRate,
    scaleDownRate,
    scaleToZeroAfter,
  };
}
