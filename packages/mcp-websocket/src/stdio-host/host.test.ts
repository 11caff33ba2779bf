/** Any MCP server on its standard streams, over both transports and in both eras; and what its processes come to. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Client } from '@modelcontextprotocol/client';
import { verifies } from '@mooring/test/verifies';
import { connectRaw, initialize, initializeRequest, call, request, textOf, until } from '../testbed.ts';
import { connect, eraOptions, fixture, isAlive, openBed, type Eras, type Transports } from './bed.fixture.ts';

const ask = async (client: Client, name: string, args: Record<string, unknown> = {}): Promise<string> =>
  textOf(await client.callTool({ name, arguments: args })) ?? '';

const pidOf = async (client: Client): Promise<number> => Number(await ask(client, 'pid'));

for (const over of ['WebSocket', 'Streamable HTTP'] satisfies Transports[])
  for (const era of ['legacy', 'stateless'] satisfies Eras[])
    describe(`over ${over} in the ${era} era`, () => {
      const options = eraOptions[era];

      it('tools are listed and called, and progress is told', async () => {
        await using bed = await openBed();
        await using connected = await connect(bed, { over, options });
        const { client } = connected;
        assert.ok((await client.listTools()).tools.some(({ name }) => name === 'echo'));
        assert.equal(await ask(client, 'echo', { text: 'aye' }), 'aye');
        const seen: number[] = [];
        const call = { name: 'progress', arguments: { steps: 3 } };
        await client.callTool(call, { onprogress: ({ progress }) => seen.push(progress) });
        assert.deepEqual(seen, [1, 2, 3]);
      });

      it('many clients at one time never get what is another one’s', async () => {
        await using bed = await openBed();
        const clients = await Promise.all(Array.from({ length: 6 }, () => connect(bed, { over, options })));
        await Promise.all(
          clients.map(async ({ client }, who) => {
            for (let turn = 0; turn < 15; turn += 1) {
              const text = `${who}/${turn}`;
              const seen: number[] = [];
              const [said] = await Promise.all([
                ask(client, 'echo', { text }),
                client.callTool(
                  { name: 'progress', arguments: { steps: who + 1 } },
                  { onprogress: ({ progress }) => seen.push(progress) },
                ),
              ]);
              assert.equal(said, text);
              assert.deepEqual(
                seen,
                Array.from({ length: who + 1 }, (_, index) => index + 1),
              );
            }
          }),
        );
        await Promise.all(clients.map((connected) => connected[Symbol.asyncDispose]()));
        assert.deepEqual(bed.errors, []);
      });
    });

describe('a legacy session', () => {
  for (const over of ['WebSocket', 'Streamable HTTP'] satisfies Transports[]) {
    it(`over ${over} has a process of its own, which ends with it`, async () => {
      await using bed = await openBed();
      const one = await connect(bed, { over });
      await using other = await connect(bed, { over });
      const [pid, second] = [await pidOf(one.client), await pidOf(other.client)];
      assert.notEqual(pid, second);
      const bred = Number(await ask(one.client, 'breed'));
      await one[Symbol.asyncDispose]();
      await until(() => !isAlive(pid) && !isAlive(bred) && bed.host.sessions === 1);
      assert.ok(isAlive(second));
    });

    it(`over ${over} is asked by the server`, async () => {
      await using bed = await openBed();
      await using connected = await connect(bed, { over, options: { capabilities: { elicitation: {} } } });
      const { client } = connected;
      client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { name: 'Ada' } }));
      assert.equal(await ask(client, 'ask'), '{"name":"Ada"}');
    });
  }

  it('over WebSocket ends with 1011 and the reason when its process dies, and disturbs no other', async () => {
    await using bed = await openBed();
    await using other = await connect(bed, { over: 'WebSocket' });
    using client = await connectRaw(bed.ws);
    await initialize(client);
    client.send(call(2, 'die'));
    assert.deepEqual(await client.closed, { code: 1011, reason: 'the MCP server exited with code 7' });
    assert.equal(await ask(other.client, 'echo', { text: 'aye' }), 'aye');
  });

  it('over Streamable HTTP answers what waits with the reason when its process dies, and is gone', async () => {
    await using bed = await openBed();
    await using connected = await connect(bed, { over: 'Streamable HTTP' });
    await assert.rejects(ask(connected.client, 'die'), /ended before it answered: exited with code 7/);
    await assert.rejects(ask(connected.client, 'pid'), /Session not found/);
    assert.equal(bed.host.sessions, 0);
  });

  it('of which the client vanishes leaves nothing, not even a process that ignores SIGTERM', async () => {
    await using bed = await openBed();
    using client = await connectRaw(bed.ws);
    await initialize(client);
    client.send(call(2, 'pid'));
    const pid = Number(textOf((await client.next()).result));
    client.send(call(3, 'stubborn'));
    await client.next();
    client.socket.terminate();
    await until(() => !isAlive(pid) && bed.host.sessions === 0);
  });

  it('more of them than there may be are refused, and welcome when one has gone', async () => {
    await using bed = await openBed({ maxSessions: 2 });
    const first = await connect(bed, { over: 'WebSocket' });
    await using second = await connect(bed, { over: 'Streamable HTTP' });
    await pidOf(second.client);
    const floods = Array.from({ length: 50 }, async () => {
      using client = await connectRaw(bed.ws);
      client.send(initializeRequest());
      assert.equal((await client.next()).error?.code, -32000);
      return (await client.closed).code;
    });
    assert.deepEqual(new Set(await Promise.all(floods)), new Set([1013]));
    await assert.rejects(connect(bed, { over: 'Streamable HTTP' }), /as many sessions/);
    assert.equal(bed.host.sessions, 2);
    await first[Symbol.asyncDispose]();
    await until(() => bed.host.sessions === 1);
    await using third = await connect(bed, { over: 'WebSocket' });
    assert.equal(await ask(third.client, 'echo', { text: 'aye' }), 'aye');
  });
});

describe('the stateless era', () => {
  const options = eraOptions.stateless;

  it('shares a bounded number of processes', async () => {
    await using bed = await openBed({ maxShared: 2 });
    const clients = await Promise.all(
      Array.from({ length: 8 }, () => connect(bed, { over: 'WebSocket', options })),
    );
    const pids = await Promise.all(
      clients.map(async ({ client }) => {
        await Promise.all(Array.from({ length: 4 }, () => ask(client, 'sleep', { ms: 20 })));
        return await pidOf(client);
      }),
    );
    assert.ok(new Set(pids).size <= 2);
    assert.equal(bed.host.sessions, 0);
    await Promise.all(clients.map((connected) => connected[Symbol.asyncDispose]()));
  });

  it('answers what a process had when it dies, and goes on with another one', async () => {
    await using bed = await openBed({ maxShared: 1 });
    await using one = await connect(bed, { over: 'WebSocket', options });
    await using other = await connect(bed, { over: 'Streamable HTTP', options });
    const slept = ask(other.client, 'sleep', { ms: 60_000 });
    const settled = assert.rejects(slept, /ended before it answered: exited with code 7/);
    await assert.rejects(ask(one.client, 'die'), /exited with code 7/);
    await settled;
    assert.equal(await ask(one.client, 'echo', { text: 'aye' }), 'aye');
    assert.equal(await ask(other.client, 'echo', { text: 'aye' }), 'aye');
  });

  it('tells each subscription of its own, under its own id', async () => {
    await using bed = await openBed({ maxShared: 1 });
    const heard = [0, 0];
    const listening = await Promise.all(
      heard.map((_, who) =>
        connect(bed, {
          over: who === 0 ? 'WebSocket' : 'Streamable HTTP',
          options: {
            ...options,
            listChanged: {
              tools: {
                autoRefresh: false,
                debounceMs: 0,
                onChanged: () => void (heard[who] ?? 0, (heard[who] = 1)),
              },
            },
          },
        }),
      ),
    );
    await using third = await connect(bed, { over: 'WebSocket', options });
    await ask(third.client, 'change');
    await until(() => heard.every((count) => count === 1));
    await Promise.all(listening.map((connected) => connected[Symbol.asyncDispose]()));
  });

  it('gives log messages to the request that asked for them and to nobody else', async () => {
    await using bed = await openBed({ maxShared: 1 });
    const open = async (id: string, meta: object): Promise<string[]> => {
      using client = await connectRaw(bed.ws);
      const _meta = {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
        'io.modelcontextprotocol/clientCapabilities': {},
        ...meta,
      };
      const heard: string[] = [];
      for (let turn = 0; turn < 10; turn += 1) {
        client.send(request(turn, 'tools/call', { name: 'log', arguments: { text: id }, _meta }));
        for (;;) {
          const message = await client.next();
          if (message.id === turn) break;
          heard.push(String(Reflect.get(Reflect.get(message, 'params') ?? {}, 'data')));
        }
      }
      return heard;
    };
    const wish = { 'io.modelcontextprotocol/logLevel': 'debug' };
    const [one, other, none] = await Promise.all([open('one', wish), open('other', wish), open('none', {})]);
    assert.deepEqual(new Set(one), new Set(['one']));
    assert.deepEqual(new Set(other), new Set(['other']));
    assert.deepEqual(none, []);
  });

  it('is not there when the server does not know it: a client that tries both gets the legacy one', async () => {
    await using bed = await openBed({ command: fixture('legacy') });
    for (const over of ['WebSocket', 'Streamable HTTP'] satisfies Transports[]) {
      await using connected = await connect(bed, { over, options: { versionNegotiation: { mode: 'auto' } } });
      assert.equal(connected.client.getNegotiatedProtocolVersion(), '2025-11-25');
      assert.equal(await ask(connected.client, 'echo', { text: over }), over);
    }
  });

  it(
    verifies('mcp:bad:version', 'refuses a version that the server does not speak with -32022'),
    async () => {
      await using bed = await openBed();
      using client = await connectRaw(bed.ws);
      const _meta = {
        'io.modelcontextprotocol/protocolVersion': '2029-01-01',
        'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
        'io.modelcontextprotocol/clientCapabilities': {},
      };
      client.send(request(1, 'tools/list', { _meta }));
      const { error } = await client.next();
      assert.equal(error?.code, -32022);
      assert.deepEqual(Reflect.get(error, 'data'), { supported: ['2026-07-28'], requested: '2029-01-01' });
    },
  );

  it(
    verifies('mcp:bad:headers', 'refuses headers that disagree with the body with 400 and -32020'),
    async () => {
      await using bed = await openBed();
      const _meta = {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
        'io.modelcontextprotocol/clientCapabilities': {},
      };
      const right = {
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': '=?base64?ZWNobw==?=',
      };
      const cases: [Record<string, string>, number, number | undefined][] = [
        [right, 200, undefined],
        [{ ...right, 'mcp-name': 'pid' }, 400, -32020],
        [{ ...right, 'mcp-name': '=?base64?!?=' }, 400, -32020],
        [{ ...right, 'mcp-method': 'tools/list' }, 400, -32020],
        [{ ...right, 'mcp-protocol-version': '2025-11-25' }, 400, -32020],
        [{ 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call' }, 400, -32020],
        [{ 'mcp-method': 'tools/call', 'mcp-name': 'echo' }, 400, -32020],
      ];
      for (const [headers, status, code] of cases) {
        const answer = await fetch(`${bed.http}/mcp`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            accept: 'application/json, text/event-stream',
            ...headers,
          },
          body: JSON.stringify(request(1, 'tools/call', { name: 'echo', arguments: { text: 'aye' }, _meta })),
        });
        const body: unknown = await answer.json();
        assert.deepEqual(
          [answer.status, Reflect.get(Reflect.get(body ?? {}, 'error') ?? {}, 'code')],
          [status, code],
        );
      }
    },
  );
});

/** A program that answers every line with an error. */
const refusing = `require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id } = JSON.parse(line);
  console.log('this is no message');
  console.log(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32000, message: 'no' } }));
})`;

