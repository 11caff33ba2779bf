import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { WebSocket } from 'ws';
import { connect } from './connect.ts';
import { keepConnected } from './keep-connected.ts';
import type { LastingOptions } from './options.ts';
import { applicationId, startPeer, tokenUntil } from './peer.fixture.ts';
import type { ConnectionState } from './state.ts';

interface Story extends LastingOptions {
  readonly states: ConnectionState[];
  /** Milliseconds that were waited. */
  readonly waits: number[];
}

/** Waits are over at once; half of what jitter may give. */
function story(): Story {
  const states: ConnectionState[] = [];
  const waits: number[] = [];
  return {
    states,
    waits,
    onState: (state) => states.push(state),
    delay: async (milliseconds, signal) => {
      signal.throwIfAborted();
      waits.push(milliseconds);
    },
    random: () => 0.5,
  };
}

const kinds = ({ states }: Story): string[] => states.map(({ kind }) => kind);

test('what is sent and received goes on over the next connection, in order', async () => {
  await using peer = await startPeer((socket, _request, before) => {
    socket.send(`hello ${before}`);
    socket.on('message', (data: Buffer) => {
      socket.send(data.toString());
      if (before === 0) socket.close(1012, '{"retryAfterMs":7}');
    });
  });
  const told = story();
  await using connection = await keepConnected(peer.url, { ...told, subprotocols: ['mcp'] });
  const messages = connection[Symbol.asyncIterator]();
  await connection.send('one');
  const got = [await messages.next(), await messages.next(), await messages.next()];
  await connection.send('two');
  got.push(await messages.next());
  assert.deepEqual(
    got.map(({ value }) => value),
    ['hello 0', 'one', 'hello 1', 'two'],
  );
  assert.deepEqual(told.waits, [7]);
  assert.deepEqual(told.states, [
    { kind: 'connecting' },
    { kind: 'open', subprotocol: 'mcp', connectionId: 'n0' },
    { kind: 'reconnecting', cause: '1012: {"retryAfterMs":7}', attempt: 0, delay: 7 },
    { kind: 'open', subprotocol: 'mcp', connectionId: 'n1' },
  ]);
});

describe('after a close it comes back, or not, as the table of close codes has it', () => {
  for (const [code, waits] of [
    [1001, [500]],
    [1009, [0]],
    [1011, [500]],
    [1012, [500]],
    [1013, [500]],
    [3000, [0]],
  ] as const)
    test(`${code}: after ${waits[0]} ms`, async () => {
      const again = Promise.withResolvers<void>();
      await using peer = await startPeer((socket, _request, before) => {
        if (before === 0) socket.close(code);
        else again.resolve();
      });
      const told = story();
      await using _connection = await keepConnected(peer.url, told);
      await again.promise;
      assert.deepEqual(told.waits, waits);
    });

  for (const code of [1000, 1002, 1003, 1007, 1008, 3003, 4000])
    test(`${code}: never`, async () => {
      await using peer = await startPeer((socket) => socket.close(code, 'why'));
      const told = story();
      await using connection = await keepConnected(peer.url, told);
      assert.deepEqual(await connection.closed, { code, reason: 'why' });
      assert.deepEqual(kinds(told), ['connecting', 'open', 'closed']);
      await assert.rejects(connection.send('x'), /closed \(\d+: why\)/);
    });

  test('3008: when there is something to say', async () => {
    const heard = Promise.withResolvers<string>();
    await using peer = await startPeer((socket, _request, before) => {
      if (before === 0) socket.close(3008);
      else socket.on('message', (data: Buffer) => heard.resolve(data.toString()));
    });
    const waiting = Promise.withResolvers<void>();
    const onState = (state: ConnectionState): void => {
      if (state.kind === 'reconnecting' && state.delay === Infinity) waiting.resolve();
    };
    await using connection = await keepConnected(peer.url, { ...story(), onState });
    await waiting.promise;
    await connection.send('back');
    assert.equal(await heard.promise, 'back');
  });

  test('a reset: after back-off', async () => {
    const again = Promise.withResolvers<void>();
    await using peer = await startPeer((socket, _request, before) => {
      if (before === 0) socket.terminate();
      else again.resolve();
    });
    const told = story();
    await using _connection = await keepConnected(peer.url, told);
    await again.promise;
    assert.deepEqual(told.waits, [500]);
  });
});

