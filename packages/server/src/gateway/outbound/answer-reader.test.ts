import assert from 'node:assert/strict';
import http, { type IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { GarbledAnswer } from './answer-head.ts';
import { AnswerReader } from './answer-reader.ts';

interface Heard {
  readonly continues: number;
  readonly status: number;
  readonly reason: string;
  readonly rawHeaders: string[];
  readonly body: string;
  readonly trailers: string[];
  /** Milliseconds. */
  readonly keptFor: number;
}

/** Reads an answer in pieces, and the end of the connection behind it. Undefined: it is not whole. */
function readIn(pieces: readonly Buffer[], { isHead = false } = {}): Heard | undefined {
  let continues = 0;
  let heard: Omit<Heard, 'continues' | 'body' | 'trailers'> | undefined;
  let trailers: string[] | undefined;
  const body: Buffer[] = [];
  const reader = new AnswerReader({
    goOn: () => (continues += 1),
    begun: ({ status, reason, rawHeaders, keptFor }) => {
      heard = { status, reason, rawHeaders, keptFor };
      return true;
    },
    data: (bytes) => void body.push(Buffer.from(bytes)),
    ended: (fields) => (trailers = fields),
  });
  reader.expect({ isHead });
  for (const piece of pieces) assert.equal(reader.read(piece), piece.length);
  reader.end();
  if (heard === undefined || trailers === undefined) return undefined;
  return { ...heard, continues, body: Buffer.concat(body).toString('latin1'), trailers };
}

const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const bodies: [name: string, text: string, body: string, more?: Partial<Heard>][] = [
  [
    'a length',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A:  b \t\r\n\r\nhello',
    'hello',
    { keptFor: Infinity },
  ],
  ['no reason', 'HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n', '', { status: 404, reason: '' }],
  ['chunks', `${chunked}2\r\nhe\r\n3;a="b"\r\nllo\r\n0\r\n\r\n`, 'hello', { keptFor: Infinity }],
  [
    'trailers',
    `${chunked}1\r\na\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n`,
    'a',
    { trailers: ['X-Sum', '1', 'X-Sum', '2'] },
  ],
  ['the end of the connection', 'HTTP/1.1 200 OK\r\n\r\nhello', 'hello', { keptFor: 0 }],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi', 'hi', { keptFor: 0 }],
  [
    'Connection: close',
    'HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 2\r\n\r\nhi',
    'hi',
    { keptFor: 0 },
  ],
  [
    'Keep-Alive',
    'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=3\r\nContent-Length: 2\r\n\r\nhi',
    'hi',
    { keptFor: 2000 },
  ],
  ['204', 'HTTP/1.1 204 No Content\r\n\r\n', '', { status: 204, keptFor: Infinity }],
  [
    '304 with a length',
    'HTTP/1.1 304 Same\r\nContent-Length: 9\r\n\r\n',
    '',
    { status: 304, keptFor: Infinity },
  ],
  [
    'what comes before it',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi',
    'hi',
    { continues: 1 },
  ],
];

describe('an answer', () => {
  for (const [name, text, body, more = {}] of bodies) {
    it(`with ${name} is read alike wherever it is cut`, () => {
      const bytes = Buffer.from(text, 'latin1');
      const whole = readIn([bytes]);
      assert.deepEqual({ ...whole, ...more, body }, whole);
      for (let cut = 1; cut < bytes.length; cut += 1)
        assert.deepEqual(readIn([bytes.subarray(0, cut), bytes.subarray(cut)]), whole);
      assert.deepEqual(readIn([...bytes].map((byte) => Buffer.from([byte]))), whole);
    });
  }

  it('to a HEAD has no body, whatever its length', () => {
    const bytes = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n');
    assert.deepEqual(readIn([bytes], { isHead: true })?.body, '');
  });

  it('waits behind its head for whoever wants nothing more, and then goes on', () => {
    const told: string[] = [];
    const reader = new AnswerReader({
      goOn: () => {},
      begun: () => (told.push('begun'), false),
      data: (bytes) => told.push(String(bytes)),
      ended: () => told.push('ended'),
    });
    const bytes = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi');
    reader.expect({ isHead: false });
    const read = reader.read(bytes);
    assert.deepEqual(told, ['begun']);
    reader.read(bytes.subarray(read));
    assert.deepEqual(told, ['begun', 'hi', 'ended']);
    reader.expect({ isHead: false });
    reader.read(Buffer.from('HTTP/1.1 204 None\r\n\r\n'));
    reader.read(Buffer.alloc(0));
    assert.deepEqual(told.slice(3), ['begun', 'ended']);
  });
});

const lengthy = (length: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\nhi`;
const garbled: [name: string, text: string][] = [
  ['another protocol', 'SSH-2.0-OpenSSH\r\n\r\n'],
  ['another version', 'HTTP/2.0 200 OK\r\n\r\n'],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
  ['an upgrade', 'HTTP/1.1 101 Switching\r\n\r\n'],
  ['a line end that is half of one', 'HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nhi'],
  ['a carriage return within a line', 'HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n'],
  ['a field that goes on in the next line', 'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n'],
  ['a space before the colon', 'HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nhi'],
  ['a field without a colon', 'HTTP/1.1 200 OK\r\nabc\r\n\r\n'],
  ['a NUL', 'HTTP/1.1 200 OK\r\nA: \0\r\n\r\n'],
  ...['', '-1', '+2', '2,2', '0x2', '2 2', '1e1'].map((length): [string, string] => [
    `the length "${length}"`,
    lengthy(length),
  ]),
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi'],
  ['a length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ['a coding that nobody asked for', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n'],
  ['chunks in HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ['a size that is none', `${chunked}x\r\n`],
  ['a size beyond all sizes', `${chunked}ffffffffffffffff\r\n`],
  ['a chunk longer than its size', `${chunked}1\r\nab\r\n`],
  ['half a line end behind a chunk', `${chunked}1\r\na\n0\r\n\r\n`],
  ['a trailer that is none', `${chunked}0\r\nabc\r\n\r\n`],
  ['endless extensions', `${chunked}1;${'x'.repeat(20_000)}`],
  ['endless trailers', `${chunked}0\r\n${'A: b\r\n'.repeat(5_000)}`],
  ['an endless head', `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(5_000)}`],
  ['more than the answer', `${lengthy('2')}more`],
];

describe('what a replica sends is refused', () => {
  for (const [name, text] of garbled) {
    it(`with ${name}`, () => {
      const bytes = Buffer.from(text, 'latin1');
      assert.throws(() => readIn([bytes]), GarbledAnswer);
      assert.throws(() => readIn([...bytes].map((byte) => Buffer.from([byte]))), GarbledAnswer);
    });
  }
});

/** What Node's own client makes of an answer. Undefined: it is broken, or not whole. */
async function askNode(bytes: Buffer): Promise<Omit<Heard, 'keptFor'> | undefined> {
  const socket = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
  const request = http.get({ createConnection: () => socket });
  let continues = 0;
  request.on('continue', () => (continues += 1));
  const { promise, resolve } = Promise.withResolvers<IncomingMessage | undefined>();
  request.on('response', resolve);
  request.on('error', () => resolve(undefined));
  request.on('upgrade', () => resolve(undefined));
  request.on('close', () => resolve(undefined));
  socket.push(bytes);
  socket.push(null);
  const answer = await promise;
  const chunks: Buffer[] | undefined = await answer?.toArray().catch(() => undefined);
  socket.destroy();
  if (answer === undefined || chunks === undefined || !answer.complete) return undefined;
  const { statusCode: status = 0, statusMessage: reason = '', rawHeaders, rawTrailers: trailers } = answer;
  return { continues, status, reason, rawHeaders, body: Buffer.concat(chunks).toString('latin1'), trailers };
}

it('whatever is taken for an answer is the same to Node’s own parser', async () => {
  const change = fc.tuple(
    fc.nat(),
    fc.constantFrom(...'\0\t\n\r "+,-:;0123469ACTaceghlnrst\x7f\xe9'.split('')),
  );
  const texts = bodies.map(([, text]) => text);
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...texts),
      fc.array(change, { maxLength: 3 }),
      fc.array(fc.nat(), { maxLength: 3 }),
      async (text, changes, cuts) => {
        const bytes = Buffer.from(text, 'latin1');
        for (const [position, by] of changes) bytes.write(by, position % bytes.length, 'latin1');
        const ends = [...cuts.map((cut) => cut % bytes.length), bytes.length].toSorted((a, b) => a - b);
        let heard: Heard | undefined;
        try {
          heard = readIn(ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end)));
        } catch (error) {
          if (!(error instanceof GarbledAnswer)) throw error;
          return;
        }
        if (heard === undefined) return;
        taken += 1;
        const { keptFor: _keptFor, ...same } = heard;
        assert.deepEqual(same, await askNode(bytes), JSON.stringify(bytes.toString('latin1')));
      },
    ),
    { numRuns: 1000 },
  );
  assert.ok(taken > 100, `only ${taken} were taken`);
});
