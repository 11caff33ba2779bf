import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Receiver, Sender } from 'ws';
import { verifies, type RequirementId } from '@mooring/test/verifies';
import { closePayload, opcodes } from './frame.ts';
import { Scanner, type ScanOptions } from './scan.ts';

const limit = 200_000;

interface Frame {
  readonly opcode: number;
  readonly fin: boolean;
  readonly payload: Buffer;
}

/** Frames as `ws` writes them. */
function encode({ opcode, fin, payload }: Frame, mask: boolean): Buffer {
  return Buffer.concat(
    Sender.frame(Buffer.from(payload), { opcode, fin, mask, readOnly: true, rsv1: false }),
  );
}

/** What the scanner makes of a stream that comes in these chunks. */
function scanned(
  chunks: readonly Buffer[],
  options: Partial<ScanOptions> = {},
): { scanner: Scanner; passed: Buffer } {
  const scanner = new Scanner({
    masked: true,
    maxMessageBytes: limit,
    maxFragments: 100,
    deflate: false,
    ...options,
  });
  const pieces: Buffer[] = [];
  // Pieces are views of a buffer that its owner uses again: what is kept has to be copied.
  for (const chunk of chunks) scanner.scan(chunk, (piece) => pieces.push(Buffer.from(piece)));
  return { scanner, passed: Buffer.concat(pieces) };
}

function cut(stream: Buffer, positions: readonly number[]): Buffer[] {
  const edges = [
    ...new Set([0, ...positions.map((position) => position % (stream.length + 1)), stream.length]),
  ];
  edges.sort((a, b) => a - b);
  return edges.slice(1).map((edge, index) => stream.subarray(edges[index], edge));
}

/** How many messages an independent reader finds; undefined when it refuses the stream. */
function read(stream: Buffer, masked: boolean): { messages: number; closed: number | undefined } | undefined {
  const receiver = new Receiver({ isServer: masked, maxPayload: limit, skipUTF8Validation: true });
  const found: { messages: number; closed: number | undefined } = { messages: 0, closed: undefined };
  receiver.on('message', () => (found.messages += 1));
  receiver.on('conclude', (code: number) => (found.closed = code));
  receiver.on('error', () => {});
  // It takes masks off in place.
  receiver.write(Buffer.from(stream));
  return receiver.errored === null ? found : undefined;
}

const edges = [0, 1, 124, 125, 126, 127, 128, 65_534, 65_535, 65_536, 65_537];
const sizes = fc.oneof({ weight: 3, arbitrary: fc.nat(300) }, fc.constantFrom(...edges));
const fill = (length: number): Buffer => Buffer.alloc(length, 'abcdefghijklmnopqrstuvwxyz');
const control = fc
  .record({ opcode: fc.constantFrom(opcodes.ping, opcodes.pong), length: fc.nat(125) })
  .map(({ opcode, length }): Frame => ({ opcode, fin: true, payload: fill(length) }));
const message = fc
  .record({
    opcode: fc.constantFrom(opcodes.text, opcodes.binary),
    fragments: fc.array(fc.tuple(sizes, fc.array(control, { maxLength: 2 })), { minLength: 1, maxLength: 4 }),
  })
  .filter(({ fragments }) => fragments.reduce((sum, [length]) => sum + length, 0) <= limit)
  .map(({ opcode, fragments }): Frame[] =>
    fragments.flatMap(([length, controls], index) => [
      {
        opcode: index === 0 ? opcode : opcodes.continuation,
        fin: index === fragments.length - 1,
        payload: fill(length),
      },
      ...controls,
    ]),
  );
const frames = fc.array(message, { maxLength: 5 }).map((messages) => messages.flat());
const cuts = fc.array(fc.nat(), { maxLength: 12 });

test(verifies('live:bytes', 'a well-formed stream goes on byte for byte, wherever it is cut'), () => {
  fc.assert(
    fc.property(frames, cuts, fc.boolean(), (frames, positions, masked) => {
      const encoded = frames.map((frame) => encode(frame, masked));
      const stream = Buffer.concat(encoded);
      const { scanner, passed } = scanned(cut(stream, positions), { masked });
      assert.equal(scanner.violation, undefined);
      assert.ok(passed.equals(stream));
      assert.equal(scanner.bytes, stream.length);
      assert.equal(scanner.messages, read(stream, masked)?.messages);
      assert.equal(scanner.atBoundary, true);
    }),
    { numRuns: 400 },
  );
});

