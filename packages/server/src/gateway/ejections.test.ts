import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifies } from '@mooring/test/verifies';
import { ask, handshake, host, startGateway, startReplica, type TestReplica } from './gateway.fixture.ts';
import { connectRaw } from '../kit/raw.fixture.ts';

/** A replica that cuts every connection until it is well. */
async function sick(): Promise<{ replica: TestReplica; state: { isWell: boolean } }> {
  const state = { isWell: false };
  const replica = await startReplica({
    http: (request, response) => {
      if (state.isWell) response.end('well');
      else request.socket.destroy();
    },
    upgrade: (_request, socket) => void socket.destroy(),
  });
  return { replica, state };
}

const settings = { ejectAfter: 2, ejectFor: 0.1 };

test(
  verifies(
    'eject:back',
    'a replica that cannot be reached gets no arrivals, until it answers its probe again',
  ),
  async () => {
    const { replica, state } = await sick();
    await using _replica = replica;
    await using good = await startReplica({ http: (_request, response) => response.end('good') });
    await using gateway = await startGateway();
    const app = host(gateway.directory, [replica, good], { settings });
    const post = { method: 'POST', body: 'x' };
    const ejected = gateway.entry('a replica is ejected');
    let failures = 0;
    while (!gateway.logged().includes('a replica is ejected'))
      if ((await ask(gateway.port, app.invoke(), post)).status === 502) failures += 1;
    assert.equal(failures, 2);
    assert.equal((await ejected).failures, 2);
    for (let round = 0; round < 20; round++)
      assert.equal((await ask(gateway.port, app.invoke(), post)).body, 'good');
    const back = gateway.entry('an ejected replica is back');
    state.isWell = true;
    await back;
    const bodies = new Set<string>();
    while (bodies.size < 2) bodies.add((await ask(gateway.port, app.invoke(), post)).body);
    assert.deepEqual(bodies, new Set(['good', 'well']));
  },
);

test('the only one is asked all the same', async () => {
  const { replica, state } = await sick();
  await using _replica = replica;
  await using gateway = await startGateway();
  const app = host(gateway.directory, [replica], { settings: { ...settings, ejectFor: 60 } });
  for (let round = 0; round < 4; round++)
    assert.equal((await ask(gateway.port, app.invoke(), { method: 'POST' })).status, 502);
  state.isWell = true;
  assert.equal((await ask(gateway.port, app.invoke(), { method: 'POST' })).body, 'well');
});

test('a handshake that is cut counts too; what the application answers does not', async () => {
  const { replica } = await sick();
  await using _replica = replica;
  await using refusing = await startReplica({
    http: (_request, response) => response.writeHead(503).end(),
    upgrade: (_request, socket) => void socket.end('HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n'),
  });
  await using gateway = await startGateway();
  const hosts = [
    host(gateway.directory, [refusing], { settings }),
    host(gateway.directory, [replica], { settings }),
  ];
  for (const app of hosts)
    for (let round = 0; round < 3; round++) {
      using client = await connectRaw(gateway.port);
      client.write(handshake(app.live()));
      assert.match(await client.ended, /^HTTP\/1\.1 502 /);
      await ask(gateway.port, app.invoke(), { method: 'POST' });
    }
  const ejected = gateway
    .logged()
    .split('\n')
    .filter((line) => line.includes('a replica is ejected'));
  assert.equal(ejected.length, 1);
  assert.match(ejected[0] ?? '', new RegExp(hosts[1]?.id ?? ''));
});

test('with ejectAfter 0 none is ejected', async () => {
  const { replica } = await sick();
  await using _replica = replica;
  await using gateway = await startGateway();
  const app = host(gateway.directory, [replica], { settings: { ejectAfter: 0 } });
  for (let round = 0; round < 5; round++) await ask(gateway.port, app.invoke(), { method: 'POST' });
  assert.doesNotMatch(gateway.logged(), /ejected/);
});
