import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScalingConfig } from '@mooring/contract';
import { scalingFor, type ScalingOptions } from './scaling.ts';

const old: ScalingConfig = { scalingType: 'CPU', targetCpuThreshold: 70, minReplica: 2, maxReplica: 4 };

const cases: readonly {
  name: string;
  options: ScalingOptions;
  wanted: ScalingConfig | undefined;
  old?: ScalingConfig;
}[] = [
  { name: 'nothing is nothing', options: {}, wanted: undefined },
  {
    name: 'all of it',
    options: { min: 0, max: 5, scaleOn: 'concurrency:10' },
    wanted: { scalingType: 'CONCURRENCY', targetConcurrencyThreshold: 10, minReplica: 0, maxReplica: 5 },
  },
  {
    name: 'a number of a new application',
    options: { min: 0 },
    wanted: { scalingType: 'REQUESTS_PER_SECOND', targetRpsThreshold: 50, minReplica: 0 },
  },
  { name: 'a number of one that is there', options: { max: 6 }, old, wanted: { ...old, maxReplica: 6 } },
  {
    name: 'more than there could be',
    options: { min: 9 },
    old,
    wanted: { ...old, minReplica: 9, maxReplica: 9 },
  },
  {
    name: 'less than there must be',
    options: { max: 1 },
    old,
    wanted: { ...old, minReplica: 1, maxReplica: 1 },
  },
  {
    name: 'another metric',
    options: { scaleOn: 'memory:80' },
    old,
    wanted: { scalingType: 'MEMORY', targetMemoryThreshold: 80, minReplica: 2, maxReplica: 4 },
  },
];

for (const { name, options, wanted, old: present } of cases)
  test(`scaling: ${name}`, () => assert.deepEqual(scalingFor(options, present), wanted));

for (const scaleOn of ['speed:1', 'cpu', 'cpu:0', 'cpu:101', 'rps:x', 'concurrency:1:2', 'toString:1', ''])
  test(`${JSON.stringify(scaleOn)} is nothing to scale on`, () =>
    assert.throws(() => scalingFor({ scaleOn }), { message: /nothing to scale on/ }));

test('more at least than at most is refused', () =>
  assert.throws(() => scalingFor({ min: 2, max: 1 }), { message: /--min must not be more than --max/ }));
