import assert from 'node:assert/strict';
import { scryptSync } from 'node:crypto';
import { test } from 'node:test';
import { systemRandom } from '../../kit/clock.ts';
import { hashPassword, matchesPassword } from './password.ts';

test('a password matches its own hash only, in either Unicode form, and the hash says how it was made', async () => {
  const passwordHash = await hashPassword('Zo\u00eb has a password', systemRandom);
  assert.match(passwordHash, /^scrypt\$15\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
  assert.equal(await matchesPassword('Zo\u00eb has a password', passwordHash), true);
  assert.equal(await matchesPassword('Zoe\u0308 has a password', passwordHash), true);
  assert.equal(await matchesPassword('Zoe has a password', passwordHash), false);
});

test('without a hash, or with a broken one, nothing matches', async () => {
  for (const passwordHash of [undefined, '', 'plain', 'scrypt$15$8$3$$'])
    assert.equal(await matchesPassword('', passwordHash), false);
});

test('a hash of another cost still serves', async () => {
  const salt = Buffer.from('salt');
  const key = scryptSync('x', salt, 32, { N: 2, r: 1, p: 1 });
  const passwordHash = `scrypt$1$1$1$${salt.toString('base64url')}$${key.toString('base64url')}`;
  assert.equal(await matchesPassword('x', passwordHash), true);
  assert.equal(await matchesPassword('y', passwordHash), false);
});
