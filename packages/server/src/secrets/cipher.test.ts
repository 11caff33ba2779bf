import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { systemRandom as random } from '../kit/clock.ts';
import { seal, unseal } from './cipher.ts';

const key = createSecretKey(Buffer.alloc(32, 1));
const id = 'ocid1.vaultsecret.a';

describe('a sealed value', () => {
  it('opens to what it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        assert.equal(unseal(seal(value, { key, id, random }), { key, id }), value);
      }),
    );
  });

  it('looks different each time, and shows nothing of the value', () => {
    const [one, other] = [seal('password', { key, id, random }), seal('password', { key, id, random })];
    assert.notEqual(one, other);
    assert.equal(Buffer.from(one, 'base64').includes('password'), false);
  });

  const sealed = seal('password', { key, id, random });
  const bytes = Buffer.from(sealed, 'base64');
  const failures: Record<string, () => string | undefined> = {
    'with another key': () => unseal(sealed, { key: createSecretKey(Buffer.alloc(32, 2)), id }),
    'for another secret': () => unseal(sealed, { key, id: 'ocid1.vaultsecret.b' }),
    'cut short': () => unseal(bytes.subarray(0, 20).toString('base64'), { key, id }),
    'without its last byte': () => unseal(bytes.subarray(0, -1).toString('base64'), { key, id }),
    'when it is empty': () => unseal('', { key, id }),
    'with any byte altered': () =>
      Array.from(bytes.keys(), (at) => {
        const copy = Buffer.from(bytes);
        copy[at] = (copy[at] ?? 0) ^ 1;
        return unseal(copy.toString('base64'), { key, id });
      }).find((value) => value !== undefined),
  };
  for (const [how, open] of Object.entries(failures))
    it(`does not open ${how}`, () => assert.equal(open(), undefined));
});
