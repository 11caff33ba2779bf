import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifies } from '@mooring/test/verifies';
import type { VerifyToken } from '../identity/principal.ts';
import { connectRaw, type RawClient } from '../kit/raw.fixture.ts';
import { handshake, host, startGateway, startReplica, switching } from './gateway.fixture.ts';
import { until } from './relay.fixture.ts';

/** Every token is good, and its own subject. */
const verifyToken: VerifyToken = async (subject) => ({
  kind: 'token',
  clientId: 'client',
  scope: 'invoke',
  issuer: 'https://issuer.example',
  subject,
  expiresAt: undefined,
});

const cases: [what: string, settings: object, callers: string[], refused: string[]][] = [
  ['two of each caller', { maxPendingPerCaller: 2 }, ['ann', 'ann', 'bob'], ['ann']],
  ['three in all', { maxPending: 3 }, ['ann', 'ann', 'bob'], ['ann', 'bob', 'cid']],
  ['no limit', { maxPending: 0, maxPendingPerCaller: 0 }, ['ann', 'ann', 'ann'], []],
];

for (const [what, settings, callers, refused] of cases) {
  test(
    verifies('limits:pending', `handshakes under way, ${what}: one more is a 429 until one has ended`),
    async () => {
      const answers: (() => void)[] = [];
      await using replica = await startReplica({
        upgrade: (request, socket) => answers.push(() => void socket.write(switching(request))),
      });
      await using gateway = await startGateway({ verifyToken });
      const app = host(gateway.directory, [replica], { settings });
      using held = new DisposableStack();
      const knock = async (caller: string): Promise<RawClient> => {
        const client = held.use(await connectRaw(gateway.port));
        client.write(handshake(app.live(), { Authorization: `Bearer ${caller}` }));
        return client;
      };
      const first = await knock(callers[0] ?? '');
      for (const caller of callers.slice(1)) await knock(caller);
      await until(() => answers.length === callers.length);
      for (const caller of refused) {
        const answer = await (await knock(caller)).until(/\r\n\r\n\{.*\}/);
        assert.match(answer, /^HTTP\/1\.1 429 [^]*retry-after: 1[^]*"TooManyRequests"/);
      }
      assert.equal(answers.length, callers.length);
      answers[0]?.();
      await first.until(/^HTTP\/1\.1 101 /);
      await knock(callers[0] ?? '');
      await until(() => answers.length === callers.length + 1);
    },
  );
}

test(verifies('limits:pending', 'who leaves, or is refused by the replica, makes room'), async () => {
  let refuse = false;
  let asked = 0;
  await using replica = await startReplica({
    upgrade: (_request, socket) => {
      asked += 1;
      if (refuse) socket.end('HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n');
    },
  });
  await using gateway = await startGateway({ verifyToken });
  const app = host(gateway.directory, [replica], { settings: { maxPending: 1 } });
  const knock = async (): Promise<RawClient> => {
    const client = await connectRaw(gateway.port);
    client.write(handshake(app.live(), { Authorization: 'Bearer ann' }));
    return client;
  };
  const left = await knock();
  await until(() => asked === 1);
  left.socket.destroy();
  await gateway.entry('the client left before it was answered');
  refuse = true;
  for (let round = 0; round < 3; round += 1) assert.match(await (await knock()).ended, /^HTTP\/1\.1 502 /);
  assert.equal(asked, 4);
});
