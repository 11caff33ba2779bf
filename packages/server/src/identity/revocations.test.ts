import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLog } from '../observe/log.ts';
import { openRevocations, revoker, type Revocable } from './revocations.ts';
import type { Revocation } from './store-port.ts';

const log = openLog('silent');

/** A source whose list can fail, and whose changes are sent by hand. */
function source() {
  const rows = new Map<string, Revocation>();
  const listeners = new Set<(change: { kind: string }) => void>();
  const failures = { left: 0 };
  return {
    failures,
    listeners,
    changes: {
      watch(listener: (change: { kind: string }) => void) {
        listeners.add(listener);
        return { [Symbol.dispose]: () => void listeners.delete(listener) };
      },
    },
    identity: {
      revocations: {
        async list() {
          if (failures.left-- > 0) throw new Error('no database');
          return [...rows.values()];
        },
        async put(row: Revocation) {
          rows.set(`${row.kind} ${row.id}`, row);
          for (const listener of listeners) listener({ kind: 'revocation' });
        },
      },
    },
  };
}

const token: Revocable = { subject: 'mona', clientId: 'app', issuedAt: 1000, grant: 'g' };
const clock = { now: () => 1500 };

for (const [kind, id, others] of [
  ['user', 'mona', { subject: 'zoe' }],
  ['client', 'app', { clientId: 'other' }],
  ['grant', 'g', { grant: 'h' }],
] as const)
  test(`a revoked ${kind} refuses its tokens of before, not those of others nor later ones`, async () => {
    const from = source();
    await using revocations = await openRevocations(from, log);
    const heard = Promise.withResolvers<void>();
    using _watch = revocations.watch(heard.resolve);
    assert.equal(revocations.isRevoked(token), false);
    await revoker(from.identity, { clock, lifetime: 60 })(kind, id);
    await heard.promise;
    assert.equal(revocations.isRevoked(token), true);
    assert.equal(revocations.isRevoked({ ...token, issuedAt: undefined }), true);
    assert.equal(revocations.isRevoked({ ...token, ...others }), false);
    assert.equal(revocations.isRevoked({ ...token, issuedAt: 2000 }), false);
  });

test('a reading that fails is repeated until it succeeds', async () => {
  const from = source();
  await using revocations = await openRevocations(from, log);
  from.failures.left = 1;
  const heard = Promise.withResolvers<void>();
  using _watch = revocations.watch(heard.resolve);
  await revoker(from.identity, { clock, lifetime: 60 })('user', 'mona');
  await heard.promise;
  assert.equal(revocations.isRevoked(token), true);
});

test('nothing is opened, and nobody listens any more, when the first reading fails', async () => {
  const from = source();
  from.failures.left = 1;
  await assert.rejects(openRevocations(from, log), /no database/);
  assert.equal(from.listeners.size, 0);
});