test('it backs off up to 30 s while it is refused, and not less than it is asked to', async () => {
  const again = Promise.withResolvers<void>();
  await using peer = await startPeer((socket, _request, before) => {
    if (before > 0) return again.resolve();
    peer.refusals.push(...Array.from({ length: 6 }, () => ({ status: 503 })));
    peer.refusals.push({ status: 429, headers: { 'retry-after': '3' } });
    socket.terminate();
  });
  const told = story();
  await using _connection = await keepConnected(peer.url, told);
  await again.promise;
  assert.deepEqual(told.waits, [500, 1000, 2000, 4000, 8000, 15_000, 15_000, 18_000]);
});

test('a refusal that another attempt would meet again ends it', async () => {
  for (const status of [400, 401, 403, 404, 426]) {
    await using peer = await startPeer((socket) => {
      peer.refusals.push({ status });
      socket.terminate();
    });
    await using connection = await keepConnected(peer.url, story());
    assert.deepEqual(await connection.closed, {
      code: 1006,
      reason: `The server answered with status ${status}`,
    });
  }
});

test('the first attempt fails with what it meets', async () => {
  await using peer = await startPeer(() => {});
  peer.refusals.push({ status: 503 });
  const told = story();
  await assert.rejects(keepConnected(peer.url, told), { name: 'RequestFailed', status: 503 });
  assert.deepEqual(kinds(told), ['connecting', 'closed']);
});

test('it gives up after its time', async () => {
  await using peer = await startPeer((socket) => {
    peer.leave();
    socket.terminate();
  });
  let now = 0;
  const delay = async (milliseconds: number): Promise<void> => void (now += milliseconds);
  const options = { ...story(), delay, now: () => now, giveUpAfter: 60_000 };
  await using connection = await keepConnected(peer.url, options);
  const { code, reason } = await connection.closed;
  assert.equal(code, 1006);
  assert.match(reason, /^no connection for 60 s: No server answers at /);
  assert.ok(now >= 60_000 && now < 90_000);
});

test('a server that goes away and comes back is found again', async () => {
  const again = Promise.withResolvers<void>();
  await using peer = await startPeer((socket, _request, before) => {
    if (before > 0) return again.resolve();
    peer.leave();
    socket.terminate();
  });
  const told = story();
  const delay: LastingOptions['delay'] = async (milliseconds) => {
    if (told.waits.push(milliseconds) === 3) await peer.comeBack();
  };
  await using _connection = await keepConnected(peer.url, { ...told, delay });
  await again.promise;
  assert.deepEqual(told.waits, [500, 1000, 2000]);
});

const request = (id: number): string => JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' });
const answer = (id: number): string => JSON.stringify({ jsonrpc: '2.0', id, result: {} });

