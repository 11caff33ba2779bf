import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gate } from './gate.ts';

const { signal } = new AbortController();

test('a gate lets so many through, the others in the order of their arrival', async () => {
  const gate = new Gate(2);
  const inside: number[] = [];
  const order: number[] = [];
  let most = 0;
  const visit = async (visitor: number): Promise<void> => {
    using _seat = await gate.enter(signal);
    inside.push(visitor);
    order.push(visitor);
    most = Math.max(most, inside.length);
    await new Promise(setImmediate);
    inside.splice(inside.indexOf(visitor), 1);
  };
  await Promise.all([1, 2, 3, 4, 5].map(visit));
  assert.deepEqual(order, [1, 2, 3, 4, 5]);
  assert.equal(most, 2);
});

test('whoever leaves the queue takes no seat', async () => {
  const gate = new Gate(1);
  const first = await gate.enter(signal);
  const impatient = new AbortController();
  const leaving = gate.enter(impatient.signal);
  const waiting = gate.enter(signal);
  impatient.abort(new Error('enough'));
  await assert.rejects(leaving, /enough/);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  (await waiting)[Symbol.dispose]();
  (await gate.enter(signal))[Symbol.dispose]();
});
