import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultSettings } from '@mooring/contract';
import * as fc from 'fast-check';
import { decide, noMemory, wake, wantedOf, type Decision, type Memory } from './decide.ts';
import { policyOf, type Policy } from './policy.ts';

const policy = (patch: Partial<Policy> = {}): Policy => ({
  ...policyOf({ scalingType: 'CONCURRENCY', minReplica: 1, maxReplica: 100 }, defaultSettings),
  ...patch,
});

interface Step extends Decision {
  readonly at: number;
}

interface Course {
  readonly policy?: Policy;
  readonly memory?: Memory;
  /** Seconds from a decision until what it wants is ready. Default 2. */
  readonly lag?: number;
}

/** Decides once a second over a load of so much at each second. */
function run(
  loads: readonly number[],
  { policy: by = policy(), memory: first = noMemory, lag = 2 }: Course = {},
): Step[] {
  let memory = first;
  const steps: Step[] = [];
  for (const [second, load] of loads.entries()) {
    const at = (second + 1) * 1000;
    const ready = steps.at(-lag)?.wanted ?? 1;
    const decision = decide(by, memory, { at, span: 1000, load, isActive: load > 0, ready });
    memory = decision.memory;
    steps.push({ ...decision, at });
  }
  return steps;
}

const counts = (steps: readonly Step[]): number[] => steps.map(({ wanted }) => wanted);
const flat = (load: number, seconds: number): number[] => Array.from({ length: seconds }, () => load);
const changes = (numbers: readonly number[]): number =>
  numbers.filter((count, index) => index > 0 && count !== numbers[index - 1]).length;

/** Numbers from 0 up to 1 that only look random. */
function generator(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state = Math.imul(state ^ (state >>> 15), 2_246_822_519) + 374_761_393;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

const anyLoad = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 5000, noNaN: true })), {
  minLength: 1,
  maxLength: 200,
});
const anyPolicy = fc
  .record({
    min: fc.integer({ min: 0, max: 5 }),
    more: fc.integer({ min: 0, max: 50 }),
    target: fc.integer({ min: 1, max: 100 }),
    panicWindow: fc.integer({ min: 1, max: 10 }),
    stableWindow: fc.integer({ min: 10, max: 120 }),
    panicThreshold: fc.double({ min: 1.1, max: 10, noNaN: true }),
    scaleUpRate: fc.double({ min: 1.1, max: 20, noNaN: true }),
    scaleDownRate: fc.double({ min: 1.1, max: 20, noNaN: true }),
    scaleToZeroAfter: fc.integer({ min: 1, max: 400 }),
    metric: fc.constantFrom('CONCURRENCY' as const, 'CPU' as const),
  })
  .map(({ more, ...rest }) => policy({ ...rest, max: Math.max(1, rest.min + more) }));

describe('whatever the load does', () => {
  it('the number stays between the limits', () => {
    fc.assert(
      fc.property(anyLoad, anyPolicy, (loads, by) => {
        for (const { wanted } of run(loads, { policy: by })) assert.ok(wanted >= by.min && wanted <= by.max);
      }),
    );
  });

  it('there is a replica while anybody wants anything, and none is taken away at once from several to none', () => {
    fc.assert(
      fc.property(anyLoad, anyPolicy, (loads, by) => {
        for (const [index, { wanted }] of run(loads, { policy: by }).entries())
          if ((loads[index] ?? 0) > 0) assert.ok(wanted >= 1);
      }),
    );
  });

  it('it grows and shrinks no faster than the rates allow', () => {
    fc.assert(
      fc.property(anyLoad, anyPolicy, (loads, by) => {
        const all = [0, ...counts(run(loads, { policy: by }))];
        for (const [index, count] of all.entries()) {
          const recent = all.slice(Math.max(0, index - by.panicWindow), index + 1);
          assert.ok(count <= Math.max(by.min, Math.ceil(Math.max(1, Math.min(...recent)) * by.scaleUpRate)));
          if (count > 0)
            assert.ok(count >= Math.min(by.max, Math.floor(Math.max(...recent) / by.scaleDownRate)));
        }
      }),
    );
  });

  it('what is remembered is bounded', () => {
    fc.assert(
      fc.property(anyLoad, anyPolicy, (loads, by) => {
        for (const { memory } of run(loads, { policy: by })) {
          assert.ok(memory.samples.length <= by.stableWindow);
          assert.ok(memory.wanted.length <= by.panicWindow + 2);
        }
      }),
    );
  });
});

describe('a steady load', () => {
  it('has the replicas that it needs within a stable window, and keeps them', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 900, noNaN: true }),
        fc.integer({ min: 1, max: 50 }),
        (load, target) => {
          const by = policy({ target, max: 1000 });
          const late = counts(run(flat(load, 300), { policy: by })).slice(120);
          assert.deepEqual(new Set(late), new Set([Math.ceil(load / target - 1e-9)]));
        },
      ),
    );
  });

  it('does not flap when it is noisy', () => {
    fc.assert(
      fc.property(fc.double({ min: 5, max: 500, noNaN: true }), fc.integer(), (load, seed) => {
        const random = generator(seed);
        const loads = Array.from({ length: 400 }, () => load * (0.85 + 0.3 * random()));
        const late = counts(run(loads)).slice(120);
        assert.ok(changes(late) <= 1, late.join(' '));
      }),
      { numRuns: 30 },
    );
  });

  it('does not flap at the border between two numbers', () => {
    const loads = Array.from({ length: 600 }, (_, second) => 20 + 1.5 * Math.sin(second / 20));
    assert.ok(changes(counts(run(loads)).slice(120)) <= 1);
  });
});

