import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { endpointPath, Problem } from '@mooring/contract';
import { verifies } from '@mooring/test/verifies';
import { WebSocket } from 'ws';
import type { Principal, VerifyToken } from '../identity/principal.ts';
import type { IssuedTicket } from '../identity/tickets.ts';
import {
  ask,
  host,
  startGateway,
  startReplica,
  type TestGateway,
  type TestReplica,
} from './gateway.fixture.ts';

const minute = 60_000;

/** `<subject>/<issuer>.<seconds until it ends>` is a good token. */
const verifyNamed =
  (now: () => number): VerifyToken =>
  async (token) => {
    const [, subject, issuer, seconds] = /^(\w+)\/(\w+)\.(\d+)$/.exec(token) ?? [];
    if (subject === undefined || issuer === undefined)
      throw new Problem('NotAuthenticated', 'The token is not valid.');
    const common = { kind: 'token', clientId: 'client', scope: 'invoke' } as const;
    const revocable = { subject, clientId: 'client', grant: seconds };
    return { ...common, subject, issuer, expiresAt: now() + Number(seconds) * 1000, revocable };
  };

const bearerOf = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });
const nobody = { authorization: '' };

interface Stand extends AsyncDisposable {
  readonly gateway: TestGateway;
  readonly replica: TestReplica;
  readonly app: ReturnType<typeof host>;
  /** Path below which a caller does what is beside invoking. */
  readonly own: string;
  pass(milliseconds: number): void;
  /** Withdraws the tokens of so many seconds. */
  withdraw(seconds: string): void;
  ticket(token?: string): Promise<IssuedTicket>;
}

async function stand(settings: Parameters<typeof host>[2] = {}): Promise<Stand> {
  let time = Date.parse('2026-01-01T00:00:00Z');
  const now = (): number => time;
  const replica = await startReplica({
    http: (_, response) => response.end('served'),
    webSocket: (socket) => socket.on('message', (data) => socket.send(data, { binary: false })),
  });
  const withdrawn = new Set<string | undefined>();
  const isWithdrawn = ({ revocable }: Principal): boolean => withdrawn.has(revocable?.grant);
  const gateway = await startGateway({ now, verifyToken: verifyNamed(now), isWithdrawn });
  const app = host(gateway.directory, [replica], settings);
  const own = endpointPath(app.id);
  return {
    gateway,
    replica,
    app,
    own,
    pass: (milliseconds) => {
      time += milliseconds;
      gateway.gateway.connections.tick();
    },
    withdraw: (seconds) => {
      withdrawn.add(seconds);
      gateway.gateway.connections.withdraw();
    },
    ticket: async (token = 'ann/home.600') => {
      const answer = await ask(gateway.port, `${own}/tickets`, { method: 'POST', headers: bearerOf(token) });
      assert.equal(answer.status, 201, answer.body);
      assert.equal(answer.headers['cache-control'], 'no-store');
      return JSON.parse(answer.body);
    },
    [Symbol.asyncDispose]: async () => {
      await gateway[Symbol.asyncDispose]();
      await replica[Symbol.asyncDispose]();
    },
  };
}

async function open(
  { gateway }: Stand,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ socket: WebSocket; connectionId: string }> {
  const socket = new WebSocket(`ws://localhost:${gateway.port}${path}`, { headers });
  const upgraded = once(socket, 'upgrade');
  await once(socket, 'open');
  const [response] = await upgraded;
  return { socket, connectionId: String(response.headers['mooring-connection-id']) };
}

test(
  verifies(
    ['ticket:single', 'ticket:hidden'],
    'a ticket opens one connection, of the name that came with it',
  ),
  async () => {
    await using at = await stand();
    const { ticket, expiresAt, connectionId } = await at.ticket();
    assert.equal(expiresAt, '2026-01-01T00:01:00.000Z');
    const live = await open(at, at.app.live(`/ws?a=1&mooring-ticket=${ticket}&b=%20`));
    assert.equal(live.connectionId, connectionId);
    const [request] = at.replica.requests;
    assert.equal(request?.url, '/ws?a=1&b=%20');
    assert.equal(request?.headers['mooring-subject'], 'ann');
    assert.equal(at.gateway.logged().includes(ticket), false);
    const again = await ask(at.gateway.port, at.app.invoke(`/?mooring-ticket=${ticket}`), {
      headers: nobody,
    });
    assert.equal(again.status, 401);
    live.socket.close();
    await once(live.socket, 'close');
  },
);

test(verifies(['ticket:single', 'ticket:hidden'], 'a ticket lets one HTTP request in'), async () => {
  await using at = await stand();
  const { ticket } = await at.ticket();
  const path = at.app.invoke(`/x?mooring-ticket=${ticket}`);
  const answer = await ask(at.gateway.port, path, { headers: nobody });
  assert.equal(answer.body, 'served');
  assert.equal(at.replica.requests[0]?.url, '/x');
});

const refused: [what: string, use: (at: Stand) => Promise<{ path: string; headers?: object }>][] = [
  ['after its time', async (at) => ({ path: at.app.invoke(`/?mooring-ticket=${await late(at)}`) })],
  [
    'at another application',
    async (at) => {
      const other = host(at.gateway.directory, [at.replica]);
      return { path: other.invoke(`/?mooring-ticket=${(await at.ticket()).ticket}`) };
    },
  ],
  ['that nobody made', async (at) => ({ path: at.app.invoke('/?mooring-ticket=aaaa') })],
  ['that is empty', async (at) => ({ path: at.app.invoke('/?mooring-ticket=') })],
  [
    'whose token is over by now',
    async (at) => {
      const { ticket } = await at.ticket('ann/home.10');
      at.pass(11_000);
      return { path: at.app.invoke(`/?mooring-ticket=${ticket}`) };
    },
  ],
];

