import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultSettings, type ScalingConfig } from '@mooring/contract';
import { noDemand, type Demand } from '../../directory/demand.ts';
import { openLog } from '../../observe/log.ts';
import { Autoscaler } from './autoscaler.ts';
import { policyOf } from './policy.ts';

function stage() {
  const time = { at: 1_000_000 };
  let demand: Demand = noDemand;
  const autoscaler = new Autoscaler({
    applicationId: 'a',
    demand: () => demand,
    clock: { now: () => time.at },
    log: openLog('silent'),
  });
  return {
    autoscaler,
    time,
    /** Lets a second pass in which so much was asked. */
    second: (asked: Partial<Demand>): void => {
      time.at += 1000;
      const busy = demand.busy + (asked.busy ?? 0);
      const arrivals = demand.arrivals + (asked.arrivals ?? 0);
      demand = { ...noDemand, ...asked, busy, arrivals };
    },
  };
}

const policy = (config: Partial<ScalingConfig>) =>
  policyOf({ scalingType: 'CONCURRENCY', minReplica: 0, maxReplica: 9, ...config }, defaultSettings);
const measured = { ready: 1, usage: undefined };

test('a knock starts one where there is none, and nothing where there is one', () => {
  const { autoscaler } = stage();
  assert.equal(autoscaler.wanted(policy({})), 0);
  assert.equal(autoscaler.wanted(policy({ minReplica: 2 })), 2);
  assert.equal(autoscaler.knock(policy({})), true);
  assert.equal(autoscaler.knock(policy({})), false);
  assert.equal(autoscaler.wanted(policy({})), 1);
  assert.equal(autoscaler.status(policy({}), 0).decisions[0]?.cause, 'WAKE');
});

const loads: [
  what: string,
  config: Partial<ScalingConfig>,
  asked: Partial<Demand>,
  usage: number | undefined,
][] = [
  ['connections that stay', { targetConcurrencyThreshold: 10 }, { inFlight: 35, busy: 35_000 }, undefined],
  ['those that wait', { targetConcurrencyThreshold: 10 }, { waiting: 35, busy: 35_000 }, undefined],
  [
    'many short requests, of which none is seen at the time of a sample',
    { targetConcurrencyThreshold: 10 },
    { arrivals: 3500, busy: 35_000 },
    undefined,
  ],
  [
    'requests a second',
    { scalingType: 'REQUESTS_PER_SECOND', targetRpsThreshold: 50 },
    { arrivals: 180 },
    undefined,
  ],
  ['the processor', { scalingType: 'CPU', targetCpuThreshold: 60 }, { inFlight: 1 }, 230],
  ['memory', { scalingType: 'MEMORY', targetMemoryThreshold: 50 }, { inFlight: 1 }, 170],
];

for (const [what, config, asked, usage] of loads)
  test(`${what} are what the number follows`, () => {
    const { autoscaler, second } = stage();
    const by = policy(config);
    autoscaler.knock(by);
    for (let count = 0; count < 70; count++) {
      second(asked);
      autoscaler.sample(by, { ready: autoscaler.wanted(by), usage });
    }
    assert.equal(autoscaler.wanted(by), 4);
    const { decisions, wanted, load } = autoscaler.status(by, 4);
    assert.equal(wanted, 4);
    assert.ok((load ?? 0) > 0);
    assert.equal(decisions[0]?.to, 4);
    assert.match(decisions[0]?.reason ?? '', /over \d+ s, for \d replicas?; \d+ are for one/);
  });

test('a source that goes away takes nothing back, and a clock that is set back decides nothing', () => {
  const { autoscaler, second, time } = stage();
  second({ busy: 10_000, arrivals: 100, inFlight: 1 });
  autoscaler.sample(policy({}), measured);
  second({ busy: -9000, arrivals: -50, inFlight: 1 });
  autoscaler.sample(policy({}), measured);
  assert.equal(autoscaler.status(policy({}), 1).load, 0);
  time.at -= 50_000;
  assert.equal(autoscaler.sample(policy({}), measured), false);
});

test('what has come to serve is not taken for idle', () => {
  const { autoscaler, second } = stage();
  autoscaler.serve(3);
  assert.equal(autoscaler.wanted(policy({})), 3);
  for (let count = 0; count < defaultSettings.scaleToZeroAfter; count++) {
    second({});
    autoscaler.sample(policy({}), measured);
    if (count < defaultSettings.scaleToZeroAfter - 2) assert.ok(autoscaler.wanted(policy({})) >= 1);
  }
  second({});
  autoscaler.sample(policy({}), measured);
  assert.equal(autoscaler.wanted(policy({})), 0);
});

test('what an earlier server left is wanted until a whole stable window says otherwise, then halves', () => {
  const { autoscaler, second } = stage();
  const by = policy({ targetConcurrencyThreshold: 10 });
  autoscaler.resume(8);
  const seen: number[] = [];
  for (let count = 0; count < 80; count++) {
    second({ inFlight: 1, busy: 1000 });
    autoscaler.sample(by, { ready: autoscaler.wanted(by), usage: undefined });
    seen.push(autoscaler.wanted(by));
  }
  assert.deepEqual(new Set(seen.slice(0, 59)), new Set([8]));
  assert.deepEqual([...new Set(seen)], [8, 4, 2, 1]);
});

test('what an earlier server left sleeps scaleToZeroAfter the start when nobody comes', () => {
  const { autoscaler, second } = stage();
  const by = policy({ minReplica: 0 });
  autoscaler.resume(3);
  const seen: number[] = [];
  for (let count = 0; count < defaultSettings.scaleToZeroAfter + 1; count++) {
    second({});
    autoscaler.sample(by, measured);
    seen.push(autoscaler.wanted(by));
  }
  assert.equal(seen.indexOf(0), defaultSettings.scaleToZeroAfter - 1);
});

test('what an earlier server left grows with the load at once', () => {
  const { autoscaler, second } = stage();
  const by = policy({ targetConcurrencyThreshold: 10 });
  autoscaler.resume(2);
  for (let count = 0; count < 3; count++) {
    second({ inFlight: 85, busy: 85_000 });
    autoscaler.sample(by, { ready: 2, usage: undefined });
  }
  assert.equal(autoscaler.wanted(by), 9);
});

test('twenty decisions are remembered, newest first', () => {
  const { autoscaler, second } = stage();
  for (let count = 0; count < 60; count++) {
    second({});
    autoscaler.sample(policy({ minReplica: 1 + (count % 2) * 4, maxReplica: 1 + (count % 2) * 4 }), measured);
  }
  const { decisions } = autoscaler.status(policy({}), 1);
  assert.equal(decisions.length, 20);
  assert.ok((decisions[0]?.time ?? '') > (decisions[19]?.time ?? ''));
  assert.equal(decisions[0]?.cause, 'LIMITS');
});
