/** Traces, as a collector gets them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { it } from 'node:test';
import { verifies } from '@mooring/test/verifies';
import { z } from 'zod';
import { heard } from '../fixtures/heard.ts';
import { bearer, openLive } from '../fixtures/live.ts';
import { startTestServer } from '../fixtures/server.ts';

const exported = z.object({
  resourceSpans: z.array(
    z.object({
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              name: z.string(),
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
            }),
          ),
        }),
      ),
    }),
  ),
});
type Span = z.infer<typeof exported>['resourceSpans'][number]['scopeSpans'][number]['spans'][number];

const workingDirectory = new URL('../fixtures', import.meta.url).pathname;
const command = ['node', '--conditions=mooring', 'echo-app.ts'];
const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

interface Collector extends AsyncDisposable {
  readonly url: string;
  readonly spans: Span[];
}

async function startCollector(): Promise<Collector> {
  const spans: Span[] = [];
  const take = (body: unknown): void => {
    const { resourceSpans } = exported.parse(body);
    spans.push(...resourceSpans.flatMap((one) => one.scopeSpans.flatMap((scope) => scope.spans)));
  };
  const server = createServer((request, response) => {
    void json(request)
      .then((body) => take(body))
      .then(() => response.setHeader('content-type', 'application/json').end('{}'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(isAddress(address));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${address.port}`, spans, [Symbol.asyncDispose]: close };
}

const isAddress = (address: AddressInfo | string | null): address is AddressInfo =>
  typeof address === 'object' && address !== null;

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
    try {
      await using test = await startTestServer();
      const app = await test.deploy({ name: 'traced', command, workingDirectory });
      const { headers } = bearer(await test.token(app.id));
      seen = await heard(await fetch(app.http(), { headers: { ...headers, traceparent } }));
      using live = await openLive(app.ws(), { headers });
      live.send('hello');
      await live.next();
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
