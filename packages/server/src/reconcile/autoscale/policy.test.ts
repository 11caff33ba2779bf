import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultSettings, type ScalingConfig } from '@mooring/contract';
import { policyOf } from './policy.ts';

const cases: [ScalingConfig, target: number, min: number, max: number][] = [
  [{ scalingType: 'REQUESTS_PER_SECOND' }, 50, 1, 3],
  [{ scalingType: 'CONCURRENCY' }, 10, 1, 3],
  [{ scalingType: 'CPU', minReplica: 5 }, 70, 5, 5],
  [{ scalingType: 'MEMORY', minReplica: 0, maxReplica: 1 }, 80, 0, 1],
  [{ scalingType: 'CPU', targetCpuThreshold: 40, targetRpsThreshold: 9 }, 40, 1, 3],
  [{ scalingType: 'MEMORY', targetMemoryThreshold: 41 }, 41, 1, 3],
  [{ scalingType: 'CONCURRENCY', targetConcurrencyThreshold: 42 }, 42, 1, 3],
  [{ scalingType: 'REQUESTS_PER_SECOND', targetRpsThreshold: 43 }, 43, 1, 3],
];

for (const [config, target, min, max] of cases)
  test(`${JSON.stringify(config)} is ${target} per replica, from ${min} to ${max}`, () => {
    const policy = policyOf(config, defaultSettings);
    assert.deepEqual(
      [policy.metric, policy.target, policy.min, policy.max],
      [config.scalingType, target, min, max],
    );
  });

test('the windows and rates are settings; the short window is never the longer one', () => {
  const settings = { ...defaultSettings, stableWindow: 20, panicWindow: 30, scaleUpRate: 3 };
  const policy = policyOf({ scalingType: 'CPU' }, settings);
  assert.deepEqual([policy.stableWindow, policy.panicWindow, policy.scaleUpRate], [20, 20, 3]);
});
