/** Decisions over loads that were recorded: test/fixtures/record-loads.ts says who called. A clock that is not real. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { defaultSettings, type ScalingConfig } from '@mooring/contract';
import { z } from 'zod';
import { noDemand, type Demand } from '../../directory/demand.ts';
import { openLog } from '../../observe/log.ts';
import { Autoscaler } from './autoscaler.ts';
import { policyOf, type Policy } from './policy.ts';

const file = new URL('./loads.fixture.json', import.meta.url);
const texts = z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(file, 'utf8')));

/** What came within a second, and how many milliseconds all of them together were there. */
interface Second {
  readonly arrivals: number;
  readonly busy: number;
}

const nothing: Second = { arrivals: 0, busy: 0 };
const silence = (seconds: number): Second[] => Array.from({ length: seconds }, () => nothing);

function recording(name: string): Second[] {
  const text = texts[name] ?? assert.fail(`there is no recording ${name}`);
  return text.split(' ').map((second) => {
    const [arrivals = 0, busy = 0] = second.split('/').map(Number);
    return { arrivals, busy };
  });
}

/** Seconds from a decision until its replicas are ready. */
const lag = 3;

interface Step {
  readonly wanted: number;
  readonly ready: number;
}

function play(seconds: readonly Second[], policy: Policy): Step[] {
  let now = 1_000_000;
  let demand: Demand = noDemand;
  const autoscaler = new Autoscaler({
    applicationId: 'a',
    demand: () => demand,
    clock: { now: () => now },
    log: openLog('silent'),
  });
  const steps: Step[] = [];
  autoscaler.sample(policy, { ready: 0, usage: undefined });
  for (const { arrivals, busy } of seconds) {
    now += 1000;
    const inFlight = Math.round(busy / 1000);
    demand = { inFlight, waiting: 0, arrivals: demand.arrivals + arrivals, busy: demand.busy + busy };
    const before = autoscaler.wanted(policy);
    if (before === 0 && arrivals > 0) autoscaler.knock(policy);
    const ready = Math.min(autoscaler.wanted(policy), steps.at(-lag)?.wanted ?? policy.min);
    autoscaler.sample(policy, { ready, usage: undefined });
    steps.push({ wanted: autoscaler.wanted(policy), ready });
  }
  return steps;
}

const policy = (config: ScalingConfig): Policy => policyOf(config, defaultSettings);
const wantedOf = (steps: readonly Step[]): number[] => steps.map(({ wanted }) => wanted);
const peak = (steps: readonly Step[]): number => Math.max(...wantedOf(steps));

/** Times that the number turned from growing to shrinking, or back. */
function turns(steps: readonly Step[]): number {
  const counts = wantedOf(steps);
  const changes = counts.flatMap((count, index) => {
    const change = count - (counts[index - 1] ?? count);
    return change === 0 ? [] : [Math.sign(change)];
  });
  return changes.filter((change, index) => index > 0 && change !== changes[index - 1]).length;
}

const cases: [name: string, config: ScalingConfig, most: number, turns: number][] = [
  // Twenty at a time.
  ['crowd', { scalingType: 'CONCURRENCY', targetConcurrencyThreshold: 5 }, 4, 1],
  // Twenty a second.
  ['crowd', { scalingType: 'REQUESTS_PER_SECOND', targetRpsThreshold: 10 }, 2, 1],
  // Up to twelve at a time, a hundred a second.
  ['people', { scalingType: 'CONCURRENCY', targetConcurrencyThreshold: 4 }, 3, 1],
  ['people', { scalingType: 'REQUESTS_PER_SECOND', targetRpsThreshold: 30 }, 4, 1],
  // Up to 42 connections that stay.
  ['lasting', { scalingType: 'CONCURRENCY', targetConcurrencyThreshold: 10 }, 5, 1],
  // Two hundred at once, of whom nobody is left a second later: ten at a time on average over six seconds. The last
  // burst comes when the panic over the first three has just ended.
  ['bursts', { scalingType: 'CONCURRENCY', targetConcurrencyThreshold: 5 }, 3, 3],
];

for (const [name, config, most, atMost] of cases)
  describe(`${name}, by ${config.scalingType}`, () => {
    const by = policy({ ...config, minReplica: 0, maxReplica: 50 });
    const load = recording(name);
    const steps = play([...load, ...silence(400)], by);

    test(`has ${most} replicas at its height, and few turns on the way`, () => {
      assert.equal(peak(steps), most);
      assert.ok(turns(steps) <= atMost, wantedOf(steps).join(' '));
    });

    test('has a replica while anybody is there, and none scaleToZeroAfter the last', () => {
      const last = load.findLastIndex(({ arrivals, busy }) => arrivals > 0 || busy >= 500);
      for (const [index, { busy, arrivals }] of load.entries())
        if (busy > 0 || arrivals > 0) assert.ok((steps[index]?.wanted ?? 0) >= 1, `second ${index}`);
      const asleep = steps.findIndex(({ wanted }, index) => index > last && wanted === 0);
      assert.ok(Math.abs(asleep - last - by.scaleToZeroAfter) <= 1, `${asleep} ${last}`);
    });

    test('is never for longer than panic window and start at more than twice what its replicas are for', () => {
      let behind = 0;
      for (const [index, { ready }] of steps.entries()) {
        const window = load.slice(Math.max(0, index - by.panicWindow + 1), index + 1);
        const sum = window.reduce(
          (total, { arrivals, busy }) => total + (by.metric === 'CONCURRENCY' ? busy / 1000 : arrivals),
          0,
        );
        behind = sum / by.panicWindow > 2 * by.target * Math.max(1, ready) ? behind + 1 : 0;
        assert.ok(behind <= by.panicWindow + lag, `second ${index}`);
      }
    });

    test('ten times as many get about ten times the replicas', () => {
      const many = load.map(({ arrivals, busy }) => ({ arrivals: arrivals * 10, busy: busy * 10 }));
      const height = peak(play(many, by));
      assert.ok(height >= 7 * most && height <= 11 * most, `${height}`);
    });

    test('never leaves its limits', () => {
      const narrow = { ...by, min: 1, max: 2 };
      for (const { wanted } of play([...load, ...silence(400)], narrow))
        assert.ok(wanted >= 1 && wanted <= 2);
    });
  });
