import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { readMessages, type Message } from './message.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const request = { kind: 'request', tool: undefined, traceparent: undefined } as const;
const answer = { kind: 'answer', id: 'n1', code: 'ok', tools: [] } as const;
const v = { jsonrpc: '2.0' };

const cases: [what: string, value: unknown, messages: Message[] | undefined][] = [
  ['a request', { ...v, id: 1, method: 'ping' }, [{ ...request, id: 'n1', method: 'ping' }]],
  ['an id that is a text', { ...v, id: '1', method: 'ping' }, [{ ...request, id: 's1', method: 'ping' }]],
  ['an id that is null', { ...v, id: null, method: 'ping' }, [{ ...request, id: undefined, method: 'ping' }]],
  [
    'an id that is too long',
    { ...v, id: 'x'.repeat(129), method: 'ping' },
    [{ ...request, id: undefined, method: 'ping' }],
  ],
  ['a method that nobody knows', { ...v, id: 1, method: 'x' }, [{ ...request, id: 'n1', method: 'other' }]],
  [
    'a call of a tool',
    { ...v, id: 1, method: 'tools/call', params: { name: 'a.b-c', arguments: { secret: 1 } } },
    [{ ...request, id: 'n1', method: 'tools/call', tool: 'a.b-c' }],
  ],
  [
    'a call of a tool whose name is none',
    { ...v, id: 1, method: 'tools/call', params: { name: 'a\nb' } },
    [{ ...request, id: 'n1', method: 'tools/call', tool: 'other' }],
  ],
  [
    'the name of something else',
    { ...v, id: 1, method: 'prompts/get', params: { name: 'a' } },
    [{ ...request, id: 'n1', method: 'prompts/get' }],
  ],
  [
    'a trace',
    { ...v, id: 1, method: 'ping', params: { _meta: { traceparent } } },
    [{ ...request, id: 'n1', method: 'ping', traceparent }],
  ],
  [
    'a trace that is none',
    { ...v, id: 1, method: 'ping', params: { _meta: { traceparent: traceparent.repeat(2) } } },
    [{ ...request, id: 'n1', method: 'ping' }],
  ],
  [
    'parameters that are a list',
    { ...v, id: 1, method: 'ping', params: [1] },
    [{ ...request, id: 'n1', method: 'ping' }],
  ],
  [
    'a notification',
    { ...v, method: 'notifications/initialized' },
    [{ kind: 'notification', method: 'notifications/initialized', cancels: undefined }],
  ],
  [
    'a cancellation',
    { ...v, method: 'notifications/cancelled', params: { requestId: 4 } },
    [{ kind: 'notification', method: 'notifications/cancelled', cancels: 'n4' }],
  ],
  ['a result', { ...v, id: 1, result: {} }, [answer]],
  ['a result that is null', { ...v, id: 1, result: null }, [answer]],
  ['a tool that failed', { ...v, id: 1, result: { isError: true } }, [{ ...answer, code: 'tool_error' }]],
  [
    'a result that asks',
    { ...v, id: 1, result: { resultType: 'input_required' } },
    [{ ...answer, code: 'input_required' }],
  ],
  ['an error', { ...v, id: 1, error: { code: -32_602, message: 'no' } }, [{ ...answer, code: '-32602' }]],
  ['an error of their own', { ...v, id: 1, error: { code: 7 } }, [{ ...answer, code: 'other' }]],
  ['an error without a code', { ...v, id: null, error: 'x' }, [{ ...answer, id: undefined, code: 'other' }]],
  [
    'a list of tools',
    { ...v, id: 1, result: { tools: [{ name: 'one' }, { name: 2 }, null, { name: 'two' }] } },
    [{ ...answer, tools: ['one', 'two'] }],
  ],
  [
    'a batch',
    [
      { ...v, id: 1, method: 'ping' },
      { ...v, id: 1, result: {} },
    ],
    [{ ...request, id: 'n1', method: 'ping' }, answer],
  ],
  ['an empty batch', [], undefined],
  ['a batch with something else in it', [{ ...v, id: 1, method: 'ping' }, 1], undefined],
  ['another version', { jsonrpc: '1.0', id: 1, method: 'ping' }, undefined],
  ['neither request nor answer', { ...v, id: 1 }, undefined],
  ['a method that is a number', { ...v, id: 1, method: 1 }, undefined],
  ['a number', 1, undefined],
  ['null', null, undefined],
];

for (const [what, value, messages] of cases) {
  test(`${what} is read`, () => assert.deepEqual(readMessages(JSON.stringify(value)), messages));
}

test('what is no JSON is not read', () => {
  for (const text of ['', '{', '{"jsonrpc":"2.0",', '[', '['.repeat(100_000), '\u0000', 'nul'])
    assert.equal(readMessages(text), undefined);
});

test('nothing makes reading fail', () => {
  const keys = [
    'jsonrpc',
    'id',
    'method',
    'params',
    'result',
    'error',
    '_meta',
    'tools',
    'name',
    '__proto__',
  ];
  const word = fc.constantFrom('2.0', 'tools/call', 'notifications/cancelled', 1, null);
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      word,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom(...keys), tie('tree'), { maxKeys: 6 }),
    ),
  }));
  fc.assert(fc.property(tree, (value) => void readMessages(JSON.stringify(value))));
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void readMessages(text)));
});