describe('a sudden load', () => {
  it('has its replicas within the panic window', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 4, max: 9 }), (replicas, times) => {
        const by = policy();
        const loads = [...flat(replicas * 10, 120), ...flat(replicas * 10 * times, 30)];
        const steps = run(loads, { policy: by });
        assert.ok((steps[120 + by.panicWindow]?.wanted ?? 0) >= replicas * times);
      }),
    );
  });

  it('keeps them for a stable window after it is over, then loses them one half after the other', () => {
    const steps = run([...flat(5, 60), ...flat(400, 10), ...flat(5, 300)]);
    const peak = Math.max(...counts(steps));
    assert.ok(peak >= 10);
    const last = steps.findLastIndex(({ isPanicking }) => isPanicking);
    assert.ok(last >= 70 + 55);
    assert.equal(steps[last]?.wanted, peak);
    assert.equal(steps.at(-1)?.wanted, 1);
  });

  it('is not one for the processor, which is busy at every start', () => {
    const by = policy({ metric: 'CPU', target: 70 });
    const steps = run([...flat(20, 60), ...flat(400, 4), ...flat(20, 60)], { policy: by });
    assert.ok(steps.every(({ isPanicking }) => !isPanicking));
    assert.ok(Math.max(...counts(steps)) <= 1);
  });
});

describe('zero', () => {
  const by = policy({ min: 0, max: 100, scaleToZeroAfter: 300 });

  it('is where an application without load begins', () => {
    assert.deepEqual(new Set(counts(run(flat(0, 10), { policy: by }))), new Set([0]));
  });

  it('is left at the first arrival, by one replica, and a thousand arrivals get what the rule wants', () => {
    const woken = wake(by, noMemory, 0);
    assert.deepEqual([woken.wanted, woken.cause], [1, 'WAKE']);
    const steps = run(flat(1000, 20), { policy: by, memory: woken.memory });
    assert.equal(steps[0]?.wanted, 10);
    assert.equal(Math.max(...counts(steps)), 100);
  });

  it('comes back scaleToZeroAfter the last of them, not before', () => {
    for (const scaleToZeroAfter of [5, 300, 1200]) {
      const steps = run([...flat(3, 10), ...flat(0, 1300)], { policy: { ...by, scaleToZeroAfter } });
      const gone = steps.findIndex(({ wanted }) => wanted === 0);
      assert.equal(gone, 9 + scaleToZeroAfter);
      assert.equal(steps[gone]?.cause, 'IDLE');
      assert.ok(counts(steps.slice(gone)).every((count) => count === 0));
    }
  });

  it('is not reached while one connection is open', () => {
    const steps = run(flat(1, 3000), { policy: by });
    assert.deepEqual(new Set(counts(steps)), new Set([1]));
  });

  it('is not for those that want one at least', () => {
    assert.equal(run(flat(0, 1000), { policy: policy() }).at(-1)?.wanted, 1);
  });
});

describe('what cannot be measured', () => {
  it('changes nothing', () => {
    const by = policy({ metric: 'CPU', target: 50 });
    const before = run(flat(140, 120), { policy: by }).at(-1);
    assert.ok(before);
    assert.equal(before.wanted, 3);
    let { memory } = before;
    for (let second = 1; second < 200; second++) {
      const at = before.at + second * 1000;
      ({ memory } = decide(by, memory, { at, span: 1000, load: undefined, isActive: true, ready: 3 }));
    }
    assert.equal(wantedOf(memory), 3);
  });
});

describe('the cause', () => {
  it('says why the number changed', () => {
    const steps = run([...flat(5, 60), ...flat(15, 60), ...flat(90, 30), ...flat(0, 200)]);
    const seen = steps.filter(({ wanted }, index) => wanted !== (steps[index - 1]?.wanted ?? 0));
    assert.deepEqual(
      seen.map(({ cause }) => cause).filter((cause, index, all) => cause !== all[index - 1]),
      ['LIMITS', 'LOAD', 'PANIC', 'LOAD'],
    );
    const { memory } = seen[0] ?? assert.fail('nothing changed');
    const sample = { at: 10_000, span: 1000, load: 1, isActive: true, ready: 1 };
    assert.equal(decide(policy({ min: 4 }), memory, sample).cause, 'LIMITS');
    const many = { ...memory, wanted: [{ at: 0, count: 9 }] };
    const capped = decide(policy({ max: 2 }), many, { ...sample, load: 90 });
    assert.deepEqual([capped.wanted, capped.cause], [2, 'LIMITS']);
  });
});
