import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as check, constantFrom, integer, property } from 'fast-check';
import { cutMark, lineLimit, Lines } from './lines.ts';

const cases: { name: string; chunks: string[]; lines: string[]; end: string[] }[] = [
  { name: 'whole lines', chunks: ['a\nb\n'], lines: ['a', 'b'], end: [] },
  { name: 'a line in pieces', chunks: ['a', 'b', 'c\n'], lines: ['abc'], end: [] },
  { name: 'an unfinished line', chunks: ['a\nb'], lines: ['a'], end: ['b'] },
  { name: 'empty lines', chunks: ['\n\na\n'], lines: ['', '', 'a'], end: [] },
  { name: 'carriage returns', chunks: ['a\r', '\nb\r\n'], lines: ['a', 'b'], end: [] },
  {
    name: 'a line of the limit',
    chunks: [`${'x'.repeat(lineLimit)}\n`],
    lines: ['x'.repeat(lineLimit)],
    end: [],
  },
  {
    name: 'a line over the limit, and one behind it',
    chunks: ['x'.repeat(lineLimit), 'xx', 'xxx\nb\n'],
    lines: ['x'.repeat(lineLimit) + cutMark, 'b'],
    end: [],
  },
  {
    name: 'an endless line',
    chunks: ['x'.repeat(lineLimit + 1), 'xx'],
    lines: ['x'.repeat(lineLimit) + cutMark],
    end: [],
  },
];

for (const { name, chunks, lines, end } of cases) {
  test(`output is split into lines: ${name}`, () => {
    const splitter = new Lines();
    assert.deepEqual(
      chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk))),
      lines,
    );
    assert.deepEqual(splitter.end(), end);
  });
}

test('a character that arrives in two chunks stays whole, and broken ones are replaced', () => {
  const splitter = new Lines();
  assert.deepEqual(splitter.push(Buffer.from([0xc3])), []);
  assert.deepEqual(splitter.push(Buffer.from([0xa9, 0x0a, 0xff, 0x00, 0x0a])), ['é', '\uFFFD\0']);
});

test('however the output is cut into chunks, the lines are the same', () => {
  const output = array(constantFrom('a', 'é', '\n', '\r', '\r\n', 'x'.repeat(9000)), { maxLength: 12 });
  const sizes = array(integer({ min: 1, max: 9000 }), { minLength: 1 });
  check(
    property(output, sizes, (parts, cuts) => {
      const bytes = Buffer.from(parts.join(''));
      const whole = new Lines();
      const pieces = new Lines();
      const expected = [...whole.push(bytes), ...whole.end()];
      const actual: string[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = cuts[turn % cuts.length] ?? 1;
        actual.push(...pieces.push(bytes.subarray(at, at + size)));
        at += size;
      }
      assert.deepEqual([...actual, ...pieces.end()], expected);
    }),
  );
});
