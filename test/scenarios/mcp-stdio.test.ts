/** An MCP server that knows nothing of networks, hosted without a line of code. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { clientCredentials } from '@mooring/client';
import { WebSocketClientTransport } from '@mooring/mcp-websocket';
import { startTestServer, type DeployedApplication, type TestServer } from '../fixtures/server.ts';
import { verifies } from '../verifies.ts';

const modules = join(import.meta.dirname, '../../node_modules');
const everything = ['node', join(modules, '@modelcontextprotocol/server-everything/dist/index.js'), 'stdio'];

const transports = {
  WebSocket: async (test: TestServer, app: DeployedApplication) =>
    new WebSocketClientTransport(app.ws('/ws'), { token: () => test.token(app.id) }),
  'Streamable HTTP': async (test: TestServer, app: DeployedApplication) => {
    const token = await test.token(app.id);
    return new StreamableHTTPClientTransport(new URL(app.http('/mcp')), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    });
  },
};

/** How many processes of this machine have this in their command line or their environment. */
async function processesWith(text: string): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
      return environment.includes(text);
    }),
  );
  return found.filter(Boolean).length;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('this did not become true within 10 s');
    await pause(50);
  }
}

/** Asks in a session of Streamable HTTP, or for one. */
async function ask(
  app: DeployedApplication,
  { token, session, method = 'POST', message }: Asked,
): Promise<Response> {
  return await fetch(app.http('/mcp'), {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/json, text/event-stream',
      ...(message && { 'content-type': 'application/json' }),
      ...(session !== undefined && { 'mcp-session-id': session }),
    },
    ...(message && { body: JSON.stringify({ jsonrpc: '2.0', ...message }) }),
    signal: AbortSignal.timeout(60_000),
  });
}

interface Asked {
  readonly token: string;
  readonly session?: string;
  readonly method?: 'POST' | 'GET' | 'DELETE';
  readonly message?: object;
}

const initialize = {
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};
const ping = { id: 2, method: 'ping' };

describe('an artifact of type MCP_STDIO_ARTIFACT', { timeout: 90_000 }, () => {
  it(
    verifies('mcp:stdio', 'serves server-everything over both transports, and leaves no process behind'),
    async () => {
      await using test = await startTestServer();
      const app = await test.deploy({
        name: 'everything',
        command: everything,
        artifactType: 'MCP_STDIO_ARTIFACT',
      });
      assert.deepEqual([app.status, app.errors], ['SUCCEEDED', []]);
      const mark = `MOORING_APPLICATION_ID=${app.id}`;
      for (const [over, open] of Object.entries(transports))
        for (const mode of ['legacy', 'auto'] as const) {
          const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
          await client.connect(await open(test, app));
          const { tools } = await client.listTools();
          const { content } = await client.callTool({ name: 'echo', arguments: { message: 'aye' } });
          assert.ok(tools.length > 5, over);
          assert.deepEqual(content, [{ type: 'text', text: 'Echo: aye' }]);
          // This server knows the legacy era only.
          assert.equal(client.getNegotiatedProtocolVersion(), '2025-11-25');
          const { transport } = client;
          if (transport instanceof StreamableHTTPClientTransport) await transport.terminateSession();
          await client.close();
        }
      if (!existsSync('/proc/self/environ')) return;
      // The host itself stays.
      await until(async () => (await processesWith(mark)) === 1);
      await test.management.applications.delete(app.id);
      await until(async () => (await processesWith(mark)) === 0);
    },
  );

  it(
    verifies(
      'affinity:foreign',
      'keeps a session for its subject, also with a new token, and has it for nobody else',
    ),
    async () => {
      await using test = await startTestServer();
      const app = await test.deploy({
        name: 'everything',
        command: everything,
        artifactType: 'MCP_STDIO_ARTIFACT',
      });
      assert.deepEqual(app.errors, []);
      const created = await test.management.clients.create(app.id, { name: 'owner' });
      const tokenUrl = `${test.server.urls.managementPlain}/identity/oauth2/v1/token`;
      const newToken = () =>
        clientCredentials({ ...created, tokenUrl, fetch })({ signal: AbortSignal.timeout(60_000) });
      const [first, second] = [await newToken(), await newToken()];
      assert.notEqual(first, second);
      const begun = await ask(app, { token: first, message: initialize });
      assert.equal(begun.status, 200, await begun.text());
      const session = begun.headers.get('mcp-session-id') ?? assert.fail('no session');
      const stranger = await test.token(app.id);
      const tries = [{ message: ping }, { method: 'GET' }, { method: 'DELETE' }] as const;
      for (const attempt of tries) {
        const refused = await ask(app, { token: stranger, session, ...attempt });
        assert.equal(refused.status, 404);
        assert.match(await refused.text(), /NotAuthorizedOrNotFound.*no such session for this caller/);
      }
      for (const token of [second, first]) {
        const answer = await ask(app, { token, session, message: ping });
        assert.equal(answer.status, 200);
        assert.match(await answer.text(), /"id":2/);
      }
      assert.equal((await ask(app, { token: second, session, method: 'DELETE' })).status, 200);
      assert.equal((await ask(app, { token: first, session, message: ping })).status, 404);
    },
  );

  it(verifies('mcp:stdio:start', 'whose command cannot serve says why on its work request'), async () => {
    await using test = await startTestServer();
    const cases = [
      {
        name: 'missing',
        command: ['no-such-program'],
        says: /no-such-program" could not be started .*ENOENT/,
      },
      {
        name: 'broken',
        command: ['node', '-e', 'console.error("no key given"); process.exit(4)'],
        says: /no key given[^]*exited with code 4 before it answered/,
      },
    ];
    for (const { name, command, says } of cases) {
      const app = await test.deploy({ name, command, artifactType: 'MCP_STDIO_ARTIFACT' });
      assert.equal(app.status, 'FAILED');
      assert.match(app.errors.join('\n'), says);
    }
  });
});
