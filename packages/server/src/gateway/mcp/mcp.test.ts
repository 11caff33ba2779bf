/** What the gateway hears of messages, on real sockets. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type RequestListener } from 'node:http';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { verifies } from '@mooring/test/verifies';
import { WebSocket } from 'ws';
import type { McpListener } from '../../observe/mcp/listener.ts';
import { Arrivals } from '../../observe/arrivals.ts';
import { Labels } from '../../observe/labels.ts';
import { Metrics } from '../../observe/metrics.ts';
import { noObserver, type Observer } from '../../observe/observer.ts';
import { watchWith } from '../../observe/watch.ts';
import { ask, bearer, host, startGateway, startReplica, type TestGateway } from '../gateway.fixture.ts';
import { until } from '../relay.fixture.ts';
import { readLimit } from './gathering.ts';

/** Who writes down what is heard. */
function recorder() {
  const heard: string[] = [];
  const listener: McpListener = {
    heard: (from, bytes) => heard.push(`${from}: ${bytes.toString()}`),
    unread: (from, size) => heard.push(`${from}: unread ${size}`),
    end: (how) => heard.push(how?.isResumable ? 'end, resumable' : 'end'),
  };
  const observer: Observer = {
    ...noObserver,
    arrive: (arrived) => ({
      ...noObserver.arrive(arrived),
      listen: (how) => (heard.push(`listen ${how.transport}`), listener),
    }),
  };
  return { heard, observer };
}

const echo = (socket: WebSocket): void =>
  void socket.on('message', (data: Buffer, isBinary) => socket.send(data, { binary: isBinary }));

async function open(gateway: TestGateway, path: string): Promise<WebSocket> {
  const url = `ws://localhost:${gateway.port}${path}`;
  const options = { family: 4, headers: bearer, perMessageDeflate: { threshold: 0 } };
  const socket = new WebSocket(url, options);
  await once(socket, 'open');
  return socket;
}

async function say(socket: WebSocket, data: string | Buffer): Promise<string> {
  socket.send(data);
  const [answer]: Buffer[] = await once(socket, 'message');
  return answer?.toString() ?? '';
}

async function close(socket: WebSocket): Promise<void> {
  const closed = once(socket, 'close');
  socket.close();
  await closed;
}

const json = { 'content-type': 'application/json' };
const settings = { mcpTelemetry: true };