test(
  verifies('live:pace', 'a scanner that may pass so much at a time passes no more, and in the end all'),
  () => {
    const rates = fc.record({
      messages: fc.integer({ min: 1, max: 3 }),
      controls: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(frames, cuts, rates, (frames, positions, { messages, controls }) => {
        const stream = Buffer.concat(frames.map((frame) => encode(frame, true)));
        const scanner = new Scanner({
          masked: true,
          maxMessageBytes: limit,
          maxFragments: 100,
          deflate: false,
        });
        const pieces: Buffer[] = [];
        const pass = (piece: Buffer): void => void pieces.push(Buffer.from(piece));
        const chunks = cut(stream, positions);
        for (let turns = frames.length + chunks.length; turns >= 0; turns -= 1) {
          const before = { messages: scanner.messages, controls: scanner.controls };
          scanner.maxMessages = scanner.messages + messages;
          scanner.maxControls = scanner.controls + controls;
          scanner.proceed(pass);
          for (const chunk of chunks.splice(0, 2)) scanner.scan(chunk, pass);
          assert.ok(scanner.messages - before.messages <= messages);
          assert.ok(scanner.controls - before.controls <= controls);
        }
        assert.equal(scanner.violation, undefined);
        assert.ok(Buffer.concat(pieces).equals(stream));
      }),
      { numRuns: 400 },
    );
  },
);

test('between two scans the stream stands at a boundary or inside a data frame, and the scanner says which', () => {
  fc.assert(
    fc.property(frames, cuts, fc.boolean(), (frames, positions, masked) => {
      const encoded = frames.map((frame) => encode(frame, masked));
      let end = 0;
      const boundaries = new Set([0, ...encoded.map((frame) => (end += frame.length))]);
      const inside = (position: number): boolean => {
        let start = 0;
        return encoded.some((frame, index) => {
          const header = frame.length - (frames[index]?.payload.length ?? 0);
          const from = start + header;
          start += frame.length;
          return (frames[index]?.opcode ?? 0) < 8 && position >= from && position < start;
        });
      };
      const scanner = new Scanner({ masked, maxMessageBytes: limit, maxFragments: 100, deflate: false });
      for (const chunk of cut(Buffer.concat(encoded), positions)) {
        scanner.scan(chunk, () => {});
        assert.equal(scanner.atBoundary, boundaries.has(scanner.bytes));
        assert.ok(scanner.atBoundary || inside(scanner.bytes));
      }
    }),
    { numRuns: 300 },
  );
});

for (const masked of [true, false]) {
  test(`${masked ? 'masked' : 'unmasked'}: every single cut and every byte on its own give the same`, () => {
    const stream = Buffer.concat(
      [
        { opcode: opcodes.text, fin: true, payload: fill(3) },
        { opcode: opcodes.binary, fin: false, payload: fill(0) },
        { opcode: opcodes.ping, fin: true, payload: fill(125) },
        { opcode: opcodes.continuation, fin: false, payload: fill(126) },
        { opcode: opcodes.pong, fin: true, payload: fill(0) },
        { opcode: opcodes.continuation, fin: true, payload: fill(300) },
        { opcode: opcodes.binary, fin: true, payload: fill(0) },
        { opcode: opcodes.close, fin: true, payload: closePayload(4321, 'über') },
      ].map((frame) => encode(frame, masked)),
    );
    const bytes = [...stream].map((byte) => Buffer.of(byte));
    for (const chunks of [bytes, ...bytes.map((_, index) => cut(stream, [index]))]) {
      const { scanner, passed } = scanned(chunks, { masked });
      assert.equal(scanner.violation, undefined);
      assert.ok(passed.equals(stream));
      assert.equal(scanner.messages, 3);
      assert.equal(scanner.closed, 4321);
    }
  });
}

test('what an independent reader refuses is refused, and what it takes is passed', () => {
  const mutated = fc.tuple(frames, fc.nat(), fc.nat(255), fc.boolean());
  fc.assert(
    fc.property(mutated, ([frames, position, value, masked]) => {
      const stream = Buffer.concat(frames.map((frame) => encode(frame, masked)));
      if (stream.length === 0) return;
      stream[position % Math.min(stream.length, 12)] = value;
      const { scanner, passed } = scanned([stream], { masked });
      // `ws` takes longer forms of a length, which RFC 6455 section 5.2 forbids, is told not to look for UTF-8, and
      // judges by half a header.
      if (/shortest|UTF-8/.test(scanner.violation?.reason ?? '')) return;
      if (scanner.violation === undefined && passed.length < stream.length) return;
      const oracle = read(stream, masked);
      assert.equal(scanner.violation === undefined, oracle !== undefined, scanner.violation?.reason);
      if (oracle === undefined || oracle.closed !== undefined) return;
      assert.equal(scanner.messages, oracle.messages);
      assert.ok(stream.subarray(0, passed.length).equals(passed));
    }),
    { numRuns: 1500 },
  );
});

test('garbage never throws, and nothing that follows a violation is passed', () => {
  const garbage = fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 8 });
  fc.assert(
    fc.property(garbage, fc.boolean(), fc.boolean(), (chunks, masked, deflate) => {
      const buffers = chunks.map((chunk) => Buffer.from(chunk));
      const { scanner, passed } = scanned(buffers, { masked, deflate });
      assert.ok(Buffer.concat(buffers).subarray(0, passed.length).equals(passed));
      if (scanner.violation === undefined) return;
      scanner.scan(encode({ opcode: opcodes.text, fin: true, payload: fill(1) }, masked), () =>
        assert.fail('passed after a violation'),
      );
    }),
    { numRuns: 2000 },
  );
});