describe('the fate of a request', () => {
  test('it is answered, and other messages are read as ever', async () => {
    await using peer = await startPeer((socket) =>
      socket.on('message', () => {
        socket.send('{"jsonrpc":"2.0","method":"note"}');
        socket.send(answer(7));
      }),
    );
    await using connection = await keepConnected(peer.url, story());
    assert.deepEqual(await connection.request(request(7), 7), { fate: 'answered', answer: answer(7) });
    const { value } = await connection[Symbol.asyncIterator]().next();
    assert.equal(value, '{"jsonrpc":"2.0","method":"note"}');
  });

  for (const [code, isRepeatable, fate] of [
    [1011, false, 'unknown'],
    [1011, true, 'repeatable'],
    [1009, true, 'unknown'],
    [1000, true, 'repeatable'],
  ] as const)
    test(`lost with ${code} ${isRepeatable ? 'although' : 'and not'} repeatable: ${fate}`, async () => {
      await using peer = await startPeer((socket) => socket.on('message', () => socket.close(code)));
      await using connection = await keepConnected(peer.url, story());
      const outcome = await connection.request(request(1), 1, { isRepeatable });
      assert.equal(outcome.fate, fate);
      assert.match('cause' in outcome ? outcome.cause : '', new RegExp(`${code}`));
    });

  test('one that waits for a connection goes out over the next, and is repeatable when there is none', async () => {
    const sockets: WebSocket[] = [];
    await using peer = await startPeer((socket, _request, before) => {
      sockets.push(socket);
      if (before === 1) socket.on('message', () => socket.send(answer(2)));
    });
    const reconnecting = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    await using connection = await keepConnected(peer.url, {
      ...story(),
      delay: async () => {
        reconnecting.resolve();
        await goOn.promise;
      },
    });
    sockets[0]?.terminate();
    await reconnecting.promise;
    const asked = connection.request(request(2), 2);
    goOn.resolve();
    assert.equal((await asked).fate, 'answered');
    await connection.close();
    assert.equal((await connection.request(request(3), 3)).fate, 'repeatable');
  });

  test('no answer in time: unknown; and an id is in flight once', async () => {
    await using peer = await startPeer(() => {});
    await using connection = await keepConnected(peer.url, story());
    const asked = connection.request(request(1), 1, { timeout: 20 });
    await assert.rejects(connection.request(request(1), 1), TypeError);
    assert.deepEqual(await asked, { fate: 'unknown', cause: 'no answer came within 0.02 s' });
  });
});

test('a new token is handed in for the connection, and the next connection begins with the latest', async () => {
  const authorizations: (string | undefined)[] = [];
  await using peer = await startPeer((socket, { headers }, before) => {
    authorizations.push(headers.authorization);
    socket.on('message', () => socket.close(3000));
    if (before === 1) socket.send('again');
  });
  const given: string[] = [];
  const token = async (): Promise<string> => {
    const next = tokenUntil(Date.now() / 1000 + 3600);
    given.push(next);
    return next;
  };
  const renewed = Promise.withResolvers<void>();
  const delay: LastingOptions['delay'] = async (milliseconds, signal) => {
    if (milliseconds === 0 || given.length === 1) return;
    renewed.resolve();
    await new Promise((_, reject) => signal.addEventListener('abort', reject, { once: true }));
  };
  await using connection = await keepConnected(peer.url, { token, delay });
  await renewed.promise;
  assert.deepEqual(peer.asked, [
    `PUT /20251112/hostedApplications/${applicationId}/connections/n0/token Bearer ${given[1]}`,
  ]);
  await connection.send('end');
  await connection[Symbol.asyncIterator]().next();
  assert.deepEqual(authorizations, [`Bearer ${given[0]}`, `Bearer ${given[2]}`]);
});

test('what is not read is not taken from the network without bound', async () => {
  const sent = 5_000;
  await using peer = await startPeer((socket) => {
    for (let index = 0; index < sent; index += 1) socket.send(String(index));
    socket.close(1000);
  });
  await using connection = await keepConnected(peer.url, { ...story(), maxUnread: 4 });
  const got = await Array.fromAsync(connection);
  assert.deepEqual([got.length, got.at(-1)], [sent, String(sent - 1)]);
});

test('an abort and a close end it, also while it waits', async () => {
  for (const end of ['abort', 'close'] as const) {
    const stop = new AbortController();
    await using peer = await startPeer((socket) => socket.terminate());
    const waiting = Promise.withResolvers<void>();
    await using connection = await keepConnected(peer.url, {
      signal: stop.signal,
      onState: ({ kind }) => kind === 'reconnecting' && waiting.resolve(),
      random: () => 0.999,
    });
    await waiting.promise;
    if (end === 'abort') stop.abort();
    else await connection.close();
    assert.equal((await connection.closed).code, 1000);
    assert.equal(connection.state.kind, 'closed');
  }
});

test('a close while it is open is answered with 1000', async () => {
  await using peer = await startPeer(() => {});
  const connection = await keepConnected(peer.url);
  assert.deepEqual(await connection.close(), { code: 1000, reason: '' });
  await using other = await connect(peer.url);
  assert.equal(other.connectionId, 'n1');
});
