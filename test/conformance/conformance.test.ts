/**
 * The MCP conformance suite: against the test server itself, through the gateway over Streamable HTTP, over WebSocket
 * by way of the bridge, and against the same server on its standard streams as an artifact.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createInterface } from 'node:readline';
import { ReconnectingTransport, WebSocketClientTransport } from '@mooring/mcp-websocket';
import { bridgeHttp } from '@mooring/mcp-websocket/relay';
import { startTestServer, type TestServer } from '../fixtures/server.ts';
import { verifies } from '../verifies.ts';
import { expectedOf, type Target } from './expected.ts';
import { revisions, runSuite } from './suite.ts';

const program = (name: string): string[] => ['--conditions=mooring', join(import.meta.dirname, name)];
const open = { inboundAuthConfigType: 'NO_AUTH_CONFIG' } as const;

/** Everything that the targets need; each gives the URL that the suite is told. */
const targets: Record<Target, (parts: Parts) => Promise<string>> = {
  direct: (parts) => parts.direct(),
  gateway: async (parts) => (await parts.http).http('/mcp'),
  bridge: (parts) => parts.bridge(),
  stdio: async (parts) => (await parts.stdio).http('/mcp'),
};

interface Parts {
  direct(): Promise<string>;
  readonly http: ReturnType<TestServer['deploy']>;
  bridge(): Promise<string>;
  readonly stdio: ReturnType<TestServer['deploy']>;
}

function partsOf(test: TestServer, owned: AsyncDisposableStack): Parts {
  const http = test.deploy({ name: 'http', command: ['node', ...program('http.ts')], auth: open });
  const stdio = test.deploy({
    name: 'stdio',
    command: ['node', ...program('stdio.ts')],
    artifactType: 'MCP_STDIO_ARTIFACT',
    auth: open,
  });
  return {
    http,
    stdio,
    async direct() {
      const child = spawn(process.execPath, program('http.ts'), { stdio: ['ignore', 'pipe', 'inherit'] });
      owned.defer(async () => {
        child.kill('SIGKILL');
        await once(child, 'exit');
      });
      const [url] = await once(createInterface(child.stdout), 'line');
      return String(url);
    },
    async bridge() {
      const url = (await http).ws('/ws');
      const bridge = await bridgeHttp(0, {
        open: () => new ReconnectingTransport(() => new WebSocketClientTransport(url)),
        report: () => {},
        signal: new AbortController().signal,
      });
      owned.use(bridge);
      return bridge.url;
    },
  };
}

describe('the conformance suite', { timeout: 600_000 }, () => {
  const owned = new AsyncDisposableStack();
  let parts: Parts | undefined;
  before(async () => {
    parts = partsOf(owned.use(await startTestServer()), owned);
  });
  after(() => owned.disposeAsync());

  for (const [target, urlOf] of Object.entries(targets) as [Target, (parts: Parts) => Promise<string>][]) {
    let url: Promise<string> | undefined;
    for (const revision of revisions)
      it(verifies('mcp:conformance', `${target}, what ${revision} requires`), async (t) => {
        assert.ok(parts);
        url ??= urlOf(parts);
        const expected = expectedOf(target, revision);
        const run = await runSuite(await url, { revision, expected });
        t.diagnostic(`${run.summary.length} scenarios in ${run.took.toFixed(1)} s`);
        for (const { what, reason } of expected) t.diagnostic(`fails as expected: ${what}: ${reason}`);
        assert.ok(run.summary.length >= 20, run.output);
        if (!run.isAsExpected) assert.fail(run.output);
      });
  }
});
