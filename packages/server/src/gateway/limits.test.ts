import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Problem } from '@mooring/contract';
import { verifies } from '@mooring/test/verifies';
import type { VerifyToken } from '../identity/principal.ts';
import { connectRaw } from '../kit/raw.fixture.ts';
import { handshake, host, startGateway, startReplica } from './gateway.fixture.ts';

/** Every token is good, and its own subject. */
const verifyToken: VerifyToken = async (subject) => {
  if (subject === 'bad') throw new Problem('NotAuthenticated', 'The token is not valid.');
  const common = {
    kind: 'token',
    clientId: 'client',
    scope: 'invoke',
    issuer: 'https://issuer.example',
  } as const;
  return { ...common, subject, expiresAt: undefined };
};

const cases: [what: string, settings: object, callers: string[], statuses: number[]][] = [
  ['no limit', {}, ['ann', 'ann', 'ann'], [101, 101, 101]],
  [
    'two connections each',
    { maxConnectionsPerCaller: 2 },
    ['ann', 'ann', 'ann', 'bob'],
    [101, 101, 429, 101],
  ],
  ['two connections in all', { maxConnections: 2 }, ['ann', 'bob', 'cid'], [101, 101, 429]],
  ['two handshakes a second', { handshakeRate: 2 }, ['ann', 'ann', 'ann', 'bob'], [101, 101, 429, 101]],
  ['refusals that count for nothing', { maxConnections: 1 }, ['bad', 'bad', 'ann'], [401, 401, 101]],
];

for (const [what, settings, callers, statuses] of cases) {
  test(verifies('limits:connections', `with ${what} the answers are ${statuses.join()}`), async () => {
    await using replica = await startReplica({ webSocket: () => {} });
    await using gateway = await startGateway({ verifyToken, now: () => 0 });
    const app = host(gateway.directory, [replica], { settings });
    using held = new DisposableStack();
    for (const [index, caller] of callers.entries()) {
      const client = held.use(await connectRaw(gateway.port));
      client.write(handshake(app.live(), { Authorization: `Bearer ${caller}` }));
      const answer = await client.until(/\r\n\r\n/);
      assert.match(answer, new RegExp(`^HTTP/1.1 ${statuses[index]} `));
      if (statuses[index] === 429) assert.match(answer, /\r\nretry-after: 1\r\n/);
    }
  });
}

test(
  verifies('limits:connections', 'what has ended leaves its place, and a second its handshakes'),
  async () => {
    await using replica = await startReplica({ webSocket: () => {} });
    let time = 1_000_000;
    await using gateway = await startGateway({ verifyToken, now: () => time });
    const settings = { maxConnectionsPerCaller: 1, handshakeRate: 2 };
    const app = host(gateway.directory, [replica], { settings });
    const knock = async (): Promise<{ status: string; leave: () => Promise<void> }> => {
      const client = await connectRaw(gateway.port);
      client.write(handshake(app.live(), { Authorization: 'Bearer ann' }));
      const answer = await client.until(/\r\n\r\n/);
      const leave = async (): Promise<void> => {
        const [socket] = [...replica.sockets];
        const closed = socket && once(socket, 'close');
        client[Symbol.dispose]();
        await closed;
        await gateway.idle();
      };
      return { status: answer.slice(9, 12), leave };
    };
    const first = await knock();
    assert.equal(first.status, '101');
    await first.leave();
    const second = await knock();
    assert.equal(second.status, '101');
    await second.leave();
    const third = await knock();
    assert.equal(third.status, '429');
    time += 500;
    assert.equal((await knock()).status, '101');
  },
);
