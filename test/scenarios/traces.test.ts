/** Traces, as a collector gets them. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { verifies } from '@mooring/test/verifies';
import { startCollector, type Span } from '../fixtures/collector.ts';
import { heard } from '../fixtures/heard.ts';
import { bearer, openLive } from '../fixtures/live.ts';
import { startTestServer } from '../fixtures/server.ts';

const workingDirectory = new URL('../fixtures', import.meta.url).pathname;
const command = ['node', '--conditions=mooring', 'echo-app.ts'];
const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

it(
  verifies(
    'trace:context',
    'every stage of an arrival is a span, and the replica hears of the one that it is in',
  ),
  { timeout: 60_000 },
  async () => {
    await using collector = await startCollector();
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
    let seen: Awaited<ReturnType<typeof heard>>;
    let dialled = '';
    try {
      await using test = await startTestServer();
      const app = await test.deploy({ name: 'traced', command, workingDirectory });
      const { headers } = bearer(await test.token(app.id));
      seen = await heard(await fetch(app.http(), { headers: { ...headers, traceparent } }));
      using live = await openLive(app.ws(), { headers });
      live.send('headers');
      dialled = await live.next();
      live.socket.close();
      await live.closed;
    } finally {
      delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
    }
    const named = (name: string): Span[] => collector.spans.filter((span) => span.name === name);
    const [request] = named('arrival').filter((span) => span.traceId === traceId);
    const [proxy] = named('proxy');
    assert.equal(request?.parentSpanId, 'b7ad6b7169203331');
    assert.equal(proxy?.parentSpanId, request.spanId);
    assert.equal(seen.headers['traceparent'], `00-${traceId}-${proxy.spanId}-01`);
    const [connection] = named('arrival').filter((span) => span.traceId !== traceId);
    assert.equal(connection?.parentSpanId, undefined);
    const dial = named('dial').find(({ parentSpanId }) => parentSpanId === connection?.spanId);
    assert.equal(JSON.parse(dialled)['traceparent'], `00-${connection?.traceId}-${dial?.spanId}-01`);
    for (const name of ['wake', 'dial', 'relay']) {
      const parents = named(name).map(({ parentSpanId }) => parentSpanId);
      assert.ok(parents.includes(connection?.spanId), name);
    }
  },
);

it(verifies('trace:context', 'without a collector the client’s own context is passed on'), async () => {
  await using test = await startTestServer();
  const app = await test.deploy({ name: 'untraced', command, workingDirectory });
  const { headers } = bearer(await test.token(app.id));
  const seen = await heard(await fetch(app.http(), { headers: { ...headers, traceparent } }));
  assert.equal(seen.headers['traceparent'], traceparent);
});

it('a server whose traces cannot be set up as asked does not start, and says why', async () => {
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = 'http://127.0.0.1:1';
  process.env.OTEL_TRACES_SAMPLER_ARG = '7';
  try {
    await assert.rejects(startTestServer(), /OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1, not 7/);
  } finally {
    delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
    delete process.env.OTEL_TRACES_SAMPLER_ARG;
  }
});
