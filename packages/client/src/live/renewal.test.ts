import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestFailed } from '../failure.ts';
import { tokenUntil } from './peer.fixture.ts';
import { keepRenewed, type RenewalOptions } from './renewal.ts';

interface Run {
  /** Milliseconds. */
  readonly waits: number[];
  readonly renewed: string[];
  readonly failures: string[];
}

/** Runs it on a clock of its own, until so many waits are over. */
async function run(
  options: Pick<RenewalOptions, 'token' | 'source'> & Partial<RenewalOptions>,
  limit: number,
): Promise<Run> {
  const told: Run = { waits: [], renewed: [], failures: [] };
  let now = 0;
  const over = new AbortController();
  await keepRenewed({
    renew: async (token) => void told.renewed.push(token),
    now: () => now,
    delay: async (milliseconds) => {
      told.waits.push(milliseconds);
      now += milliseconds;
      if (told.waits.length >= limit) over.abort();
      over.signal.throwIfAborted();
    },
    failed: ({ message }) => told.failures.push(message),
    signal: over.signal,
    ...options,
  });
  return told;
}

test('20 s before its end, or a quarter of its time, a token is replaced', async () => {
  const [first, second, third] = [tokenUntil(3600), tokenUntil(3580 + 40), tokenUntil(3610 + 3600)];
  const next = [second, third];
  const { waits, renewed } = await run({ token: first, source: async () => next.shift() ?? '' }, 3);
  assert.deepEqual(renewed, [second, third]);
  assert.deepEqual(waits, [3_580_000, 30_000, 3_580_000]);
});

test('a source that still gives the old one, or fails, is asked again after 5 s', async () => {
  const [first, second] = [tokenUntil(100), tokenUntil(1000)];
  let asked = 0;
  const source = async (): Promise<string> => {
    asked += 1;
    if (asked === 1) return first;
    if (asked === 2) throw new Error('nobody there');
    return second;
  };
  const { waits, renewed, failures } = await run({ token: first, source }, 4);
  assert.deepEqual(waits, [80_000, 5_000, 5_000, 890_000]);
  assert.deepEqual([renewed, failures], [[second], ['nobody there']]);
});

test('a server that will have no other token is not asked again', async () => {
  const renew = async (): Promise<void> => {
    throw new RequestFailed('no', {
      status: 403,
      code: '',
      opcRequestId: undefined,
      retryAfter: undefined,
    });
  };
  const source = async (): Promise<string> => tokenUntil(1000);
  const { waits, failures } = await run({ token: tokenUntil(100), source, renew }, 9);
  assert.deepEqual([waits, failures], [[80_000], ['no']]);
});

test('a token that does not say when it ends is kept', async () => {
  const claims = ['{}', '{"exp":"1"}', '{"exp":1e999}', '{"exp":-1e999}'];
  for (const token of ['opaque', 'a.b.c', ...claims.map((text) => `x.${btoa(text)}.y`)]) {
    const { waits } = await run({ token, source: async () => assert.fail('nobody asks') }, 1);
    assert.deepEqual(waits, []);
  }
});

test('an expired one, again and again, is asked for once a second', async () => {
  const source = async (): Promise<string> => tokenUntil(0);
  const { waits } = await run({ token: tokenUntil(0), source }, 4);
  assert.deepEqual(waits, [1000, 1000, 1000, 1000]);
});
