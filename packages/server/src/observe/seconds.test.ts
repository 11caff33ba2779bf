import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { AggregatorRegistry, Histogram, Registry } from 'prom-client';
import { Seconds } from './seconds.ts';

const about = { name: 'took_seconds', help: 'How long it took.' };
const bounds = [0.1, 1, 10];
const observations = fc.array(
  fc.tuple(
    fc.constantFrom('one', 'two'),
    fc.oneof(fc.constantFrom(0, ...bounds), fc.double({ min: 0, max: 20, noNaN: true })),
  ),
);

test('what was observed is told as prom-client tells it, also of several together', async () => {
  const property = fc.asyncProperty(fc.array(observations, { minLength: 1 }), async (rows) => {
    const [own, theirs] = await Promise.all(
      [rows.map(ours), await Promise.all(rows.map(promClients))].map((families) =>
        AggregatorRegistry.aggregate(families).metrics(),
      ),
    );
    assert.equal(own, theirs);
  });
  await fc.assert(property, { numRuns: 50 });
});

test('nothing is told of an application that is gone', () => {
  const seconds = new Seconds({ ...about, bounds });
  seconds.observe('one', 1);
  seconds.forget('one');
  assert.deepEqual(seconds.family().values, []);
});

type Row = readonly (readonly [application: string, seconds: number])[];

function ours(row: Row): object[] {
  const seconds = new Seconds({ ...about, bounds });
  for (const [application, one] of row) seconds.observe(application, one);
  return [seconds.family()];
}

function promClients(row: Row): Promise<object[]> {
  const registers = [new Registry()];
  const histogram = new Histogram({ ...about, buckets: bounds, labelNames: ['application'], registers });
  for (const [application, one] of row) histogram.observe({ application }, one);
  return registers[0]?.getMetricsAsJSON() ?? Promise.resolve([]);
}
