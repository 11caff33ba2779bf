import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Meter, type Metered } from './usage.ts';

const replica = (id: string, use: { cpuSeconds: number; memoryBytes: number } | undefined): Metered => ({
  id,
  usage: async () => use,
});

test('memory is the percent of the limit of one, for all together', async () => {
  const meter = new Meter(() => 0);
  const replicas = [100, 300].map((memoryBytes, index) =>
    replica(`${index}`, { cpuSeconds: 0, memoryBytes }),
  );
  await meter.measure('MEMORY', replicas, { cpus: 1, memory: 400 });
  assert.equal(meter.load, 100);
});

test('the processor is what was used since the last look; who is new counts as the others do', async () => {
  let now = 0;
  const meter = new Meter(() => now);
  const limits = { cpus: 2, memory: 1 };
  await meter.measure('CPU', [replica('a', { cpuSeconds: 5, memoryBytes: 0 })], limits);
  assert.equal(meter.load, undefined);
  now = 2000;
  const later = [
    replica('a', { cpuSeconds: 7, memoryBytes: 0 }),
    replica('b', { cpuSeconds: 9, memoryBytes: 0 }),
  ];
  await meter.measure('CPU', later, limits);
  assert.equal(meter.load, 100);
  now = 3000;
  await meter.measure('CPU', [replica('a', { cpuSeconds: 1, memoryBytes: 0 })], limits);
  assert.equal(meter.load, 0);
  now = 20_000;
  assert.equal(meter.load, undefined);
});

test('what is not to be had changes nothing, and is not asked for without need', async () => {
  const meter = new Meter(() => 0);
  await meter.measure('CPU', [replica('a', undefined)], { cpus: 1, memory: 1 });
  assert.equal(meter.load, undefined);
  const asked: Metered = { id: 'a', usage: () => assert.fail('nobody needs it') };
  await meter.measure('CONCURRENCY', [asked], { cpus: 1, memory: 1 });
});
