/** What a running server tells of the MCP messages of an application that wants them counted. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { WebSocketClientTransport } from '@mooring/mcp-websocket';
import { startCollector, type Span } from '../fixtures/collector.ts';
import { sample, scrape, type Families } from '../fixtures/prometheus.ts';
import { finished, startTestServer, type DeployedApplication, type TestServer } from '../fixtures/server.ts';
import { tableOf } from '../fixtures/table.ts';
import { verifies } from '../verifies.ts';

const root = join(import.meta.dirname, '../..');
const everything = join(root, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');
const traceId = '0af7651916cd43dd8448eb211c80319c';
const _meta = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
const settings = { mcpTelemetry: true };
const secret = 'nobody is to keep this';

const transports = {
  websocket: async (test: TestServer, app: DeployedApplication) =>
    new WebSocketClientTransport(app.ws('/ws'), { token: () => test.token(app.id) }),
  http: async (test: TestServer, app: DeployedApplication) => {
    const token = await test.token(app.id);
    return new StreamableHTTPClientTransport(new URL(app.http('/mcp')), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    });
  },
};

/** Lists tools, calls one well, one badly and one that there is not, and answers what the server asks. */
async function talk(
  test: TestServer,
  app: DeployedApplication,
  over: keyof typeof transports,
): Promise<void> {
  const client = new Client(
    { name: 'test', version: '1' },
    { versionNegotiation: { mode: 'legacy' }, capabilities: { roots: {} } },
  );
  const asked = Promise.withResolvers<void>();
  client.setRequestHandler('roots/list', () => {
    asked.resolve();
    return { roots: [] };
  });
  await client.connect(await transports[over](test, app));
  await asked.promise;
  await client.listTools();
  await client.callTool({ name: 'echo', arguments: { message: secret }, _meta });
  await client.callTool({ name: 'no-such-tool', arguments: {} }).catch(() => {});
  await client.callTool({ name: 'echo', arguments: {} }).catch(() => {});
  const { transport } = client;
  if (transport instanceof StreamableHTTPClientTransport) await transport.terminateSession();
  await client.close();
}

/** What /metrics says once that is so; answers to clients may be counted a moment after they are there. */
async function scrapeWhen(test: TestServer, condition: (all: Families) => boolean): Promise<Families> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const all = await scrape(test);
    if (condition(all)) return all;
    if (Date.now() > deadline) assert.fail(`this did not come: ${condition.toString()}`);
    await pause(20);
  }
}

/** Samples as `labels value`, without the application, which is the first. */
const seriesOf = (all: Families, name: string): string[] =>
  all
    .filter((family) => family.name === name)
    .flatMap(({ metrics }) => metrics)
    .map(({ labels, value }) => `${Object.values(labels).slice(1).join(' ')} ${value}`)
    .sort();

describe('MCP telemetry', { timeout: 90_000 }, () => {
  it(
    verifies(
      'mcp:telemetry',
      'counts requests of both ends by method and tool, and traces them, over both transports',
    ),
    async () => {
      await using collector = await startCollector();
      process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
      let text: string;
      try {
        await using test = await startTestServer();
        const command = ['node', everything, 'stdio'];
        const app = await test.deploy({
          name: 'told',
          command,
          artifactType: 'MCP_STDIO_ARTIFACT',
          settings,
        });
        for (const over of ['websocket', 'http'] as const) await talk(test, app, over);
        const application = app.id;
        const all = await scrapeWhen(
          test,
          (now) => sample(now, 'mooring_mcp_requests_total', { application, method: 'roots/list' }) === 2,
        );
        assert.deepEqual(seriesOf(all, 'mooring_mcp_requests_total'), [
          'in initialize  ok 2',
          'in tools/call echo ok 2',
          'in tools/call echo tool_error 2',
          'in tools/call other tool_error 2',
          'in tools/list  ok 2',
          'out roots/list  ok 2',
        ]);
        assert.ok(seriesOf(all, 'mooring_mcp_request_seconds_count').includes('in tools/call echo 4'));
        assert.ok(
          seriesOf(all, 'mooring_mcp_notifications_total').includes('in notifications/initialized 2'),
        );
        const kinds = seriesOf(all, 'mooring_mcp_message_bytes_count');
        assert.ok(kinds.includes('in request 10') && kinds.includes('out answer 10'), kinds.join());
        assert.ok(!kinds.some((kind) => /unparsed|unread/.test(kind)), kinds.join());
        const rows = await tableOf('docs/operations.md', 'metric', 'type', 'labels');
        for (const [name = '', type, labels = ''] of rows.filter(([name]) => name?.includes('_mcp_'))) {
          const series = type === 'histogram' ? `${name}_count` : name;
          const { metrics = [] } = all.find((family) => family.name === series) ?? {};
          assert.deepEqual(Object.keys(metrics[0]?.labels ?? {}), labels.split(', '), name);
        }
        text = JSON.stringify(all);
        await finished(test.management, (await test.management.applications.delete(app.id)).workRequestId);
        assert.ok(!JSON.stringify(await scrape(test)).includes(app.id), 'nothing of the application is left');
      } finally {
        delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
      }
      const named = (name: string): Span[] => collector.spans.filter((span) => span.name === name);
      for (const over of ['websocket', 'http']) {
        const echoes = named('tools/call echo').filter(
          ({ attributes }) => attributes['network.protocol.name'] === over,
        );
        const [joined, failed] = echoes;
        assert.equal(joined?.traceId, traceId);
        assert.equal(joined.parentSpanId, 'b7ad6b7169203331');
        assert.equal(joined.attributes['gen_ai.tool.name'], 'echo');
        const arrival = collector.spans.find(({ spanId }) => spanId === joined.links[0]?.spanId);
        assert.equal(arrival?.name, 'arrival');
        assert.equal(failed?.attributes['error.type'], 'tool_error');
        const parent = collector.spans.find(({ spanId }) => spanId === failed.parentSpanId);
        assert.equal(parent?.name, 'arrival');
      }
      assert.equal(named('roots/list').length, 2);
      assert.ok(!`${text} ${JSON.stringify(collector.spans)}`.includes(secret), 'contents are not kept');
    },
  );

  it(verifies('mcp:telemetry', 'knows the stateless era'), async () => {
    await using test = await startTestServer();
    const app = await test.deploy({
      name: 'weather',
      command: ['node', 'server.ts'],
      workingDirectory: join(root, 'examples/weather'),
      settings,
    });
    for (const over of ['websocket', 'http'] as const) {
      const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
      await client.connect(await transports[over](test, app));
      assert.equal(client.getNegotiatedProtocolVersion(), '2026-07-28');
      await client.listTools();
      await client.close();
    }
    const all = await scrapeWhen(
      test,
      (now) => sample(now, 'mooring_mcp_requests_total', { method: 'tools/list' }) === 2,
    );
    assert.equal(sample(all, 'mooring_mcp_requests_total', { method: 'server/discover', code: 'ok' }), 2);
  });

  it(verifies('mcp:telemetry:off', 'is off unless it is asked for'), async () => {
    await using test = await startTestServer();
    const app = await test.deploy({
      name: 'quiet',
      command: ['node', everything, 'stdio'],
      artifactType: 'MCP_STDIO_ARTIFACT',
    });
    for (const over of ['websocket', 'http'] as const) await talk(test, app, over);
    const all = await scrape(test);
    const told = all.filter(({ name, metrics }) => name.startsWith('mooring_mcp_') && metrics.length > 0);
    assert.deepEqual(
      told.filter(({ type }) => type !== 'HISTOGRAM'),
      [],
    );
  });
});
