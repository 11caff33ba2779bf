import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLog } from '../observe/log.ts';
import { openRevocations, revoker, type Revocable, type RevocationSource } from './revocations.ts';
import type { IdentityStore, Revocation } from './store-port.ts';

const log = openLog('silent');

interface Source extends RevocationSource {
  gate: Promise<void> | undefined;
  readonly identity: { readonly revocations: IdentityStore['revocations'] };
}

/** A source whose changes are sent at once, and whose list takes until its gate opens. */
function source(): Source {
  const rows = new Map<string, Revocation>();
  const listeners = new Set<(change: { kind: string }) => void>();
  const self: Source = {
    gate: undefined,
    changes: {
      watch(listener: (change: { kind: string }) => void) {
        listeners.add(listener);
        return { [Symbol.dispose]: () => void listeners.delete(listener) };
      },
    },
    identity: {
      revocations: {
        async list() {
          const found = [...rows.values()];
          await self.gate;
          return found;
        },
        async put(row: Revocation) {
          rows.set(`${row.kind} ${row.id}`, row);
          for (const listener of listeners) listener({ kind: 'revocation' });
        },
      },
    },
  };
  return self;
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

test('what was revoked during the first reading is known after it', async () => {
  const from = source();
  const gate = Promise.withResolvers<void>();
  from.gate = gate.promise;
  const opening = openRevocations(from, log);
  from.gate = undefined;
  await revoker(from.identity, { clock, lifetime: 60 })('user', 'mona');
  // A second reading, if there is one already, is over.
  await new Promise((resolve) => setImmediate(resolve));
  gate.resolve();
  await using revocations = await opening;
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(revocations.isRevoked(token), true);
});

test('who hears of a revocation finds it known', async () => {
  const from = source();
  await using revocations = await openRevocations(from, log);
  const heard = Promise.withResolvers<boolean>();
  using _watch = revocations.watch(() => heard.resolve(revocations.isRevoked(token)));
  await revoker(from.identity, { clock, lifetime: 60 })('user', 'mona');
  assert.equal(await heard.promise, true);
  assert.deepEqual(
    revocations.rows.map(({ id }) => id),
    ['mona'],
  );
});