async function late(at: Stand): Promise<string> {
  const { ticket } = await at.ticket();
  at.pass(minute);
  return ticket;
}

for (const [what, use] of refused) {
  test(verifies('ticket:single', `a ticket ${what} is a 401`), async () => {
    await using at = await stand();
    const { path } = await use(at);
    const answer = await ask(at.gateway.port, path, { headers: nobody });
    assert.equal(answer.status, 401);
    assert.deepEqual(at.replica.requests, []);
  });
}

const bad: [
  what: string,
  question: (at: Stand) => Promise<Parameters<typeof ask>[2] & { path: string }>,
  status: number,
][] = [
  [
    'a ticket without a token',
    async (at) => ({ path: `${at.own}/tickets`, method: 'POST', headers: nobody }),
    401,
  ],
  [
    'a ticket by a ticket',
    async (at) => ({
      path: `${at.own}/tickets?mooring-ticket=${(await at.ticket()).ticket}`,
      method: 'POST',
      headers: nobody,
    }),
    401,
  ],
  ['a ticket by GET', async (at) => ({ path: `${at.own}/tickets`, headers: bearerOf('ann/home.60') }), 405],
  [
    'a ticket with a body',
    async (at) => ({
      path: `${at.own}/tickets`,
      method: 'POST',
      body: '{}',
      headers: bearerOf('ann/home.60'),
    }),
    400,
  ],
  [
    'two tickets at once',
    async (at) => ({ path: at.app.invoke('/?mooring-ticket=a&mooring-ticket=b'), headers: nobody }),
    400,
  ],
  [
    'a connection that is not there',
    async (at) => ({
      path: `${at.own}/connections/abc/token`,
      method: 'PUT',
      headers: bearerOf('ann/home.60'),
    }),
    404,
  ],
  [
    'a ticket at an application that is not there',
    async (at) => ({ path: `${at.own}x/tickets`, method: 'POST', headers: bearerOf('ann/home.60') }),
    404,
  ],
];

for (const [what, question, status] of bad) {
  test(`whoever asks for ${what} gets ${status}`, async () => {
    await using at = await stand();
    const { path, ...rest } = await question(at);
    assert.equal((await ask(at.gateway.port, path, rest)).status, status);
  });
}

async function renew(at: Stand, connectionId: string, token: string): Promise<number> {
  const path = `${at.own}/connections/${connectionId}/token`;
  return (await ask(at.gateway.port, path, { method: 'PUT', headers: bearerOf(token) })).status;
}

test(
  verifies('token:renewal', 'a connection goes on with the new token of its caller, until that ends'),
  async () => {
    await using at = await stand({ settings: { tokenGrace: 5 } });
    const { socket, connectionId } = await open(at, at.app.live(), bearerOf('ann/home.60'));
    assert.equal(await renew(at, connectionId, 'ann/home.120'), 204);
    at.pass(minute + 6_000);
    socket.send('still here');
    const [echo] = await once(socket, 'message');
    assert.equal(String(echo), 'still here');
    const closed = once(socket, 'close');
    at.pass(minute);
    const [code] = await closed;
    assert.equal(code, 3000);
  },
);

test(
  verifies(
    ['token:renewal', 'auth:revoked'],
    'a connection rests on its latest token, and ends when that is revoked',
  ),
  async () => {
    await using at = await stand();
    const { ticket } = await at.ticket('ann/home.60');
    const { socket, connectionId } = await open(at, at.app.live(`/?mooring-ticket=${ticket}`));
    assert.equal(await renew(at, connectionId, 'ann/home.120'), 204);
    at.withdraw('60');
    socket.send('still here');
    await once(socket, 'message');
    const closed = once(socket, 'close');
    at.withdraw('120');
    const [code] = await closed;
    assert.equal(code, 3003);
  },
);

const strangers: [who: string, token: string, status: number][] = [
  ['another subject', 'bob/home.600', 404],
  ['the same subject of another issuer', 'ann/away.600', 404],
  ['nobody', 'garbage', 401],
];

for (const [who, token, status] of strangers) {
  test(verifies('token:renewal', `the token of ${who} is a ${status} and renews nothing`), async () => {
    await using at = await stand({ settings: { tokenGrace: 0 } });
    const { socket, connectionId } = await open(at, at.app.live(), bearerOf('ann/home.60'));
    assert.equal(await renew(at, connectionId, token), status);
    const closed = once(socket, 'close');
    at.pass(minute);
    const [code] = await closed;
    assert.equal(code, 3000);
  });
}

test('an application may let connections outlive their token', async () => {
  await using at = await stand({ settings: { tokenExpiry: 'ignore', tokenGrace: 0 } });
  const { socket } = await open(at, at.app.live(), bearerOf('ann/home.60'));
  at.pass(10 * minute);
  socket.send('still here');
  const [echo] = await once(socket, 'message');
  assert.equal(String(echo), 'still here');
  socket.close();
  await once(socket, 'close');
});