/** A frame by its bytes: first byte, length as it stands in the header, payload. Masked with zeros, so it stays readable. */
function raw(first: number, length: number[], payload: Buffer, masked = true): Buffer {
  const [short = 0, ...rest] = length;
  const head = Buffer.from([first, masked ? short | 0x80 : short, ...rest]);
  return Buffer.concat([head, masked ? Buffer.alloc(4) : Buffer.alloc(0), payload]);
}

const small = (first: number, payload: Buffer | string = '', masked = true): Buffer =>
  raw(first, [Buffer.byteLength(payload)], Buffer.from(payload), masked);
const close = (code: number, reason: string | Buffer = ''): Buffer =>
  small(0x88, Buffer.concat([Buffer.of(code >> 8, code & 255), Buffer.from(reason)]));
const length64 = (length: bigint): number[] => {
  const bytes = Buffer.alloc(9);
  bytes[0] = 127;
  bytes.writeBigUInt64BE(length, 1);
  return [...bytes];
};

interface Broken {
  readonly name: string;
  readonly frame: Buffer;
  readonly before?: Buffer;
  readonly options?: Partial<ScanOptions>;
  readonly reason: RegExp;
}

const opened = small(0x01, 'begun');
const framing: Broken[] = [
  { name: 'an unmasked client frame', frame: small(0x81, 'x', false), reason: /must be masked/ },
  {
    name: 'a masked server frame',
    frame: small(0x81, 'x'),
    options: { masked: false },
    reason: /must not be masked/,
  },
  ...[1, 2, 3, 4, 5, 6, 7].map((rsv) => ({
    name: `reserved bits ${rsv} on a message`,
    frame: small(0x81 | (rsv << 4), 'x'),
    reason: /reserved bits/,
  })),
  ...[1, 2, 3, 5, 6, 7].map((rsv) => ({
    name: `reserved bits ${rsv} with deflate`,
    frame: small(0x81 | (rsv << 4), 'x'),
    options: { deflate: true },
    reason: /reserved bits/,
  })),
  {
    name: 'RSV1 on a continuation',
    before: small(0x41, 'x'),
    frame: small(0xc0, 'y'),
    options: { deflate: true },
    reason: /reserved bits/,
  },
  {
    name: 'RSV1 on a control frame',
    frame: small(0xc9),
    options: { deflate: true },
    reason: /reserved bits/,
  },
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => ({
    name: `opcode ${opcode}`,
    frame: small(0x80 | opcode, 'x'),
    reason: /unknown opcode/,
  })),
  ...[8, 9, 10].map((opcode) => ({
    name: `a fragmented control frame ${opcode}`,
    frame: small(opcode),
    reason: /fragmented control/,
  })),
  ...[8, 9, 10].map((opcode) => ({
    name: `a control frame ${opcode} of 126 bytes`,
    frame: raw(0x80 | opcode, [126, 0, 126], fill(126)),
    reason: /more than 125/,
  })),
  { name: 'a continuation of nothing', frame: small(0x80, 'x'), reason: /continuation/ },
  {
    name: 'a continuation after the last fragment',
    before: Buffer.concat([opened, small(0x80, 'end')]),
    frame: small(0x80, 'x'),
    reason: /continuation/,
  },
  { name: 'a message inside a message', before: opened, frame: small(0x81, 'x'), reason: /new message/ },
  { name: '125 bytes in the 16-bit form', frame: raw(0x82, [126, 0, 125], fill(125)), reason: /shortest/ },
  { name: '0 bytes in the 16-bit form', frame: raw(0x82, [126, 0, 0], fill(0)), reason: /shortest/ },
  {
    name: '65535 bytes in the 64-bit form',
    frame: raw(0x82, length64(65_535n), fill(9)),
    reason: /shortest/,
  },
  { name: '0 bytes in the 64-bit form', frame: raw(0x82, length64(0n), fill(9)), reason: /shortest/ },
  { name: 'a length of 2 to the 63', frame: raw(0x82, length64(2n ** 63n), fill(9)), reason: /63 bits/ },
  { name: 'a close of one byte', frame: small(0x88, 'x'), reason: /one byte/ },
  ...[0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map((code) => ({
    name: `close code ${code}`,
    frame: close(code),
    reason: /close code/,
  })),
  { name: 'a close reason that is not UTF-8', frame: close(1000, Buffer.of(0xff)), reason: /UTF-8/ },
  {
    name: 'a close reason cut inside a character',
    frame: close(1000, Buffer.of(0xe2, 0x82)),
    reason: /UTF-8/,
  },
];

