import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { AggregatorRegistry, Counter, Registry } from 'prom-client';
import { Tally } from './tally.ts';

const about = { name: 'answers_total', help: 'How many there were.' };

const applications = fc.constantFrom('', 'one', 'two');
const kinds: [labels: string[], events: fc.Arbitrary<Row>][] = [
  [['application'], fc.array(fc.tuple(applications, fc.constant('')))],
  [['application', 'code'], fc.array(fc.tuple(applications, fc.constantFrom('2xx', '5xx')))],
];

for (const [labelNames, events] of kinds) {
  test(`what was counted by ${labelNames.join(' and ')} is told as prom-client tells it, also of several together`, async () => {
    const property = fc.asyncProperty(fc.array(events, { minLength: 1 }), async (rows) => {
      const theirs = await Promise.all(rows.map((row) => promClients(row, labelNames)));
      const [own, expected] = await Promise.all([rows.map(ours), theirs].map(linesOf));
      assert.deepEqual(own, expected);
    });
    await fc.assert(property, { numRuns: 50 });
  });
}

test('nothing is told of an application that is gone', () => {
  const tally = new Tally(about);
  tally.add('one', '2xx');
  tally.add('two');
  tally.forget('one');
  assert.deepEqual(tally.family().values, [{ value: 1, labels: { application: 'two' } }]);
});

/** In whichever order they come: readers have none. */
async function linesOf(families: object[][]): Promise<string[]> {
  return (await AggregatorRegistry.aggregate(families).metrics()).split('\n').toSorted();
}

type Row = readonly (readonly [application: string, code: string])[];

function ours(row: Row): object[] {
  const tally = new Tally(about);
  for (const [application, code] of row) tally.add(application, code);
  return [tally.family()];
}

function promClients(row: Row, labelNames: string[]): Promise<object[]> {
  const registers = [new Registry()];
  const counter = new Counter({ ...about, labelNames, registers });
  for (const [application, code] of row) counter.inc(code === '' ? { application } : { application, code });
  return registers[0]?.getMetricsAsJSON() ?? Promise.resolve([]);
}