describe('a command', () => {
  const cases: { name: string; command: string[]; says: RegExp }[] = [
    { name: 'that is not there', command: ['/no/such/program'], says: /could not be started .*ENOENT/ },
    {
      name: 'that ends',
      command: [process.execPath, '-e', 'process.exit(3)'],
      says: /exited with code 3 before/,
    },
    {
      name: 'that refuses to serve',
      command: [process.execPath, '-e', refusing],
      says: /neither server\/discover nor initialize/,
    },
  ];
  for (const { name, command, says } of cases)
    it(`${name} is told before anybody calls`, { timeout: 20_000 }, async () => {
      await using bed = await openBed({ command });
      await assert.rejects(bed.host.ready, says);
      assert.equal((await fetch(`${bed.http}/ready`)).status, 503);
      assert.equal((await fetch(`${bed.http}/health`)).status, 200);
    });

  it('is ready when it has answered', async () => {
    await using bed = await openBed();
    await bed.host.ready;
    assert.equal((await fetch(`${bed.http}/ready`)).status, 200);
  });
});

it('disposing of the host ends every process', async () => {
  const bed = await openBed();
  const clients = await Promise.all([
    connect(bed, { over: 'WebSocket' }),
    connect(bed, { over: 'Streamable HTTP' }),
    connect(bed, { over: 'WebSocket', options: eraOptions.stateless }),
  ]);
  const pids = await Promise.all(clients.map(({ client }) => pidOf(client)));
  await bed[Symbol.asyncDispose]();
  assert.deepEqual(pids.map(isAlive), [false, false, false]);
  await Promise.all(clients.map(({ client }) => client.close()));
});
