import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toolArguments, usageOf } from './arguments.ts';

const inputSchema = {
  type: 'object',
  properties: {
    text: { type: 'string' },
    number: { type: 'number' },
    integer: { type: 'integer' },
    flag: { type: 'boolean' },
    list: { type: 'array', items: { type: 'integer' } },
    object: { type: 'object' },
    maybe: { type: ['integer', 'null'] },
    either: { type: ['string', 'integer'] },
    free: {},
  },
};
const tool = { name: 'try', inputSchema };

const cases: readonly (readonly [readonly string[], Record<string, unknown>])[] = [
  [[], {}],
  [['text=42'], { text: '42' }],
  [['text='], { text: '' }],
  [['text=a=b'], { text: 'a=b' }],
  [['number=-1.5e3'], { number: -1500 }],
  [['integer=7', 'flag=false'], { integer: 7, flag: false }],
  [['list=1', 'list=2'], { list: [1, 2] }],
  [['list=[1,2]', 'list=3'], { list: [1, 2, 3] }],
  [['object={"a":1}'], { object: { a: 1 } }],
  [['maybe=null'], { maybe: null }],
  [['maybe=3'], { maybe: 3 }],
  [['either=3'], { either: '3' }],
  [['free=3'], { free: '3' }],
  [['unknown=3'], { unknown: '3' }],
  [['text:={"raw":[true]}'], { text: { raw: [true] } }],
  [['text=https://x'], { text: 'https://x' }],
];

for (const [given, expected] of cases)
  test(`${given.join(' ')} means ${JSON.stringify(expected)}`, () =>
    assert.deepEqual(toolArguments(tool, given), expected));

for (const [given, message] of [
  ['text', /not of the form/],
  ['=x', /not of the form/],
  ['number=abc', /"number" must be of type number/],
  ['number=', /must be of type number/],
  ['integer=1.5', /must be of type integer/],
  ['flag=yes', /must be of type boolean/],
  ['list=x', /must be of type integer/],
  ['object={', /not JSON/],
  ['text:=x', /not JSON/],
] as const)
  test(`${given} is refused`, () =>
    assert.throws(() => toolArguments(tool, [given]), { message, exit: 'usage' }));

test('an argument that is no array cannot be given twice', () =>
  assert.throws(() => toolArguments(tool, ['text=a', 'text=b']), /given twice/));

test('what is needed and missing is named, with the usage', () => {
  const strict = { inputSchema: { ...inputSchema, required: ['text', 'flag'] }, name: 'try' };
  assert.throws(() => toolArguments(strict, ['text=a']), {
    message: 'The tool try needs flag.',
    hint: /^Usage: try text=<string> \[number=<number>\]/,
  });
});

test('a name that the schema does not know is refused where it knows all', () => {
  const closed = { name: 'try', inputSchema: { ...inputSchema, additionalProperties: false } };
  assert.throws(() => toolArguments(closed, ['other=1']), /has no argument "other"/);
  assert.throws(() => toolArguments(closed, ['constructor=1']), /has no argument "constructor"/);
});

test('a key that is special to JavaScript is a key like any other', () => {
  const result = toolArguments({ name: 'try', inputSchema: {} }, ['__proto__=x']);
  assert.deepEqual(Object.entries(result), [['__proto__', 'x']]);
});

test('a schema that cannot be read leaves texts', () => {
  assert.deepEqual(toolArguments({ name: 'try', inputSchema: null }, ['a=1']), { a: '1' });
  assert.equal(usageOf('try', null), 'try');
});
