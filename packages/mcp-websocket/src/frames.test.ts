/** Frames that are no messages, messages that are too large, and peers that do not read. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { verifies } from '@mooring/test/verifies';
import { call, connectRaw, initialize, openTestbed, request, textOf, until } from './testbed.ts';

describe('a text frame that holds no message', () => {
  const cases: { name: string; frame: string; code: number; id: unknown; says: RegExp }[] = [
    { name: 'nothing', frame: '', code: -32700, id: null, says: /not JSON/ },
    { name: 'broken JSON', frame: '{"jsonrpc":"2.0","id":1,', code: -32700, id: null, says: /not JSON/ },
    { name: 'a number', frame: '7', code: -32600, id: null, says: /not a JSON-RPC/ },
    { name: 'null', frame: 'null', code: -32600, id: null, says: /not a JSON-RPC/ },
    {
      name: 'a batch',
      frame: `[${JSON.stringify(request(1, 'ping'))}]`,
      code: -32600,
      id: null,
      says: /batch/,
    },
    {
      name: 'another version',
      frame: '{"jsonrpc":"1.0","id":7,"method":"ping"}',
      code: -32600,
      id: 7,
      says: /2\.0/,
    },
    {
      name: 'a method that is a number',
      frame: '{"jsonrpc":"2.0","id":"a","method":7}',
      code: -32600,
      id: 'a',
      says: /./,
    },
    {
      name: 'an id that is an object',
      frame: '{"jsonrpc":"2.0","id":{},"method":"x"}',
      code: -32600,
      id: null,
      says: /./,
    },
    { name: 'deep nesting', frame: '['.repeat(100_000), code: -32700, id: null, says: /not JSON/ },
  ];
  for (const { name, frame, code, id, says } of cases) {
    it(
      verifies('mcp:bad:json', `(${name}) is answered with ${code} and the connection goes on`),
      async () => {
        await using bed = await openTestbed();
        using client = await connectRaw(bed.url);
        client.send(frame);
        const answer = await client.next();
        assert.deepEqual([answer.jsonrpc, answer.id, answer.error?.code], ['2.0', id, code]);
        assert.match(answer.error?.message ?? '', says);
        await initialize(client);
        assert.equal(bed.errors.length, 1);
      },
    );
  }

  it('but looks like a response is never answered', async () => {
    await using bed = await openTestbed();
    using client = await connectRaw(bed.url);
    client.send({ jsonrpc: '2.0', id: {}, result: 7 });
    client.send({ jsonrpc: '2.0', error: 'no' });
    await initialize(client);
    client.send(call(2, 'echo', { text: 'aye' }));
    assert.equal((await client.next()).id, 2);
    assert.equal(bed.errors.length, 2);
  });

  it(verifies('mcp:bad:json', 'never ends the connection or the process, whatever it is'), async () => {
    await using bed = await openTestbed();
    using client = await connectRaw(bed.url);
    await initialize(client);
    const json = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.json().map((text) => `{"jsonrpc":"2.0","id":1,"method":${text}}`),
    );
    await fc.assert(
      fc.asyncProperty(json, async (frame) => {
        client.send(frame);
        client.send(call('probe', 'echo', { text: frame }));
        let answer = await client.next();
        while (answer.id !== 'probe') answer = await client.next();
        assert.equal(textOf(answer.result), frame.toWellFormed());
      }),
      { numRuns: 60 },
    );
  });
});

describe('a peer that breaks the protocol', () => {
  const cases: { name: string; code: number; bytes: number[] }[] = [
    { name: 'a frame without a mask', code: 1002, bytes: [0x81, 0x02, 0x7b, 0x7d] },
    { name: 'a reserved opcode', code: 1002, bytes: [0x83, 0x80, 0, 0, 0, 0] },
    { name: 'text that is not UTF-8', code: 1007, bytes: [0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28] },
    { name: 'a message of 2^63 bytes', code: 1009, bytes: [0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0] },
  ];
  for (const { name, code, bytes } of cases) {
    it(`(${name}) is closed with ${code}`, async () => {
      await using bed = await openTestbed();
      using client = await connectRaw(bed.url);
      await initialize(client);
      // Below the library, which would not send this.
      Reflect.get(client.socket, '_socket').write(Buffer.from(bytes));
      assert.equal((await client.closed).code, code);
      await until(() => bed.made[0]?.closes === 1);
    });
  }

  it(verifies('mcp:bad:binary', '(a binary frame) is closed with 1003'), async () => {
    await using bed = await openTestbed();
    using client = await connectRaw(bed.url);
    client.socket.send(Buffer.from(JSON.stringify(request(1, 'ping'))));
    const { code, reason } = await client.closed;
    assert.equal(code, 1003);
    assert.match(reason, /text frames/);
  });
});

describe('the message limit', () => {
  it(
    verifies('mcp:bad:size', 'closes with 1009 on a larger message and takes one of exactly the limit'),
    async () => {
      const message = JSON.stringify(call(2, 'echo', { text: 'x'.repeat(1000) }));
      await using bed = await openTestbed({ maxMessageBytes: message.length });
      using client = await connectRaw(bed.url);
      await initialize(client);
      client.send(message);
      assert.equal((await client.next()).id, 2);
      client.send(`${message} `);
      assert.equal((await client.closed).code, 1009);
    },
  );

  it(
    verifies('mcp:bad:size', 'turns a larger result into an error and leaves the connection alone'),
    async () => {
      await using bed = await openTestbed({ maxMessageBytes: 2_000 });
      using client = await connectRaw(bed.url);
      await initialize(client);
      client.send(call(2, 'fill', { bytes: 5_000 }));
      const answer = await client.next();
      assert.deepEqual([answer.id, answer.error?.code], [2, -32603]);
      assert.match(answer.error?.message ?? '', /more than the 2000 .*maxMessageBytes/);
      client.send(call(3, 'fill', { bytes: 5 }));
      assert.equal(textOf((await client.next()).result), 'xxxxx');
      assert.equal(bed.errors.length, 1);
    },
  );
});

describe('a peer that does not read', () => {
  it('is closed with 1013 when more waits than the limit', async () => {
    await using bed = await openTestbed({ maxBufferedBytes: 200_000, closeTimeout: 100 });
    using client = await connectRaw(bed.url);
    await initialize(client);
    client.socket.pause();
    for (let id = 2; bed.serving.connections === 1 && id < 200; id += 1) {
      client.send(call(id, 'fill', { bytes: 500_000 }));
      await new Promise(setImmediate);
    }
    await until(() => bed.made[0]?.closes === 1 && bed.serving.connections === 0);
    assert.match(bed.errors.map((error) => error.message).join(), /1013: More than 200000 bytes wait/);
  });
});

describe('the limit of pending requests', () => {
  it(verifies('mcp:many', 'answers the one above it with an error and the others as ever'), async () => {
    await using bed = await openTestbed({ maxPendingRequests: 2 });
    using client = await connectRaw(bed.url);
    await initialize(client);
    for (const id of [2, 3, 4]) client.send(call(id, 'hold'));
    const refused = await client.next();
    assert.deepEqual([refused.id, refused.error?.code], [4, -32000]);
    client.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2 } });
    client.send(call(5, 'echo', { text: 'aye' }));
    assert.equal((await client.next()).id, 5);
    bed.release();
    assert.equal((await client.next()).id, 3);
  });
});