const size: Broken[] = [
  {
    name: 'one byte over the limit',
    frame: raw(0x82, [126, 4, 1], fill(0)),
    options: { maxMessageBytes: 1024 },
    reason: /1025 bytes.*limit is 1024 bytes/,
  },
  {
    name: 'over the limit with its second fragment',
    before: raw(0x02, [126, 4, 0], fill(1024)),
    frame: small(0x80, 'x'),
    options: { maxMessageBytes: 1024 },
    reason: /1025 bytes.*limit is 1024 bytes/,
  },
  { name: 'the largest length', frame: raw(0x82, length64(2n ** 63n - 1n), fill(0)), reason: /limit is/ },
];

function refuses(id: RequirementId, code: number, cases: readonly Broken[]): void {
  for (const { name, frame, before = Buffer.alloc(0), options, reason } of cases) {
    test(verifies(id, `${name} is refused with ${code}, and nothing of it is passed`), () => {
      const stream = Buffer.concat([before, frame, small(0x81, 'behind it')]);
      for (const chunks of [[stream], [...stream].map((byte) => Buffer.of(byte))]) {
        const { scanner, passed } = scanned(chunks, options);
        assert.equal(scanner.violation?.code, code);
        assert.match(scanner.violation?.reason ?? '', reason);
        assert.ok(passed.equals(before));
        assert.equal(scanner.atBoundary, true);
      }
    });
  }
}

refuses('live:framing', 1002, framing);
refuses('live:too-big', 1009, size);

const allowed: [name: string, stream: Buffer, options?: Partial<ScanOptions>][] = [
  ['a message of exactly the limit', raw(0x82, [126, 4, 0], fill(1024)), { maxMessageBytes: 1024 }],
  [
    'two messages that are over it together',
    Buffer.concat([raw(0x82, [126, 4, 0], fill(1024)), raw(0x82, [126, 4, 0], fill(1024))]),
    { maxMessageBytes: 1024 },
  ],
  ['RSV1 with deflate', small(0xc1, 'x'), { deflate: true }],
  ['a close without a code', small(0x88)],
  ...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999].map(
    (code): [string, Buffer] => [`close code ${code}`, close(code, 'über')],
  ),
];

for (const [name, stream, options] of allowed) {
  test(verifies('live:bytes', `${name} is passed`), () => {
    const { scanner, passed } = scanned([stream], options);
    assert.equal(scanner.violation, undefined);
    assert.ok(passed.equals(stream));
  });
}

test('a close frame is remembered by its code, 1005 when it has none', () => {
  assert.equal(scanned([close(1012, 'x')]).scanner.closed, 1012);
  assert.equal(scanned([small(0x88)]).scanner.closed, 1005);
  assert.equal(scanned([small(0x88).subarray(0, 3)]).scanner.closed, undefined);
});

