import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { toDer } from './ecdsa.ts';

const curves: [curve: string, size: number, digest: string][] = [
  ['P-256', 32, 'sha256'],
  ['P-384', 48, 'sha384'],
];

for (const [namedCurve, size, digest] of curves) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  const input = Buffer.from('what is signed');
  const isMade = (signature: Uint8Array): boolean => {
    const der = toDer(signature, size);
    return der !== undefined && verify(digest, input, publicKey, der);
  };

  test(`what the key of ${namedCurve} has signed is taken, whichever way its numbers begin`, () => {
    for (let count = 0; count < 300; count += 1)
      assert(isMade(sign(digest, input, { key: privateKey, dsaEncoding: 'ieee-p1363' })));
  });

  test(`any other bytes for ${namedCurve} are taken for what Node takes them for`, () => {
    const signature = sign(digest, input, { key: privateKey, dsaEncoding: 'ieee-p1363' });
    const byte = fc.constantFrom(0, 1, 0x7f, 0x80, 0xff);
    const changes = fc.array(fc.tuple(fc.nat(2 * size - 1), byte), { maxLength: 4 });
    const numbers = fc.oneof(
      changes.map((all) =>
        all.reduce((bytes, [at, value]) => bytes.fill(value, at, at + 1), Buffer.from(signature)),
      ),
      fc.array(byte, { maxLength: 2 * size + 2 }).map((bytes) => Buffer.from(bytes)),
      fc.array(byte, { minLength: 2 * size, maxLength: 2 * size }).map((bytes) => Buffer.from(bytes)),
    );
    const property = fc.property(numbers, (bytes) => {
      const expected = verify(digest, input, { key: publicKey, dsaEncoding: 'ieee-p1363' }, bytes);
      assert.equal(isMade(bytes), expected);
    });
    fc.assert(property, { numRuns: 300 });
  });
}
