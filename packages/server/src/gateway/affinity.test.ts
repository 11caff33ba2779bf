import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { verifies } from '@mooring/test/verifies';
import { Problem } from '@mooring/contract';
import { WebSocket } from 'ws';
import {
  ask,
  host,
  startGateway,
  startReplica,
  type TestGateway,
  type TestReplica,
} from './gateway.fixture.ts';

/** Begins a session when it is told none, as MCP servers do; answers with its name and the session that it sees. */
const mcp = (name: string): Promise<TestReplica> =>
  startReplica({
    http: (request, response) => {
      const session = request.headers['mcp-session-id'];
      response.setHeader('mcp-session-id', session ?? `upstream-${name}`);
      response.end(`${name} ${String(session)}`);
    },
  });

/** Whoever calls with the token `name.x.y` is `name`. */
const callers = (options: Partial<Parameters<typeof startGateway>[0]> = {}): Promise<TestGateway> =>
  startGateway({
    ...options,
    verifyToken: async (token) => {
      const subject = token.split('.')[0];
      if (subject === undefined) throw new Problem('NotAuthenticated', 'no');
      return { kind: 'token', subject, clientId: 'c', scope: '', issuer: 'i', expiresAt: undefined };
    },
  });

const as = (subject: string, session?: string): Record<string, string> => ({
  authorization: `Bearer ${subject}.token.value`,
  ...(session !== undefined && { 'mcp-session-id': session }),
});

test(
  verifies(
    'affinity:session',
    'a session stays at its replica, by whatever server, and its name there is nobody else’s to see',
  ),
  async () => {
    await using one = await mcp('one');
    await using other = await mcp('other');
    const sealKey = new Uint8Array(32).fill(7);
    await using gateway = await callers({ sealKey });
    await using elsewhere = await callers({ sealKey });
    const app = host(gateway.directory, [one, other]);
    elsewhere.directory.put(app.endpoint);
    for (let round = 0; round < 8; round++) {
      const begun = await ask(gateway.port, app.invoke('/mcp'), { headers: as('ann') });
      const session = String(begun.headers['mcp-session-id']);
      const [name] = begun.body.split(' ');
      assert.doesNotMatch(Buffer.from(session, 'base64url').toString('latin1'), /upstream|one|other/);
      for (const { port } of [gateway, elsewhere, gateway]) {
        const again = await ask(port, app.invoke('/mcp'), { headers: as('ann', session) });
        assert.equal(again.body, `${name} upstream-${name}`);
        assert.equal(again.headers['mcp-session-id'], session);
      }
    }
  },
);

test(
  verifies('affinity:session', 'a session at a replica of which a gateway has not heard yet finds it there'),
  async () => {
    await using old = await mcp('old');
    await using fresh = await mcp('fresh');
    const sealKey = new Uint8Array(32).fill(7);
    await using first = await callers({ sealKey });
    const app = host(first.directory, [fresh]);
    let asked = 0;
    await using late = await callers({
      sealKey,
      catchUp: async () => {
        asked += 1;
        late.directory.put(app.endpoint);
      },
    });
    const begun = await ask(first.port, app.invoke(), { headers: as('ann') });
    const headers = as('ann', String(begun.headers['mcp-session-id']));
    const [replica] = app.endpoint.replicas;
    assert.ok(replica);
    late.directory.put({ ...app.endpoint, replicas: [{ ...replica, id: 'old', port: old.port }] });
    for (let round = 0; round < 2; round++)
      assert.equal((await ask(late.port, app.invoke(), { headers })).body, 'fresh upstream-fresh');
    assert.equal(asked, 1);
  },
);

test(
  verifies(
    'affinity:foreign',
    'a session of somebody else, of another application, or made up does not exist',
  ),
  async () => {
    await using replica = await mcp('one');
    await using gateway = await callers();
    const app = host(gateway.directory, [replica]);
    const another = host(gateway.directory, [replica]);
    const begun = await ask(gateway.port, app.invoke(), { headers: as('ann') });
    const session = String(begun.headers['mcp-session-id']);
    const tries: [string, Record<string, string>][] = [
      [app.invoke(), as('bob', session)],
      [another.invoke(), as('ann', session)],
      [app.invoke(), as('ann', 'upstream-one')],
      [app.invoke(), as('ann', '')],
      [app.invoke(), as('ann', `${session}A`)],
    ];
    for (const [path, headers] of tries) {
      const { status, body } = await ask(gateway.port, path, { headers });
      assert.equal(status, 404);
      assert.match(body, /initialize/);
    }
    assert.equal(replica.requests.length, 1);
  },
);

