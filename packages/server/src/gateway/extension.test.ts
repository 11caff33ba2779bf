import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifies } from '@mooring/test/verifies';
import { isAcceptableExtension, offeredExtensions } from './extension.ts';

const offers: [header: string | undefined, passed: string | undefined][] = [
  [undefined, undefined],
  ['', undefined],
  ['permessage-deflate', 'permessage-deflate'],
  ['Permessage-Deflate; client_max_window_bits', 'Permessage-Deflate; client_max_window_bits'],
  ['permessage-deflate ; server_no_context_takeover', 'permessage-deflate ; server_no_context_takeover'],
  ['permessage-bzip2', undefined],
  ['permessage-deflate-x', undefined],
  ['x-permessage-deflate', undefined],
  ['mux, permessage-deflate; a, permessage-deflate, x', 'permessage-deflate; a, permessage-deflate'],
];

for (const [header, passed] of offers) {
  test(verifies('upgrade:extension', `of "${header}" the replica is offered ${passed}`), () => {
    assert.equal(offeredExtensions(header), passed);
  });
}

const answers: [answer: string | undefined, offered: string | undefined, acceptable: boolean][] = [
  [undefined, undefined, true],
  [undefined, 'permessage-deflate', true],
  ['permessage-deflate', 'permessage-deflate', true],
  ['permessage-deflate; server_max_window_bits=10', 'permessage-deflate', true],
  ['permessage-deflate', undefined, false],
  ['mux', 'permessage-deflate', false],
  ['permessage-deflate, mux', 'permessage-deflate', false],
  ['permessage-deflate, permessage-deflate', 'permessage-deflate', false],
  ['', 'permessage-deflate', false],
];

for (const [answer, offered, acceptable] of answers) {
  test(
    verifies('upgrade:extension', `"${answer}" for "${offered}" is ${acceptable ? '' : 'not '}acceptable`),
    () => assert.equal(isAcceptableExtension(answer, offered), acceptable),
  );
}
