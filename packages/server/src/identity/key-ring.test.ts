import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import type { ApiKey } from '@mooring/contract';
import { openLog } from '../observe/log.ts';
import { openKeyRing, type KeyRing, type KeySource } from './key-ring.ts';
import { KeyTable } from './key-table.ts';

const log = openLog('silent');
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

interface Source extends KeySource {
  keys: ApiKey[];
  /** How many of the next readings fail. */
  failures: number;
  readings: number;
  watched: boolean;
  tell(kind: string): void;
}

function sourceOf(...users: string[]): Source {
  let listener: ((change: { kind: string }) => void) | undefined;
  const self: Source = {
    keys: users.map(keyOf),
    failures: 0,
    readings: 0,
    watched: false,
    tell: (kind) => listener?.({ kind }),
    apiKeys: {
      list: async () => {
        self.readings += 1;
        if (self.failures-- > 0) throw new Error('the database is away');
        return [...self.keys];
      },
    },
    changes: {
      watch: (given) => {
        listener = given;
        self.watched = true;
        return { [Symbol.dispose]: () => void (self.watched = false) };
      },
    },
  };
  return self;
}

/** As a gateway finds it. */
async function find(ring: KeyRing, keyId: string): ReturnType<KeyTable['find']> {
  const table = new KeyTable();
  table.replace(ring.keys);
  return await table.find(keyId);
}

/** Resolves when the ring knows the key, or no longer does. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 5_000;
  while (!(await condition())) {
    assert.ok(Date.now() < end, 'it did not come to it');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('the ring knows every registered key and its holder', async () => {
  await using ring = await openKeyRing(sourceOf('ann', 'bob'), log);
  const found = await find(ring, 't/bob/f');
  assert.deepEqual(found?.owner, { role: 'invoke', tenancy: 't', user: 'bob', fingerprint: 'f' });
  assert.equal(found?.publicKey.asymmetricKeyType, 'rsa');
  assert.equal(await find(ring, 't/eve/f'), undefined);
});

test('a key that comes or goes is known at its notice, and no other notice makes it read', async () => {
  const source = sourceOf('ann');
  await using ring = await openKeyRing(source, log);
  source.keys = [keyOf('bob')];
  source.tell('application');
  assert.equal(source.readings, 1);
  source.tell('apiKey');
  await until(async () => (await find(ring, 't/bob/f')) !== undefined);
  assert.equal(await find(ring, 't/ann/f'), undefined);
  assert.equal(source.readings, 2);
});

test('a notice during a reading is not lost', async () => {
  const source = sourceOf();
  await using ring = await openKeyRing(source, log);
  source.tell('apiKey');
  source.keys = [keyOf('late')];
  source.tell('apiKey');
  await until(async () => (await find(ring, 't/late/f')) !== undefined);
});

test('a reading that fails is repeated; the keys before it stay', async () => {
  const source = sourceOf('ann');
  await using ring = await openKeyRing(source, log);
  source.failures = 1;
  source.keys = [keyOf('ann'), keyOf('bob')];
  source.tell('apiKey');
  assert.ok(await find(ring, 't/ann/f'));
  await until(async () => (await find(ring, 't/bob/f')) !== undefined);
});

test('a ring that cannot be filled is none, and leaves nothing', async () => {
  const source = sourceOf();
  source.failures = 1;
  await assert.rejects(openKeyRing(source, log), /the database is away/);
  assert.equal(source.watched, false);
});

test('disposal ends a repeated reading', async () => {
  const source = sourceOf();
  const ring = await openKeyRing(source, log);
  source.failures = Infinity;
  source.tell('apiKey');
  await ring[Symbol.asyncDispose]();
  assert.equal(source.watched, false);
  const { readings } = source;
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(source.readings, readings);
});
