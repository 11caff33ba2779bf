import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pulse } from './pulse.ts';

function setup() {
  const time = { now: 0 };
  const steadied: number[] = [];
  const pulse = new Pulse({ limit: 4000, now: () => time.now, steadied: () => steadied.push(time.now) });
  return { time, steadied, pulse };
}

test('a process that goes on is steady', () => {
  const { time, pulse } = setup();
  using _pulse = pulse;
  for (time.now = 0; time.now < 20_000; time.now += 4000) assert.equal(pulse.isSteady, true);
  assert.equal(pulse.gaps, 0);
});

test('one that was stopped is not, from its first question on, until its belief was confirmed', () => {
  const { time, steadied, pulse } = setup();
  using _pulse = pulse;
  time.now = 4001;
  assert.equal(pulse.isSteady, false);
  time.now = 4002;
  assert.equal(pulse.isSteady, false);
  pulse.confirm(pulse.gaps);
  assert.equal(pulse.isSteady, true);
  pulse.confirm(pulse.gaps);
  assert.deepEqual(steadied, [4002]);
});

test('what was asked before it was stopped confirms nothing', () => {
  const { time, steadied, pulse } = setup();
  using _pulse = pulse;
  const { gaps } = pulse;
  time.now = 60_000;
  pulse.confirm(gaps);
  assert.equal(pulse.isSteady, false);
  assert.deepEqual(steadied, []);
});
