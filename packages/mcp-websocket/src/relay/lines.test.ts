/** Messages out of bytes, however they are cut. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import * as fc from 'fast-check';
import { Lines } from './lines.ts';

const ping = (id: string): JSONRPCMessage => ({ jsonrpc: '2.0', id, method: 'ping' });

function read(chunks: readonly Buffer[], maxBytes = 1_000): { messages: JSONRPCMessage[]; refused: Error[] } {
  const messages: JSONRPCMessage[] = [];
  const refused: Error[] = [];
  const lines = new Lines({
    maxBytes,
    message: (message) => messages.push(message),
    refused: (error) => refused.push(error),
  });
  for (const chunk of chunks) lines.push(chunk);
  return { messages, refused };
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const edges = [
    0,
    ...at.map((one) => one % bytes.length).toSorted((one, other) => one - other),
    bytes.length,
  ];
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
}

describe('lines', () => {
  it('give the same messages wherever the bytes are cut', () => {
    const ids = fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(ids, fc.array(fc.nat(), { maxLength: 8 }), fc.boolean(), (names, at, isCrLf) => {
        const text = names.map((name) => JSON.stringify(ping(name)) + (isCrLf ? '\r\n' : '\n')).join('');
        assert.deepEqual(read(cut(Buffer.from(text), at)).messages, names.map(ping));
      }),
    );
  });

  it('that are no messages disturb no other', () => {
    const text = `starting…\n\n{"a":1}\n[]\n${JSON.stringify(ping('a'))}\n7\n{"jsonrpc":"2.0"\n`;
    const { messages, refused } = read([Buffer.from(text)]);
    assert.deepEqual(messages, [ping('a')]);
    assert.equal(refused.length, 3);
  });

  it('that are too large are refused, ended or not', () => {
    const line = Buffer.from(`${JSON.stringify(ping('a'.repeat(40)))}\n`);
    const size = line.length - 1;
    assert.equal(read([line, line], size).messages.length, 2);
    assert.throws(() => read([line], size - 1), RangeError);
    assert.throws(() => read([line.subarray(0, 30), line.subarray(30, size)], size - 1), RangeError);
  });
});
