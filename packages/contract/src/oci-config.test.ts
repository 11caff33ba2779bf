import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatOciProfile, readOciProfile, withOciProfile, type OciProfile } from './oci-config.ts';

const profile: OciProfile = {
  name: 'DEFAULT',
  user: 'ocid1.user.a',
  fingerprint: '12:34',
  tenancy: 'ocid1.tenancy.b',
  region: 'mooring-local-1',
  keyFile: '/home/a b/key.pem',
};
const other = { ...profile, name: 'other', user: 'ocid1.user.c' };
const ofSomebody = '# mine\n[work]\nuser = x\n\n';

describe('the OCI configuration file', () => {
  it('gives back what was written', () => {
    assert.deepEqual(readOciProfile(formatOciProfile(profile), 'DEFAULT'), profile);
  });

  it('has a section added at its end', () => {
    const text = withOciProfile(withOciProfile(ofSomebody, profile), other);
    assert.ok(text.startsWith(ofSomebody));
    assert.deepEqual(readOciProfile(text, 'DEFAULT'), profile);
    assert.deepEqual(readOciProfile(text, 'other'), other);
    assert.equal(withOciProfile('', profile), formatOciProfile(profile));
  });

  for (const order of [
    [profile, other],
    [other, profile],
  ])
    it(`has ${order[0]?.name} first and one section replaced`, () => {
      const before = order.reduce(withOciProfile, ofSomebody);
      const moved = { ...profile, keyFile: '/elsewhere.pem' };
      const text = withOciProfile(before, moved);
      assert.deepEqual(readOciProfile(text, 'DEFAULT'), moved);
      assert.deepEqual(readOciProfile(text, 'other'), other);
      assert.ok(text.startsWith(ofSomebody));
      assert.equal(withOciProfile(text, moved), text);
    });

  it('has no profile where a field is missing', () => {
    assert.equal(readOciProfile(ofSomebody, 'work'), undefined);
    assert.equal(readOciProfile('', 'DEFAULT'), undefined);
  });
});
