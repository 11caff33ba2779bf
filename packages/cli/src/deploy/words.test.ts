import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { splitWords } from './words.ts';

const cases: readonly (readonly [string, readonly string[]])[] = [
  ['node server.ts', ['node', 'server.ts']],
  ['  node \t server.ts\n', ['node', 'server.ts']],
  ['', []],
  [`sh -c 'a "b" \\ c'`, ['sh', '-c', 'a "b" \\ c']],
  [`say "two words" "a \\"quote\\"" "a \\\\ b" "\\n"`, ['say', 'two words', 'a "quote"', 'a \\ b', '\\n']],
  ['one\\ word \\"x\\"', ['one word', '"x"']],
  [`a'b'"c"d`, ['abcd']],
  [`x '' ""`, ['x', '', '']],
  ['node $HOME *.ts', ['node', '$HOME', '*.ts']],
  [`echo '|' "&&" \\;`, ['echo', '|', '&&', ';']],
  ['a|b', ['a|b']],
];

for (const [line, expected] of cases)
  test(`${JSON.stringify(line)} has the words ${JSON.stringify(expected)}`, () =>
    assert.deepEqual(splitWords(line), expected));

const refused = [
  [`node 'server.ts`, /has a ' without its partner/],
  [`node "server.ts\\"`, /has a " without its partner/],
  ['node \\', /ends with a backslash/],
  ['cd app && node server.ts', /"&&" would be an argument/],
  ['node server.ts > log', /">" would be an argument/],
] as const;

for (const [line, message] of refused)
  test(`${JSON.stringify(line)} is refused`, () => assert.throws(() => splitWords(line), { message }));

test('whatever the words are, quoted they come back', () => {
  const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (words) =>
      assert.deepEqual(splitWords(words.map(quoted).join(' ')), words),
    ),
    { numRuns: 200 },
  );
});