test('nothing goes through behind a close frame, wherever the stream is cut', () => {
  const whole = close(1000, 'bye');
  for (const behind of [small(0x81, 'more'), small(0x83, 'broken'), close(1001)]) {
    const stream = Buffer.concat([whole, behind]);
    for (const chunks of [[stream], [whole, behind], [...stream].map((byte) => Buffer.of(byte))]) {
      const { scanner, passed } = scanned(chunks);
      assert.deepEqual([scanner.closed, scanner.violation, scanner.messages], [1000, undefined, 0]);
      assert.ok(passed.equals(whole));
    }
  }
});

for (const masked of [true, false]) {
  test(
    verifies('live:ping:swallowed', `the answer to our own ping goes no further (masked: ${masked})`),
    () => {
      const ours = Buffer.from('0123456789abcdef');
      const pong = (payload: Buffer): Buffer => encode({ opcode: opcodes.pong, fin: true, payload }, masked);
      const text = encode({ opcode: opcodes.text, fin: true, payload: fill(200) }, masked);
      const theirs = Buffer.from('0123456789abcdeX');
      const parts = [
        text,
        pong(ours),
        pong(theirs),
        pong(ours),
        pong(ours),
        text,
        pong(Buffer.alloc(0)),
        pong(ours),
      ];
      const expected = Buffer.concat([text, parts[2] ?? text, text, parts[6] ?? text]);
      const stream = Buffer.concat(parts);
      for (const chunks of [[stream], parts, [...stream].map((byte) => Buffer.of(byte))]) {
        const scanner = new Scanner({ masked, maxMessageBytes: limit, maxFragments: 100, deflate: false });
        scanner.ownPing = ours;
        const pieces: Buffer[] = [];
        for (const chunk of chunks) scanner.scan(chunk, (piece) => pieces.push(Buffer.from(piece)));
        assert.ok(Buffer.concat(pieces).equals(expected));
        assert.equal(scanner.messages, 2);
      }
    },
  );
}

test(verifies('live:fragments', 'fragments are counted for each message anew'), () => {
  const options = { masked: false, maxMessageBytes: limit, maxFragments: 3, deflate: false };
  const scanner = new Scanner(options);
  const pass = (): void => {};
  const [first, more, last] = [Buffer.of(0x01, 0), Buffer.of(0x00, 0), Buffer.of(0x80, 0)];
  for (let message = 0; message < 3; message += 1)
    for (const part of [first, more, last]) scanner.scan(part, pass);
  assert.equal(scanner.violation, undefined);
  assert.equal(scanner.messages, 3);
  for (const part of [first, more, more, last]) scanner.scan(part, pass);
  assert.deepEqual(scanner.violation, { code: 1009, reason: 'message of more than 3 fragments' });
});

test(
  verifies('live:ping:yields', 'a peer owes the pong of the latest ping that went to it, until that comes'),
  () => {
    const options = { maxMessageBytes: limit, maxFragments: 100, deflate: false };
    const client = new Scanner({ ...options, masked: true });
    const replica = new Scanner({ ...options, masked: false });
    replica.other = client;
    client.ownPing = Buffer.from('ours');
    const pass = (): void => {};
    const owed = (): string | undefined => client.owed?.toString();
    for (const ping of ['older', 'latest']) replica.scan(small(0x89, ping, false), pass);
    for (const pong of ['older', 'ours', 'of its own accord']) client.scan(small(0x8a, pong), pass);
    assert.equal(owed(), 'latest');
    client.scan(Buffer.concat([small(0x8a, 'latest'), small(0x8a, 'behind it')]), pass);
    assert.equal(owed(), undefined);
  },
);

test(
  verifies(
    'live:bytes',
    'payload goes on as a view of its chunk, also where the chunk before ended within a header',
  ),
  () => {
    for (const masked of [true, false]) {
      const stream = encode({ opcode: opcodes.binary, fin: true, payload: fill(70_000) }, masked);
      const head = stream.length - 70_000;
      for (let position = 1; position < head; position += 1) {
        const scanner = new Scanner({ masked, maxMessageBytes: limit, maxFragments: 100, deflate: false });
        const chunk = stream.subarray(position);
        const pieces: Buffer[] = [];
        scanner.scan(stream.subarray(0, position), (piece) => pieces.push(piece));
        scanner.scan(chunk, (piece) => pieces.push(piece));
        assert.deepEqual(
          pieces.map(({ length }) => length),
          [head, 70_000],
        );
        assert.equal(pieces[1]?.buffer, chunk.buffer);
        assert.equal(pieces[1]?.byteOffset, chunk.byteOffset + head - position);
      }
    }
  },
);
