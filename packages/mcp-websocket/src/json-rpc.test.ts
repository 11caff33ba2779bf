/** What is a message: the same as the SDK's schema says, value for value. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { JSONRPCMessageSchema } from '@modelcontextprotocol/core';
import * as fc from 'fast-check';
import {
  isAnswer,
  isErrorResponse,
  isMessage,
  isNotification,
  isRequest,
  isResultResponse,
} from './json-rpc.ts';

const json = fc.jsonValue({ maxDepth: 1 });
const optional = { requiredKeys: [] };
const oneOf = (...values: unknown[]) => fc.constantFrom(...values);
const id = fc.oneof(
  { arbitrary: oneOf('a', '', 0, -1, 7), weight: 9 },
  { arbitrary: oneOf(1.5, 2 ** 53, 1e300, null, true, {}, []), weight: 1 },
);
const meta = fc.oneof(
  json,
  fc.record(
    {
      progressToken: id,
      'io.modelcontextprotocol/related-task': fc.oneof(
        json,
        fc.record({ taskId: oneOf('t', 1), more: json }, optional),
      ),
      'io.modelcontextprotocol/serverInfo': json,
      more: json,
    },
    optional,
  ),
);
const content = fc.oneof(json, fc.record({ _meta: meta, more: json }, optional));
const error = fc.oneof(
  json,
  fc.record({ code: id, message: oneOf('m', 1, null), data: json, more: json }, { requiredKeys: ['code'] }),
);
const version = { jsonrpc: fc.constant('2.0') };
/** Messages, more or less: each with its own fields. */
const like = fc.oneof(
  fc.record(
    { ...version, method: fc.constant('ping'), id, params: content },
    { requiredKeys: ['jsonrpc', 'method'] },
  ),
  fc.record({ ...version, id, result: content }, { requiredKeys: ['jsonrpc', 'result'] }),
  fc.record({ ...version, id, error }, { requiredKeys: ['jsonrpc', 'error'] }),
);
/** Nothing most of the time, or fields that may spoil a message. */
const spoiled = fc.oneof(
  { arbitrary: fc.constant({}), weight: 4 },
  {
    arbitrary: fc.record(
      { jsonrpc: json, method: json, id: json, params: json, result: json, error: json, more: json },
      optional,
    ),
    weight: 1,
  },
);
const value = fc.oneof(
  { arbitrary: fc.tuple(like, spoiled).map(([message, other]) => ({ ...message, ...other })), weight: 9 },
  { arbitrary: json, weight: 1 },
);

describe('a message', () => {
  it('is what the schema of the SDK takes for one', () => {
    let messages = 0;
    fc.assert(
      fc.property(value, (made) => {
        // As it comes from a text: no field is undefined.
        const read: unknown = JSON.parse(JSON.stringify(made));
        const { success } = JSONRPCMessageSchema.safeParse(read);
        messages += Number(success);
        assert.equal(isMessage(read), success, JSON.stringify(read));
      }),
      { numRuns: 3_000 },
    );
    assert.ok(messages > 500, `only ${messages} messages were among them`);
  });

  it('is of one kind', () => {
    const cases: [object, (typeof kinds)[number]][] = [
      [{ id: 1, method: 'ping' }, isRequest],
      [{ id: 'one', method: 'ping', params: { _meta: { progressToken: 1 } } }, isRequest],
      [{ method: 'notifications/initialized' }, isNotification],
      [{ id: 1, result: {} }, isResultResponse],
      [{ id: 1, error: { code: 1, message: 'no' } }, isErrorResponse],
      [{ error: { code: 1, message: 'no' } }, isErrorResponse],
    ];
    for (const [content, kind] of cases) {
      const message: unknown = { jsonrpc: '2.0', ...content };
      assert.ok(isMessage(message));
      assert.deepEqual(
        kinds.filter((is) => is(message)),
        [kind],
      );
      assert.equal(isAnswer(message), kind === isResultResponse || kind === isErrorResponse);
    }
  });
});

const kinds = [isRequest, isNotification, isResultResponse, isErrorResponse];