describe('messages of an application', () => {
  it(
    verifies(
      ['mcp:telemetry:off', 'upgrade:extension'],
      'are not heard unless it wants that, and may be compressed',
    ),
    async () => {
      const { heard, observer } = recorder();
      await using replica = await startReplica({
        webSocket: echo,
        perMessageDeflate: true,
        http: (request, response) =>
          void request.pipe(response.setHeader('content-type', 'application/json')),
      });
      await using gateway = await startGateway({ observer });
      const app = host(gateway.directory, [replica]);
      const socket = await open(gateway, app.live());
      assert.match(socket.extensions, /permessage-deflate/);
      assert.equal(await say(socket, '{"a":1}'), '{"a":1}');
      await close(socket);
      const headers = { ...json, 'accept-encoding': 'gzip' };
      const { body } = await ask(gateway.port, app.invoke(), { method: 'POST', headers, body: '{"b":2}' });
      assert.equal(body, '{"b":2}');
      assert.equal(replica.requests[1]?.headers['accept-encoding'], 'gzip');
      assert.deepEqual(heard, []);
    },
  );

  it(
    verifies(
      'mcp:telemetry',
      'over WebSocket are heard when they have gone on, uncompressed and as they were',
    ),
    async () => {
      const { heard, observer } = recorder();
      await using replica = await startReplica({ webSocket: echo, perMessageDeflate: true });
      await using gateway = await startGateway({ observer });
      const app = host(gateway.directory, [replica], { settings });
      const socket = await open(gateway, app.live());
      assert.equal(socket.extensions, '');
      const large = 'é'.repeat(readLimit);
      for (const text of ['{"a":1}', 'not JSON', '', large]) assert.equal(await say(socket, text), text);
      await say(socket, Buffer.from('binary'));
      socket.send('frag', { fin: false });
      assert.equal(await say(socket, 'mented'), 'fragmented');
      await close(socket);
      await until(() => heard.at(-1) === 'end');
      const size = 2 * readLimit;
      const told = ['{"a":1}', 'not JSON', '', `unread ${size}`, 'unread 6', 'fragmented'];
      assert.deepEqual(heard, [
        'listen websocket',
        ...told.flatMap((one) => [`client: ${one}`, `replica: ${one}`]),
        'end',
      ]);
    },
  );

  it('over WebSocket harm nobody when a connection breaks within one', async () => {
    const { heard, observer } = recorder();
    await using replica = await startReplica({ webSocket: echo });
    await using gateway = await startGateway({ observer });
    const app = host(gateway.directory, [replica], { settings });
    const socket = await open(gateway, app.live());
    socket.send('{"half":', { fin: false });
    await until(() => gateway.gateway.connections.traffic().applications.get(app.id)?.total.bytesIn === 14);
    socket.terminate();
    await until(() => heard.at(-1) === 'end');
    assert.deepEqual(heard, ['listen websocket', 'end']);
  });

  it(
    verifies('mcp:telemetry', 'that are garbage harm neither their connection nor the figures'),
    async () => {
      const labels = new Labels(10);
      const arrivals = new Arrivals((id) => (labels.give(id) ? id : 'other'));
      using metrics = new Metrics({
        version: '0',
        labels,
        applications: () => gateway.directory.all(),
        reports: async () => [
          { families: await arrivals.report(), traffic: gateway.gateway.connections.traffic() },
        ],
        running: () => undefined,
      });
      await using replica = await startReplica({ webSocket: echo });
      await using gateway = await startGateway({ observer: watchWith({ arrivals, tracing: undefined }) });
      const app = host(gateway.directory, [replica], { settings });
      const socket = await open(gateway, app.live());
      const v = { jsonrpc: '2.0' };
      const garbage = [
        '',
        '['.repeat(200_000),
        '{"jsonrpc":"2.0"',
        JSON.stringify({ ...v, id: 1, method: 'x'.repeat(9000), params: { _meta: { traceparent: {} } } }),
        JSON.stringify({ ...v, id: { a: 1 }, method: '__proto__' }),
        JSON.stringify({
          ...v,
          id: 'x'.repeat(500),
          method: 'tools/call',
          params: { name: { toString: 1 } },
        }),
        JSON.stringify([
          { ...v, id: 2, method: 'ping' },
          { ...v, id: 2, error: null },
        ]),
        JSON.stringify(Array.from({ length: 5000 }, (_, id) => ({ ...v, id, method: `m${id}` }))),
      ];
      for (const text of garbage) assert.equal(await say(socket, text), text);
      await close(socket);
      await gateway.entry('connection closed');
      const text = await metrics.read();
      const count = (labels: string): number =>
        text
          .split('\n')
          .filter((line) => line.startsWith('mooring_mcp_requests_total{') && line.includes(labels))
          .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
      const asked = 2 * (1 + 1 + 1 + 1 + 5000);
      assert.equal(count(''), asked);
      assert.equal(count('method="other"'), asked - 4);
      assert.match(text, /mooring_mcp_message_bytes_count\{[^}]*direction="in",kind="unparsed"\} 3\n/);
      assert.ok(
        text.split('\n').filter((line) => line.startsWith('mooring_mcp_requests_total{')).length < 20,
      );
    },
  );

  const sse: RequestListener = (request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    request.resume().once('end', () => response.write('data: {"first":1}\n\n'));
    request.socket.once('go', () => response.end('data: {"second":2}\n\ndata: cut'));
  };

  it(verifies('mcp:telemetry', 'over HTTP are heard in bodies, uncompressed'), async () => {
    const { heard, observer } = recorder();
    await using replica = await startReplica({
      http: (request, response) => {
        response.setHeader('content-type', 'application/json; charset=utf-8');
        request.pipe(response);
      },
    });
    await using gateway = await startGateway({ observer });
    const app = host(gateway.directory, [replica], { settings });
    const headers = { ...json, 'accept-encoding': 'gzip' };
    const post = async (body: string | Buffer, more: Record<string, string> = {}): Promise<string> =>
      (
        await ask(gateway.port, app.invoke('/mcp'), {
          method: 'POST',
          headers: { ...headers, ...more },
          body,
        })
      ).body;
    assert.equal(await post('{"a":1}'), '{"a":1}');
    assert.equal(replica.requests[0]?.headers['accept-encoding'], 'identity');
    const large = 'x'.repeat(readLimit + 1);
    assert.equal(await post(large), large);
    const packed = gzipSync('{}');
    await post(packed, { 'content-encoding': 'gzip' });
    await ask(gateway.port, app.invoke('/page'), { method: 'POST', body: 'form' });
    await ask(gateway.port, app.invoke('/page'));
    assert.deepEqual(heard, [
      'listen http',
      'client: {"a":1}',
      'replica: {"a":1}',
      'end',
      'listen http',
      `client: unread ${large.length}`,
      `replica: unread ${large.length}`,
      'end',
      'listen http',
      `client: unread ${packed.length}`,
      // The replica of this test does not say that it answers compressed.
      `replica: ${packed.toString()}`,
      'end',
    ]);
  });

  it(
    verifies('mcp:telemetry', 'over HTTP are heard in events as they come, and none is held back'),
    async () => {
      const { heard, observer } = recorder();
      await using replica = await startReplica({ http: sse });
      await using gateway = await startGateway({ observer });
      const app = host(gateway.directory, [replica], { settings });
      const headers = { ...bearer, ...json };
      const request = httpRequest({ port: gateway.port, path: app.invoke(), method: 'POST', headers });
      request.end('{"a":1}');
      const [answer]: IncomingMessage[] = await once(request, 'response');
      const chunks: string[] = [];
      answer?.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
      await until(() => chunks.length === 1 && heard.length === 3);
      assert.deepEqual(heard, ['listen http', 'client: {"a":1}', 'replica: {"first":1}']);
      replica.requests[0]?.socket.emit('go');
      await until(() => answer?.complete === true && heard.at(-1) === 'end, resumable');
      assert.equal(chunks.join(''), 'data: {"first":1}\n\ndata: {"second":2}\n\ndata: cut');
      assert.deepEqual(heard.slice(3), ['replica: {"second":2}', 'end, resumable']);
    },
  );
});
