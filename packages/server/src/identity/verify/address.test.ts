import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isPublicAddress } from './address.ts';

const refused = [
  '127.0.0.1',
  '127.255.255.254',
  '0.0.0.0',
  '10.1.2.3',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '192.0.2.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b::a9fe:a9fe',
  '2002:7f00:1::',
  'fe80::1',
  'fc00::1',
  'fec0::1',
  'ff02::1',
  '2001:db8::1',
  '',
  'localhost',
];

for (const address of refused)
  test(`"${address}" is no public address`, () => assert.equal(isPublicAddress(address), false));

for (const address of ['1.1.1.1', '140.91.0.1', '2606:4700::1111', '::ffff:1.1.1.1', '64:ff9b::101:101'])
  test(`"${address}" is a public address`, () => assert.equal(isPublicAddress(address), true));

test('an address of this machine stays private in every IPv6 disguise, and no text throws', () => {
  fc.assert(
    fc.property(fc.nat(255), fc.nat(255), fc.nat(255), (b, c, d) => {
      assert.equal(isPublicAddress(`127.${b}.${c}.${d}`), false);
      assert.equal(isPublicAddress(`::ffff:127.${b}.${c}.${d}`), false);
    }),
  );
  fc.assert(fc.property(fc.string(), (text) => typeof isPublicAddress(text) === 'boolean'));
});
