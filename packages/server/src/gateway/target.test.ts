import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifies, type RequirementId } from '@mooring/test/verifies';
import * as fc from 'fast-check';
import { Problem } from '@mooring/contract';
import { parseTarget } from './target.ts';

const refused: [id: RequirementId, raw: string, complaint: RegExp][] = [
  ['target:form', '', /starts with "\/"/],
  ['target:form', '*', /starts with "\/"/],
  ['target:form', 'path', /starts with "\/"/],
  ['target:form', 'http://host/x', /starts with "\/"/],
  ['target:form', 'https://host:443/x', /starts with "\/"/],
  ['target:form', 'host:443', /starts with "\/"/],
  ['target:form', '\\\\host\\x', /starts with "\/"/],
  ['target:double-slash', '//host/x', /"\/\/"/],
  ['target:double-slash', '///', /"\/\/"/],
  ['target:dot-segments', '/..', /segment/],
  ['target:dot-segments', '/.', /segment/],
  ['target:dot-segments', '/../x', /segment/],
  ['target:dot-segments', '/a/../b', /segment/],
  ['target:dot-segments', '/a/./b', /segment/],
  ['target:dot-segments', '/a/..', /segment/],
  ['target:dot-segments', '/a/.?q=1', /segment/],
  ['target:dot-segments', '/a/..?q=1', /segment/],
  ['target:encoded', '/%2e%2e/x', /encoded dot/],
  ['target:encoded', '/%2E%2E/x', /encoded dot/],
  ['target:encoded', '/.%2e/x', /encoded dot/],
  ['target:encoded', '/a%2fb', /encoded dot/],
  ['target:encoded', '/a%2Fb', /encoded dot/],
  ['target:encoded', '/a%5cb', /encoded dot/],
  ['target:encoded', '/%252e%252e/x', /encoded dot/],
  ['target:encoded', '/a%252fb', /encoded dot/],
  ['target:encoded', '/a%25252fb', /encoded dot/],
  ['target:encoded', '/a%00', /encoded dot/],
  ['target:encoded', '/a%2500', /encoded dot/],
  ['target:encoded', '/a%0d%0aset-cookie:x', /encoded dot/],
  ['target:encoded', '/a%09', /encoded dot/],
  ['target:encoded', '/a%1f', /encoded dot/],
  ['target:encoded', '/a%7f', /encoded dot/],
  ['target:escapes', '/a%', /"%"/],
  ['target:escapes', '/a%2', /"%"/],
  ['target:escapes', '/a%zz', /"%"/],
  ['target:characters', '/a b', /percent-encoded/],
  ['target:characters', '/a\\b', /percent-encoded/],
  ['target:characters', '/a#b', /percent-encoded/],
  ['target:characters', '/a\0b', /percent-encoded/],
  ['target:characters', '/a\r\nb', /percent-encoded/],
  ['target:characters', '/a\tb', /percent-encoded/],
  ['target:characters', '/a\x7fb', /percent-encoded/],
  ['target:characters', '/é', /percent-encoded/],
  ['target:characters', '/a?q=é', /percent-encoded/],
  ['target:characters', '/a?q=a b', /percent-encoded/],
];

for (const [id, raw, complaint] of refused) {
  test(verifies(id, `${JSON.stringify(raw)} is refused`), () => {
    assert.throws(
      () => parseTarget(raw),
      (error) => error instanceof Problem && error.status === 400 && complaint.test(error.message),
    );
  });
}

const passed: [raw: string, path: string, query: string][] = [
  ['/', '/', ''],
  ['/?', '/', '?'],
  ['/a/b/', '/a/b/', ''],
  ['/a//b', '/a//b', ''],
  ['/a/...', '/a/...', ''],
  ['/.well-known/x', '/.well-known/x', ''],
  ['/a/..b/b..', '/a/..b/b..', ''],
  ['/%20%C3%A9', '/%20%C3%A9', ''],
  ['/%25', '/%25', ''],
  ["/a;p=1,2:3@4&5=6+7$8!9*(0)'~_-", "/a;p=1,2:3@4&5=6+7$8!9*(0)'~_-", ''],
  ['/a?b?c', '/a', '?b?c'],
  ['/a?u=http://host/../x&v=%2e%2f%00%', '/a', '?u=http://host/../x&v=%2e%2f%00%'],
  ['/a?[]{}|^`"<>', '/a', '?[]{}|^`"<>'],
];

for (const [raw, path, query] of passed) {
  test(verifies('forward:path', `${raw} passes as it came`), () => {
    assert.deepEqual(parseTarget(raw), { path, query });
  });
}

test('whatever passes is the target itself, and no reader of URLs sees another path or host in it', () => {
  const piece = fc.constantFrom('/', '.', '..', '%', '2e', '2f', '25', '%2e', 'a', '?', '\\', '//', '%00');
  const target = fc.oneof(
    fc.string(),
    fc.array(piece).map((pieces) => `/${pieces.join('')}`),
  );
  fc.assert(
    fc.property(target, (raw) => {
      const parsed = parseOrRefuse(raw);
      if (parsed === undefined) return;
      assert.equal(parsed.path + parsed.query, raw);
      const url = new URL(raw, 'http://host.example');
      assert.equal(url.host, 'host.example');
      assert.equal(decoded(url.pathname), decoded(parsed.path));
    }),
    { numRuns: 2000 },
  );
});

/** Every escape as the byte that it stands for. */
function decoded(path: string): string {
  return path.replace(/%([0-9a-f]{2})/gi, (_, byte: string) => String.fromCharCode(parseInt(byte, 16)));
}

function parseOrRefuse(raw: string): ReturnType<typeof parseTarget> | undefined {
  try {
    return parseTarget(raw);
  } catch (error) {
    assert.ok(error instanceof Problem, String(error));
    return undefined;
  }
}
