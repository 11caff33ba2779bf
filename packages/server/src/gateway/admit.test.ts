import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Problem } from '@mooring/contract';
import { verifies } from '@mooring/test/verifies';
import { connectRaw, type RawClient } from '../kit/raw.fixture.ts';
import {
  ask,
  goodToken,
  handshake,
  host,
  startGateway,
  startReplica,
  switching,
  type Answer,
  type TestGateway,
  type TestReplica,
} from './gateway.fixture.ts';

const willing = (): Promise<TestReplica> =>
  startReplica({
    http: (_request, response) => response.end('served'),
    upgrade: (request, socket) => void socket.write(switching(request)),
  });

/** A gateway that lets the test wait until an arrival has passed its authentication. */
async function watched(): Promise<{ gateway: TestGateway; arrived: () => Promise<void> }> {
  const waiting: (() => void)[] = [];
  const gateway = await startGateway({
    verifyToken: async (token) => {
      setImmediate(() => waiting.forEach((tell) => tell()));
      if (token !== goodToken) throw new Problem('NotAuthenticated', 'no');
      return { kind: 'token', subject: 's', clientId: 'c', scope: '', issuer: '', expiresAt: undefined };
    },
  });
  return { gateway, arrived: () => new Promise((resolve) => waiting.push(resolve)) };
}

/** Both kinds of arrivals: what they are asked with, and how the answer is read. */
async function arrive(
  gateway: TestGateway,
  app: ReturnType<typeof host>,
): Promise<{ answer: Promise<Answer>; client: RawClient }> {
  const client = await connectRaw(gateway.port);
  client.write(handshake(app.live()));
  return { answer: ask(gateway.port, app.invoke()), client };
}

test(verifies('hold:served', 'who comes before a replica is ready is served once one is'), async () => {
  await using replica = await willing();
  const { gateway, arrived } = await watched();
  await using _gateway = gateway;
  const app = host(gateway.directory, []);
  const both = Promise.all([arrived(), arrived()]);
  const { answer, client } = await arrive(gateway, app);
  using _client = client;
  await both;
  const { port } = replica;
  gateway.directory.put({
    ...app.endpoint,
    replicas: [{ id: 'r', host: '127.0.0.1', port, state: 'draining' }],
  });
  gateway.directory.put({
    ...app.endpoint,
    replicas: [{ id: 'r', host: '127.0.0.1', port, state: 'ready' }],
  });
  assert.equal((await answer).body, 'served');
  await client.until(/^HTTP\/1\.1 101 /);
});

test(verifies('hold:unavailable', 'who finds none within the hold may come back'), async () => {
  await using gateway = await startGateway();
  for (const hold of [0, 0.03]) {
    const app = host(gateway.directory, [], { settings: { hold } });
    const { answer, client } = await arrive(gateway, app);
    using _client = client;
    const { status, headers, body } = await answer;
    assert.equal(status, 503);
    assert.match(headers['retry-after'] ?? '', /^[1-9]\d*$/);
    assert.equal(JSON.parse(body).code, 'ServiceUnavailable');
    assert.match(await client.ended, /^HTTP\/1\.1 503 [^]*retry-after: [1-9]/);
  }
});

test(verifies('hold:removed', 'an application that is deleted meanwhile does not exist'), async () => {
  const { gateway, arrived } = await watched();
  await using _gateway = gateway;
  const app = host(gateway.directory, []);
  const both = Promise.all([arrived(), arrived()]);
  const { answer, client } = await arrive(gateway, app);
  using _client = client;
  await both;
  gateway.directory.remove(app.id);
  assert.equal((await answer).status, 404);
  assert.match(await client.ended, /^HTTP\/1\.1 404 [^]*"NotAuthorizedOrNotFound"/);
});

const departures: [how: string, upgrade: boolean, leave: (client: RawClient) => void][] = [
  ['resets its handshake', true, (client) => void client.socket.resetAndDestroy()],
  ['hangs up its handshake', true, (client) => void client.socket.end()],
  ['resets its request', false, (client) => void client.socket.resetAndDestroy()],
  ['hangs up its request', false, (client) => void client.socket.end()],
];

for (const [how, upgrade, leave] of departures) {
  test(verifies('hold:left', `a client that ${how} while it is held is forgotten`), async () => {
    const { gateway, arrived } = await watched();
    await using _gateway = gateway;
    await using replica = await willing();
    const app = host(gateway.directory, []);
    const held = arrived();
    using client = await connectRaw(gateway.port);
    client.write(
      upgrade
        ? handshake(app.live())
        : handshake(app.invoke(), { Upgrade: undefined, Connection: undefined }),
    );
    await held;
    leave(client);
    await gateway.entry('the client left before it was answered');
    const ready = { id: 'r', host: '127.0.0.1', port: replica.port, state: 'ready' } as const;
    gateway.directory.put({ ...app.endpoint, replicas: [ready] });
    assert.equal((await ask(gateway.port, app.invoke())).status, 200);
    assert.equal(replica.requests.length, 1);
  });
}

test(
  verifies('hold:left', 'a client that resets while its token is checked ends nothing but its own call'),
  async () => {
    const checking = Promise.withResolvers<AbortSignal>();
    await using replica = await willing();
    await using gateway = await startGateway({
      verifyToken: async (_token, _rules, { signal }) => {
        checking.resolve(signal);
        await once(signal, 'abort');
        return { kind: 'token', subject: 's', clientId: 'c', scope: '', issuer: '', expiresAt: undefined };
      },
    });
    const app = host(gateway.directory, [replica]);
    using client = await connectRaw(gateway.port);
    client.write(handshake(app.live()));
    const signal = await checking.promise;
    client.socket.resetAndDestroy();
    if (!signal.aborted) await once(signal, 'abort');
    await gateway.entry('the client left before it was answered');
    await gateway.idle();
    assert.equal(replica.requests.length, 0);
    assert.equal((await ask(gateway.port, '/health')).status, 200);
  },
);

test(
  verifies('shutdown:drain', 'who is held, or is having its token checked, is refused when the server stops'),
  async () => {
    const { gateway, arrived } = await watched();
    await using _gateway = gateway;
    const app = host(gateway.directory, []);
    const both = Promise.all([arrived(), arrived()]);
    const { answer, client } = await arrive(gateway, app);
    using _client = client;
    await both;
    await gateway.gateway.drain({ grace: 10 });
    assert.equal((await answer).status, 503);
    assert.match(await client.ended, /^HTTP\/1\.1 503 [^]*restarting/);
    const late = await arrive(gateway, app);
    using _late = late.client;
    assert.equal((await late.answer).status, 503);
    assert.match(await late.client.ended, /^HTTP\/1\.1 503 [^]*restarting/);
  },
);
