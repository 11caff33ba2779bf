/** Connections that last, against a real server: replicas die under them, tokens end, and clients cannot send headers. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js';
import { keepConnected, ticketFor, withTicket, type ConnectionState } from '@mooring/client';
import { startIssuer } from '../fixtures/issuer.ts';
import { startTestServer } from '../fixtures/server.ts';
import { verifies } from '../verifies.ts';

const owned = new AsyncDisposableStack();
after(() => owned.disposeAsync());
const issuer = owned.use(await startIssuer());
const test = owned.use(await startTestServer({ allowPrivateIssuers: true }));

const echo = (name: string, settings: object = {}) =>
  test.deploy({
    name,
    settings,
    auth: {
      inboundAuthConfigType: 'IDCS_AUTH_CONFIG',
      idcsConfig: { domainUrl: issuer.url, audience: 'urn:echo', scope: 'talk' },
    },
    command: ['node', '--conditions=mooring', 'echo-app.ts'],
    workingDirectory: new URL('../fixtures', import.meta.url).pathname,
  });

/** @param seconds for which it is good */
const tokenFor = (seconds: number): Promise<string> =>
  issuer.sign({ aud: 'urn:echo', scope: 'talk', exp: Math.floor(Date.now() / 1000) + seconds });

describe('a connection that lasts', () => {
  it('comes back when its replica dies, and says what became of the request under way', async () => {
    const app = await echo('dying');
    const states: ConnectionState[] = [];
    await using connection = await keepConnected(app.ws(), {
      token: () => tokenFor(600),
      onState: (state) => states.push(state),
      answerTo: (message) => (message === 'die' ? 'die' : undefined),
    });
    const { fate } = await connection.request('die', 'die');
    assert.equal(fate, 'unknown');
    await connection.send('alive');
    assert.equal((await connection[Symbol.asyncIterator]().next()).value, 'alive');
    assert.deepEqual(
      states.map(({ kind }) => kind).filter((kind, index, all) => kind !== all[index - 1]),
      ['connecting', 'open', 'reconnecting', 'open'],
    );
  });

  it(
    verifies('token:renewal', 'outlives its tokens: each new one is handed in before the old one ends'),
    async () => {
      const app = await echo('outliving', { tokenGrace: 0 });
      const third = Promise.withResolvers<void>();
      const states: string[] = [];
      let asked = 0;
      await using connection = await keepConnected(app.ws(), {
        token: () => {
          asked += 1;
          if (asked === 3) third.resolve();
          return tokenFor(4);
        },
        onState: ({ kind }) => states.push(kind),
        onTrouble: third.reject,
      });
      await third.promise;
      await connection.send('still here');
      assert.equal((await connection[Symbol.asyncIterator]().next()).value, 'still here');
      assert.deepEqual(states, ['connecting', 'open']);
    },
  );
});

it(
  verifies(
    'ticket:single',
    'the transport of the first MCP SDK, which takes a URL only, gets in by a ticket',
  ),
  async (t) => {
    const weather = await test.deploy({
      name: 'weather',
      // Its answer without the forecast service: a text that says so.
      environment: { NWS_API_BASE: 'http://127.0.0.1:9' },
      command: ['node', '--conditions=mooring', 'server.ts'],
      workingDirectory: new URL('../../examples/weather', import.meta.url).pathname,
    });
    const url = weather.ws('/ws');
    const token = await test.token(weather.id);
    const entrance = new URL(withTicket(url, await ticketFor(url, { token, signal: t.signal })));
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(new WebSocketClientTransport(entrance));
    const { tools } = await client.listTools();
    assert.ok(tools.some(({ name }) => name === 'get-alerts'));
    const answer = await client.callTool({ name: 'get-alerts', arguments: { state: 'CA' } });
    assert.ok(answer.content);
    await client.close();
    await assert.rejects(
      new Client({ name: 'test', version: '1' }).connect(new WebSocketClientTransport(entrance)),
    );
  },
);
