import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Attempts } from './attempts.ts';

function setup() {
  const clock = { time: 1_000_000, now: () => clock.time };
  return { clock, attempts: new Attempts(clock) };
}

test('five failures make a name wait until a minute after the first', () => {
  const { attempts, clock } = setup();
  for (let failure = 0; failure < 5; failure++) {
    assert.equal(attempts.wait('a'), 0);
    attempts.begin('a');
    clock.time += 1000;
  }
  assert.equal(attempts.wait('a'), 55);
  assert.equal(attempts.wait('b'), 0);
  clock.time += 54_999;
  assert.equal(attempts.wait('a'), 1);
  clock.time += 1;
  assert.equal(attempts.wait('a'), 0);
});

test('a success clears the name and is no failure for the others', () => {
  const { attempts } = setup();
  for (let attempt = 0; attempt < 100; attempt++) {
    attempts.begin('a');
    attempts.succeeded('a');
  }
  for (let failure = 0; failure < 4; failure++) attempts.begin('a');
  assert.equal(attempts.wait('a'), 0);
  assert.equal(attempts.wait('b'), 0);
});

test('sixty failures of different names make everybody wait', () => {
  const { attempts, clock } = setup();
  for (let failure = 0; failure < 60; failure++) attempts.begin(`name ${failure}`);
  assert.equal(attempts.wait('another'), 60);
  clock.time += 60_000;
  assert.equal(attempts.wait('another'), 0);
});
