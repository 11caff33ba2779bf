import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { Budget } from '../../kit/budget.ts';
import { EventReader } from './event-reader.ts';
import { gatheredLimit, readLimit } from './gathering.ts';

function reader() {
  const heard: string[] = [];
  const budget = new Budget(gatheredLimit);
  const events = new EventReader(
    { heard: (bytes) => heard.push(bytes.toString()), unread: (size) => heard.push(`unread ${size}`) },
    budget,
  );
  return { heard, events, budget };
}

const cases: [what: string, stream: string, told: string[]][] = [
  ['an event', 'event: message\nid: 4\ndata: {"a":1}\n\n', ['{"a":1}']],
  ['no space, and two', 'data:one\n\ndata:  two\n\n', ['one', ' two']],
  ['lines that are joined', 'data: {\ndata: "é"\ndata:}\n\n', ['{\n"é"\n}']],
  ['comments and other fields', ': hi\nretry: 5\ndatax: 1\ndata\ndat: 2\nda\n\ndata: x\n\n', ['x']],
  ['an event without data', 'id: 1\ndata: \n\ndata:\n\nid: 2\n\ndata: x\n\n', ['x']],
  ['an event that is cut', 'data: one\n\ndata: two\n', ['one']],
];

describe('events', () => {
  for (const [what, stream, told] of cases)
    for (const [name, end] of [
      ['LF', '\n'],
      ['CR', '\r'],
      ['CRLF', '\r\n'],
    ] as const)
      it(`${what}, with ${name}, wherever it is cut`, () => {
        const bytes = Buffer.from(stream.replaceAll('\n', end));
        for (let cut = 0; cut <= bytes.length; cut += 1) {
          const { heard, events } = reader();
          events.read(bytes.subarray(0, cut));
          events.read(bytes.subarray(cut));
          assert.deepEqual(heard, told, `cut at ${cut}`);
        }
        const { heard, events, budget } = reader();
        for (const byte of bytes) events.read(Buffer.of(byte));
        assert.deepEqual(heard, told);
        events[Symbol.dispose]();
        assert.equal(budget.left, gatheredLimit);
      });

  it('that are too large are counted, and the next one is read', () => {
    const { heard, events, budget } = reader();
    events.read(Buffer.from(`data: ${'x'.repeat(readLimit + 1)}\n\ndata: y\n\n`));
    assert.deepEqual(heard, [`unread ${readLimit + 1}`, 'y']);
    assert.equal(budget.left, gatheredLimit);
  });

  it('that are garbage make nothing fail', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }), (chunks) => {
        const { events, budget } = reader();
        for (const chunk of chunks) events.read(Buffer.from(chunk));
        events[Symbol.dispose]();
        assert.equal(budget.left, gatheredLimit);
      }),
    );
  });
});
