/** An open connection at the client's end: its limits, and how it ends. */
// oxlint-disable unicorn/prefer-add-event-listener -- onclose and onerror are the SDK's callbacks, no events
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Client, SdkError } from '@modelcontextprotocol/client';
import { WebSocketClientTransport, type WebSocketClientTransportOptions } from './client-transport.ts';
import { acceptAll, openTestbed, textOf, until } from './testbed.ts';

const info = { name: 'test', version: '1.0.0' };

describe('an open connection', () => {
  it('shows code, reason and the wait of a server that restarts', async () => {
    await using at = await acceptAll((socket) => socket.close(1012, '{"retryAfterMs":250}'));
    const transport = new WebSocketClientTransport(`ws://127.0.0.1:${at.port}/`);
    const ended = Promise.withResolvers<void>();
    const told: string[] = [];
    transport.onerror = (error) => told.push(error.message);
    transport.onclose = () => {
      told.push('closed');
      ended.resolve();
    };
    await transport.start();
    await ended.promise;
    assert.deepEqual(transport.closing, {
      code: 1012,
      reason: '{"retryAfterMs":250}',
      by: 'peer',
      retryAfterMs: 250,
    });
    assert.deepEqual(told, ['The server closed the connection with 1012: {"retryAfterMs":250}', 'closed']);
    await assert.rejects(transport.send({ jsonrpc: '2.0', method: 'x' }), /closed \(1012: /);
  });

  it('ends with 1006 when the server vanishes, and rejects what was waiting', async () => {
    await using at = await acceptAll((socket) => socket.once('message', () => socket.terminate()));
    const transport = new WebSocketClientTransport(`ws://127.0.0.1:${at.port}/`);
    await assert.rejects(new Client(info).connect(transport), SdkError);
    assert.equal(transport.closing?.code, 1006);
  });

  it('pings a silent server and gives it up', async () => {
    await using at = await acceptAll((socket) => socket.pause());
    const transport = new WebSocketClientTransport(`ws://127.0.0.1:${at.port}/`, {
      pingInterval: 20,
      closeTimeout: 20,
    });
    const ended = Promise.withResolvers<void>();
    transport.onclose = () => ended.resolve();
    await transport.start();
    await ended.promise;
    assert.equal(transport.closing?.code, 3008);
  });

  it('closes with 1009 on a message above its limit', async () => {
    const codes: number[] = [];
    await using at = await acceptAll((socket) => {
      socket.on('close', (code) => codes.push(code));
      socket.send('x'.repeat(2_001));
    });
    const transport = new WebSocketClientTransport(`ws://127.0.0.1:${at.port}/`, { maxMessageBytes: 2_000 });
    await transport.start();
    await until(() => codes.length === 1);
    assert.deepEqual(codes, [1009]);
    await until(() => transport.closing?.code === 1009);
  });

  it('rejects a request above the limit and lives on', async () => {
    await using bed = await openTestbed();
    const client = new Client(info);
    await client.connect(new WebSocketClientTransport(bed.url, { maxMessageBytes: 2_000 }));
    const text = 'x'.repeat(3_000);
    await assert.rejects(client.callTool({ name: 'echo', arguments: { text } }), /maxMessageBytes/);
    assert.equal(textOf(await client.callTool({ name: 'echo', arguments: { text: 'aye' } })), 'aye');
    await client.close();
  });

  it('reports garbage from the server and lives on', async () => {
    await using at = await acceptAll((socket) => {
      socket.send('garbage');
      socket.on('message', (data: Buffer) => {
        const { id } = JSON.parse(data.toString()) as { id: number };
        socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: {} }));
      });
    });
    const transport = new WebSocketClientTransport(`ws://127.0.0.1:${at.port}/`);
    const errors: Error[] = [];
    const answered = Promise.withResolvers<unknown>();
    transport.onerror = (error) => errors.push(error);
    transport.onmessage = answered.resolve;
    await transport.start();
    await transport.send({ jsonrpc: '2.0', id: 1, method: 'ping' });
    assert.deepEqual(await answered.promise, { jsonrpc: '2.0', id: 1, result: {} });
    assert.equal(errors.length, 1);
    await transport.close();
  });

  it('tells of its end exactly once, however it is closed', async () => {
    await using bed = await openTestbed();
    const transport = new WebSocketClientTransport(bed.url);
    let ends = 0;
    transport.onclose = () => (ends += 1);
    await transport.start();
    await Promise.all([transport.close(), transport.close(), bed.serving.drain()]);
    await transport.close();
    assert.equal(ends, 1);
  });

  it('cannot be started twice', async () => {
    await using bed = await openTestbed();
    const transport = new WebSocketClientTransport(bed.url);
    await transport.start();
    await assert.rejects(transport.start(), TypeError);
    await transport.close();
  });
});

describe('a mistake of the programmer', () => {
  const cases: { name: string; url: string; options?: WebSocketClientTransportOptions }[] = [
    { name: 'an http URL', url: 'http://localhost/' },
    { name: 'no URL', url: 'localhost' },
    { name: 'a limit below one', url: 'ws://localhost/', options: { maxMessageBytes: 0 } },
    { name: 'a limit that is no integer', url: 'ws://localhost/', options: { closeTimeout: 1.5 } },
    { name: 'a time that no timer can wait', url: 'ws://localhost/', options: { connectTimeout: 2 ** 31 } },
  ];
  for (const { name, url, options } of cases)
    it(`(${name}) is a TypeError`, () => {
      assert.throws(() => new WebSocketClientTransport(url, options), TypeError);
    });
});
