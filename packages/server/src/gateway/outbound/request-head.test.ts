import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldLines, requestHead } from './request-head.ts';

test('a head is the request line, a line for each field, and an empty one', () => {
  const head = requestHead({ method: 'GET', path: '/a?b' }, ['Host', 'x', 'X-Name', 'caf\xe9\t1']);
  assert.equal(head, 'GET /a?b HTTP/1.1\r\nHost: x\r\nX-Name: caf\xe9\t1\r\n\r\n');
  const longer = requestHead({ method: 'GET', path: '/' }, ['Host', 'x'], fieldLines(['X-Name', '1']));
  assert.equal(longer, 'GET / HTTP/1.1\r\nHost: x\r\nX-Name: 1\r\n\r\n');
});

for (const foul of ['\r', '\n', '\0', '\x7f', '\u0100'])
  test(`${JSON.stringify(foul)} stands in no line`, () => {
    const text = `a${foul}b`;
    const refusal = { name: 'TypeError' };
    assert.throws(() => requestHead({ method: text, path: '/' }, []), refusal);
    assert.throws(() => requestHead({ method: 'GET', path: text }, []), refusal);
    for (const fields of [
      [text, '1'],
      ['A', text],
      ['A', '1', text, '2'],
      ['A', '1', 'B', text],
    ])
      assert.throws(() => fieldLines(fields), refusal);
  });
