import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { Sender } from 'ws';
import { Budget } from '../../kit/budget.ts';
import { closePayload, opcodes } from '../frame.ts';
import { FrameReader } from './frame-reader.ts';
import { gatheredLimit, readLimit } from './gathering.ts';

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer | string;
  readonly fin?: boolean;
}

function encode({ opcode, payload, fin = true }: Frame, mask: boolean): Buffer {
  return Buffer.concat(
    Sender.frame(Buffer.from(payload), { opcode, fin, mask, readOnly: true, rsv1: false }),
  );
}

function reader(budget = new Budget(gatheredLimit)) {
  const heard: string[] = [];
  const frames = new FrameReader(
    { heard: (bytes) => heard.push(bytes.toString()), unread: (size) => heard.push(`unread ${size}`) },
    budget,
  );
  return { heard, frames, budget };
}

const { text, binary, continuation, ping, close } = opcodes;
const story: Frame[] = [
  { opcode: text, payload: '{"one":1}' },
  { opcode: text, payload: 'é'.repeat(70), fin: false },
  { opcode: ping, payload: 'are you there' },
  { opcode: continuation, payload: '', fin: false },
  { opcode: continuation, payload: '…end' },
  { opcode: binary, payload: 'abc', fin: false },
  { opcode: continuation, payload: 'de' },
  { opcode: text, payload: '' },
  { opcode: text, payload: 'last' },
  { opcode: close, payload: closePayload(1000, 'bye') },
];
const told = ['{"one":1}', `${'é'.repeat(70)}…end`, 'unread 5', '', 'last'];

describe('frames', () => {
  for (const mask of [true, false]) {
    const stream = Buffer.concat(story.map((frame) => encode(frame, mask)));
    it(`${mask ? 'of a client' : 'of a replica'} are read wherever they are cut`, () => {
      for (let cut = 0; cut <= stream.length; cut += 1) {
        const { heard, frames } = reader();
        const original = Buffer.from(stream);
        frames.read(original.subarray(0, cut));
        frames.read(original.subarray(cut));
        assert.deepEqual(heard, told, `cut at ${cut}`);
        assert.ok(original.equals(stream), 'the pieces stay as they are');
      }
      const { heard, frames, budget } = reader();
      for (const byte of stream) frames.read(Buffer.of(byte));
      assert.deepEqual(heard, told);
      assert.equal(budget.left, gatheredLimit);
    });
  }

  it('of any sizes are read whole up to the limit, and counted beyond', () => {
    const edges = [125, 126, 65_535, 65_536, readLimit - 1, readLimit, readLimit + 1];
    const size = fc.oneof(fc.nat(300), fc.constantFrom(...edges));
    fc.assert(
      fc.property(fc.array(size, { maxLength: 4 }), fc.boolean(), fc.nat(70_000), (sizes, mask, cut) => {
        const { heard, frames, budget } = reader();
        const stream = Buffer.concat(
          sizes.map((length) => encode({ opcode: text, payload: Buffer.alloc(length, 'x') }, mask)),
        );
        for (let start = 0; start < stream.length; start += cut + 1)
          frames.read(stream.subarray(start, start + cut + 1));
        assert.deepEqual(
          heard.map((one) => (one.startsWith('unread') ? one : one.length)),
          sizes.map((length) => (length > readLimit ? `unread ${length}` : length)),
        );
        assert.equal(budget.left, gatheredLimit);
      }),
      { numRuns: 40 },
    );
  });

  it('share what may be gathered; whoever gets nothing is counted', () => {
    const budget = new Budget(1000);
    const greedy = reader(budget);
    const late = reader(budget);
    greedy.frames.read(encode({ opcode: text, payload: 'x'.repeat(800), fin: false }, false));
    late.frames.read(encode({ opcode: text, payload: 'y'.repeat(300) }, false));
    greedy.frames[Symbol.dispose]();
    late.frames.read(encode({ opcode: text, payload: 'z'.repeat(3) }, false));
    assert.deepEqual(late.heard, ['unread 300', 'zzz']);
    assert.equal(budget.left, 1000);
  });

  it('that are garbage make nothing fail', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }), (chunks) => {
        const { frames, budget } = reader();
        for (const chunk of chunks) frames.read(Buffer.from(chunk));
        frames[Symbol.dispose]();
        assert.equal(budget.left, gatheredLimit);
      }),
    );
  });
});