test(
  verifies(
    'affinity:over',
    'a session goes on at a replica that drains, and is over when the replica is gone',
  ),
  async () => {
    await using one = await mcp('one');
    await using other = await mcp('other');
    await using gateway = await callers();
    const app = host(gateway.directory, [one]);
    const begun = await ask(gateway.port, app.invoke(), { headers: as('ann') });
    const headers = as('ann', String(begun.headers['mcp-session-id']));
    const [old] = app.endpoint.replicas;
    assert.ok(old);
    const fresh = { ...old, id: 'fresh', port: other.port };
    gateway.directory.put({ ...app.endpoint, replicas: [{ ...old, state: 'draining' }, fresh] });
    assert.equal((await ask(gateway.port, app.invoke(), { headers })).body, 'one upstream-one');
    assert.equal((await ask(gateway.port, app.invoke(), { headers: as('ann') })).body, 'other undefined');
    gateway.directory.put({ ...app.endpoint, replicas: [fresh] });
    assert.equal((await ask(gateway.port, app.invoke(), { headers })).status, 404);
    gateway.directory.put({ ...app.endpoint, replicas: [] });
    assert.equal((await ask(gateway.port, app.invoke(), { headers })).status, 404);
  },
);

test(
  verifies('affinity:settings', 'the header that the settings name keeps its callers together'),
  async () => {
    const replicas = [await mcp('a'), await mcp('b'), await mcp('c')];
    await using owned = new AsyncDisposableStack();
    for (const replica of replicas) owned.use(replica);
    await using gateway = await callers();
    const app = host(gateway.directory, replicas, { settings: { affinityHeader: 'X-Room' } });
    const seen = new Set<string>();
    for (let room = 0; room < 20; room++) {
      const headers = { ...as('ann'), 'x-room': `${room}` };
      const answers = await Promise.all([1, 2, 3].map(() => ask(gateway.port, app.invoke(), { headers })));
      const names = new Set(answers.map(({ body }) => body));
      assert.equal(names.size, 1);
      names.forEach((name) => seen.add(name));
    }
    assert.equal(seen.size, 3);
  },
);

test(
  verifies('affinity:settings', 'the cookie that the settings name brings requests and connections back'),
  async () => {
    const named = (name: string): Promise<TestReplica> =>
      startReplica({
        http: (_request, response) => response.end(name),
        webSocket: (socket) => socket.send(name),
      });
    const replicas = [await named('a'), await named('b')];
    await using owned = new AsyncDisposableStack();
    for (const replica of replicas) owned.use(replica);
    await using gateway = await callers();
    const app = host(gateway.directory, replicas, { settings: { affinityCookie: 'stay' } });
    const first = await ask(gateway.port, app.invoke(), { headers: as('ann') });
    const cookies = first.headers['set-cookie'] ?? [];
    assert.deepEqual(
      cookies.map((cookie) => /Path=([^;]+); HttpOnly; SameSite=Lax$/.exec(cookie)?.[1]),
      [app.invoke().replace(/\/$/, ''), app.live().replace(/\/$/, '')],
    );
    const cookie = `theirs=1; ${cookies[0]?.split(';')[0]}; more=2`;
    for (let round = 0; round < 5; round++) {
      const again = await ask(gateway.port, app.invoke(), { headers: { ...as('ann'), cookie } });
      assert.equal(again.body, first.body);
      assert.equal(again.headers['set-cookie'], undefined);
    }
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}${app.live()}`, {
      headers: { ...as('ann'), cookie, host: 'localhost' },
    });
    const [message] = await once(socket, 'message');
    assert.equal(String(message), first.body);
    socket.terminate();
    const left = app.endpoint.replicas.filter((_, index) => (index === 0) === (first.body === 'b'));
    gateway.directory.put({ ...app.endpoint, replicas: left });
    const moved = await ask(gateway.port, app.invoke(), { headers: { ...as('ann'), cookie } });
    assert.notEqual(moved.body, first.body);
    assert.equal(moved.headers['set-cookie']?.length, 2);
  },
);
