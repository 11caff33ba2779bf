import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import type { ApiKey } from '@mooring/contract';
import { openLog } from '../observe/log.ts';
import { openKeyRing, type KeyRing } from './key-ring.ts';
import { KeyTable } from './key-table.ts';

const publicKey = String(
  generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }),
);

const keyOf = (user: string): ApiKey => ({
  id: `id-${user}`,
  name: user,
  role: 'invoke',
  tenancy: 't',
  user,
  fingerprint: 'f',
  keyId: `t/${user}/f`,
  publicKey,
  timeCreated: '2026-01-02T03:04:05.000Z',
});

/** As a gateway finds it. */
async function find(ring: KeyRing, keyId: string): ReturnType<KeyTable['find']> {
  const table = new KeyTable();
  table.replace(ring.rows);
  return await table.find(keyId);
}

test('the ring knows every registered key and its holder, as of the last notice', async () => {
  let keys = ['ann', 'bob'].map(keyOf);
  let tell = (_change: { readonly kind: string }): void => {};
  const changes = {
    watch: (listener: typeof tell) => {
      tell = listener;
      return { [Symbol.dispose]: () => {} };
    },
  };
  await using ring = await openKeyRing({ apiKeys: { list: async () => keys }, changes }, openLog('silent'));
  const found = await find(ring, 't/bob/f');
  assert.deepEqual(found?.owner, { role: 'invoke', tenancy: 't', user: 'bob', fingerprint: 'f' });
  assert.equal(found?.publicKey.asymmetricKeyType, 'rsa');
  assert.equal(await find(ring, 't/eve/f'), undefined);
  const heard = Promise.withResolvers<void>();
  using _watch = ring.watch(heard.resolve);
  keys = [keyOf('eve')];
  tell({ kind: 'apiKey' });
  await heard.promise;
  assert.ok(await find(ring, 't/eve/f'));
  assert.equal(await find(ring, 't/bob/f'), undefined);
});
