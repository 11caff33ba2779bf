/** The example, run for real: the server as its own process, called by its client and others, in every way it offers. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { Client, type ClientOptions } from '@modelcontextprotocol/client';
import { WebSocketClientTransport } from '@mooring/mcp-websocket';
import { call, connect, rawStatus, startServer, startService, type Running } from './check.harness.ts';

const sacramento = { latitude: 38.58, longitude: -121.49 };

describe('the weather server without its service', () => {
  let server: Running;
  before(async () => {
    server = await startServer();
    await server.source;
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
  });

  it('says that it runs on sample data', async () => {
    assert.match(await server.source, /^weather is sample data, .*cannot be reached/);
  });

  for (const path of ['/ready', '/health'])
    it(`answers 200 at ${path}`, async () => {
      assert.equal((await fetch(`http://${server.host}${path}`)).status, 200);
    });

  const eras: { name: string; options: ClientOptions; version: string }[] = [
    { name: 'the legacy era', options: {}, version: '2025-11-25' },
    { name: 'the stateless era', options: { versionNegotiation: { mode: 'auto' } }, version: '2026-07-28' },
  ];
  for (const reach of ['ws', 'mcp'] as const)
    for (const { name, options, version } of eras)
      it(`has its three tools at /${reach} in ${name}`, async () => {
        const client = await connect(server.host, reach, options);
        assert.equal(client.getNegotiatedProtocolVersion(), version);
        const { tools } = await client.listTools();
        assert.deepEqual(
          tools.map((tool) => [tool.name, tool.inputSchema.required]),
          [
            ['get-weather', ['latitude', 'longitude']],
            ['get-alerts', ['state']],
            ['get-forecast', ['latitude', 'longitude']],
          ],
        );
        const { texts } = await call(client, 'get-alerts', { state: 'CA' });
        assert.equal(JSON.parse(texts[0] ?? '').length, 3);
        await client.close();
      });

  const cases: { tool: string; args: Record<string, unknown>; text: RegExp; isError?: true }[] = [
    {
      tool: 'get-alerts',
      args: { state: 'ny' },
      text: /"event": "Winter Storm Watch",\n +"area": "Northern Erie/,
    },
    { tool: 'get-alerts', args: { state: 'AK' }, text: /^\[\]$/ },
    {
      tool: 'get-weather',
      args: sacramento,
      text: /^Weather forecast for Today:\nTemperature: 71°F\nConditions: Sunny \(sample data\)\nWind: 5 to 10 mph NW$/,
    },
    { tool: 'get-forecast', args: sacramento, text: /"name": "Tomorrow Night",\n +"temperature": 52,/ },
    { tool: 'get-alerts', args: {}, text: /^Missing required argument: state$/ },
    {
      tool: 'get-weather',
      args: { latitude: 1 },
      text: /^Missing required arguments: latitude and longitude$/,
    },
    { tool: 'get-forecast', args: {}, text: /^Missing required arguments: latitude and longitude$/ },
    { tool: 'get-tea', args: {}, text: /^Unknown tool$/ },
    {
      tool: 'get-alerts',
      args: { state: '../x' },
      text: /^Error getting alerts: state: must be two/,
      isError: true,
    },
    {
      tool: 'get-forecast',
      args: { latitude: 48.2, longitude: 16.4 },
      text: /^Error getting forecast: .* 404\. It knows places in the United States only\.$/,
      isError: true,
    },
    {
      tool: 'get-weather',
      args: { latitude: 'x', longitude: 0 },
      text: /^Error getting weather: latitude: .*number/,
      isError: true,
    },
  ];
  for (const { tool, args, text, isError = false } of cases)
    it(`answers ${tool} ${JSON.stringify(args)} and says that it is sample data`, async () => {
      const client = await connect(server.host);
      const answer = await call(client, tool, args);
      assert.match(answer.texts[0] ?? '', text);
      assert.match(answer.texts[1] ?? '', /^sample data/);
      assert.equal(answer.isError, isError);
      await client.close();
    });

  it('serves its own client', async () => {
    const child = spawn(process.execPath, ['--conditions=mooring', 'client.ts', `ws://${server.host}/ws`], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output] = await Promise.all([child.stdout.toArray(), once(child, 'exit')]);
    assert.equal(child.exitCode, 0);
    const said = output.join('');
    assert.match(said, /^connected with MCP 2026-07-28\nget-weather: /);
    assert.match(said, /High Wind Warning[^]*sample data/);
  });

  it('refuses pages of other origins at /mcp, and other names for the loopback address', async () => {
    const url = `http://${server.host}/mcp`;
    const foreign = await fetch(url, { method: 'POST', headers: { Origin: 'https://evil.example' } });
    assert.equal(foreign.status, 403);
    const renamed = await rawStatus(
      server.host,
      'POST /mcp HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n\r\n',
    );
    assert.equal(renamed, 403);
  });

  it('tells a plain GET of /ws to upgrade', async () => {
    const response = await fetch(`http://${server.host}/ws`);
    assert.deepEqual([response.status, response.headers.get('upgrade')], [426, 'websocket']);
  });

  it('answers a request that offers h2c as if it did not', async () => {
    const lines = 'GET /ready HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n';
    assert.equal(await rawStatus(server.host, lines), 200);
  });
});

describe('the weather server with its service', () => {
  it('asks it by name, follows the forecast and says nothing of sample data', async () => {
    const asked: string[] = [];
    await using service = await startService((request, response) => {
      asked.push(`${request.headers['user-agent']} ${request.url}`);
      const path = request.url ?? '';
      const forecast = 'https://elsewhere.example//gridpoints/STO/41,68/forecast';
      const period = { name: 'Tonight', temperature: 50, temperatureUnit: 'F', shortForecast: 'Rain' };
      if (path.startsWith('/nws/points/')) response.end(JSON.stringify({ properties: { forecast } }));
      else if (path.startsWith('/nws//gridpoints/'))
        response.end(JSON.stringify({ properties: { periods: [period] } }));
      else response.end('{"features":[{"properties":{"event":"Flood"}}]}');
    });
    await using server = await startServer({ NWS_API_BASE: `${service.url}/nws/` });
    assert.equal(await server.source, `weather comes from ${service.url}/nws/`);
    const client = await connect(server.host);
    const alerts = await call(client, 'get-alerts', { state: 'CA' });
    const forecast = await call(client, 'get-forecast', { latitude: 38.581_599_9, longitude: -121.49 });
    await client.close();
    const nothing = { area: null, severity: null, status: null, headline: null };
    assert.deepEqual(
      alerts.texts.map((text) => JSON.parse(text)),
      [[{ event: 'Flood', ...nothing }]],
    );
    assert.match(forecast.texts[0] ?? '', /"shortForecast": "Rain"/);
    assert.deepEqual(asked, [
      'weather-app/1.0 /nws/alerts/active?area=CA',
      'weather-app/1.0 /nws/alerts/active?area=CA',
      'weather-app/1.0 /nws/points/38.5816,-121.49',
      'weather-app/1.0 /nws//gridpoints/STO/41,68/forecast',
    ]);
  });

  const failures: { name: string; listener: RequestListener; says: RegExp }[] = [
    {
      name: 'is overloaded',
      listener: (_request, response) => response.writeHead(503).end(),
      says: /with 503\. Try again/,
    },
    {
      name: 'talks nonsense',
      listener: (_request, response) => response.end('[]'),
      says: /something else than weather\. Try/,
    },
    {
      name: 'talks no JSON',
      listener: (_request, response) => response.end('<html>'),
      says: /something else than weather\. Try/,
    },
    {
      name: 'goes away',
      listener: (request) => request.socket.destroy(),
      says: /cannot be reached .*Try again/,
    },
    {
      name: 'does not stop talking',
      listener: (_request, response) => {
        const more = (): void => {
          while (response.write('x'.repeat(1 << 20)));
        };
        response.on('drain', more);
        more();
      },
      says: /more than 8388608 bytes\. Try/,
    },
  ];
  for (const { name, listener, says } of failures)
    it(`that ${name} later says so in the answer`, async () => {
      let isAway = false;
      await using service = await startService((request, response) => {
        if (isAway) listener(request, response);
        else response.end('{}');
      });
      await using server = await startServer({ NWS_API_BASE: service.url });
      await server.source;
      isAway = true;
      const client = await connect(server.host);
      const { texts, isError } = await call(client, 'get-alerts', { state: 'CA' });
      await client.close();
      assert.match(texts[0] ?? '', /^Error getting alerts: /);
      assert.match(texts[0] ?? '', says);
      assert.equal(isError, true);
    });
});

it('a service that does not answer delays the weather server two seconds, in which it lives but is not ready', async () => {
  await using service = await startService(() => {});
  const begin = performance.now();
  await using server = await startServer({ NWS_API_BASE: service.url });
  const status = async (path: string) => (await fetch(`http://${server.host}${path}`)).status;
  assert.deepEqual([await status('/health'), await status('/ready')], [200, 503]);
  assert.match(await server.source, /sample data.*did not answer in time/);
  assert.ok(performance.now() - begin > 2_000);
  assert.equal(await status('/ready'), 200);
});

describe('the weather server that is told to stop', () => {
  it('closes its connections with 1012 and exits 0', async () => {
    await using server = await startServer();
    const client = new Client({ name: 'check', version: '1.0.0' });
    const transport = new WebSocketClientTransport(`ws://${server.host}/ws`);
    await client.connect(transport);
    const exited = once(server.child, 'exit');
    server.child.kill('SIGTERM');
    assert.deepEqual(await exited, [0, null]);
    assert.equal(transport.closing?.code, 1012);
  });

  it('says what is wrong with its environment and exits 1', async () => {
    const child = spawn(process.execPath, ['--conditions=mooring', 'server.ts'], {
      cwd: import.meta.dirname,
      env: { ...process.env, PORT: 'web' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [errors] = await Promise.all([child.stderr.toArray(), once(child, 'exit')]);
    assert.equal(child.exitCode, 1);
    assert.match(errors.join(''), /PORT/);
  });
});
