/** The end of a server: requests are answered, connections closed, nobody waits for ever. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { McpServer } from '@modelcontextprotocol/server';
import { call, connectRaw, dialRaw, initialize, openTestbed, refusalOf, until } from './testbed.ts';

describe('a drain', () => {
  it('closes idle connections with 1012 and refuses new ones with 503', async () => {
    await using bed = await openTestbed();
    using idle = await connectRaw(bed.url);
    using busy = await connectRaw(bed.url);
    await initialize(busy);
    busy.send(call(2, 'hold'));
    busy.send(call(3, 'echo', { text: 'arrived' }));
    await busy.next();
    const drained = bed.serving.drain();
    assert.deepEqual(await idle.closed, { code: 1012, reason: 'the server is restarting' });
    using late = dialRaw(bed.url);
    const { status } = await refusalOf(late);
    assert.equal(status, 503);
    bed.release();
    assert.equal((await busy.next()).id, 2);
    assert.equal((await busy.closed).code, 1012);
    await drained;
    assert.equal(bed.serving.connections, 0);
    assert.equal(bed.made[0]?.closes, 1);
  });

  it('says 1001 and a reason when asked to', async () => {
    await using bed = await openTestbed();
    using client = await connectRaw(bed.url);
    await bed.serving.drain({ code: 1001, reason: 'moved to /mcp2' });
    assert.deepEqual(await client.closed, { code: 1001, reason: 'moved to /mcp2' });
  });

  it('does not wait for an answer beyond its limit', async () => {
    await using bed = await openTestbed({ drainTimeout: 20 });
    using client = await connectRaw(bed.url);
    await initialize(client);
    client.send(call(2, 'hold'));
    client.send(call(3, 'echo', { text: 'arrived' }));
    await client.next();
    await bed.serving.drain();
    assert.equal((await client.closed).code, 1012);
  });

  it('resets a peer that does not answer the close', async () => {
    await using bed = await openTestbed({ closeTimeout: 20 });
    using client = await connectRaw(bed.url);
    await initialize(client);
    client.socket.pause();
    await bed.serving.drain();
    assert.equal(bed.serving.connections, 0);
    assert.equal(bed.made[0]?.closes, 1);
  });

  it('ends once, however often it is asked for', async () => {
    await using bed = await openTestbed();
    using client = await connectRaw(bed.url);
    await Promise.all([
      bed.serving.drain(),
      bed.serving.drain({ code: 1001 }),
      bed.serving[Symbol.asyncDispose](),
    ]);
    assert.equal((await client.closed).code, 1012);
  });

  it('refuses a reason that fits no close frame', async () => {
    await using bed = await openTestbed();
    assert.throws(() => void bed.serving.drain({ reason: 'x'.repeat(124) }), TypeError);
  });
});

describe('a session', () => {
  it('of which the server closes itself ends with 1000', async () => {
    const servers: McpServer[] = [];
    await using bed = await openTestbed({
      server: () => {
        const server = new McpServer({ name: 'x', version: '1' });
        servers.push(server);
        return server;
      },
    });
    using client = await connectRaw(bed.url);
    await initialize(client);
    await servers[0]?.close();
    assert.equal((await client.closed).code, 1000);
    await until(() => bed.serving.connections === 0);
  });

  it('of which the factory throws is answered with an error, and the owner hears the cause', async () => {
    await using bed = await openTestbed({ server: () => Promise.reject(new Error('no database')) });
    using client = await connectRaw(bed.url);
    client.send({ jsonrpc: '2.0', id: 1, method: 'ping' });
    assert.equal((await client.next()).error?.code, -32603);
    assert.deepEqual(bed.errors.map(String), ['Error: no database']);
  });
});
