import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createSeal } from './seal.ts';

const secret = randomBytes(32);
const { seal, open } = createSeal(secret);

test('what was sealed is opened in its context, on every server with the secret, and has one seal', () => {
  const elsewhere = createSeal(Buffer.from(secret));
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.string()), (text, context) => {
      const sealed = seal(text, context);
      assert.match(sealed, /^[A-Za-z0-9_-]+$/);
      assert.equal(elsewhere.seal(text, context), sealed);
      assert.equal(elsewhere.open(sealed, context), text);
    }),
  );
});

test('in another context, with another secret, or changed, it opens nowhere', () => {
  const sealed = seal('text', ['app', 'issuer', 'someone']);
  for (const context of [[], ['app'], ['app', 'issuer', 'someone else'], ['app', 'issuersomeone', '']])
    assert.equal(open(sealed, context), undefined);
  assert.equal(createSeal(randomBytes(32)).open(sealed, ['app', 'issuer', 'someone']), undefined);
  const bytes = Buffer.from(sealed, 'base64url');
  for (let index = 0; index < bytes.length; index++) {
    const changed = Buffer.from(bytes);
    changed[index] = (changed[index] ?? 0) ^ 1;
    assert.equal(open(changed.toString('base64url'), ['app', 'issuer', 'someone']), undefined);
  }
});

test('garbage opens nowhere', () => {
  fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => assert.equal(open(text, []), undefined)));
  assert.equal(open(`${seal('text', [])}=`, []), undefined);
});
