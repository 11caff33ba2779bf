import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { fetchJson, type Resolve } from './fetch-json.ts';

const limits = { allowPrivate: true, maxBytes: 1000 };
const soon = () => AbortSignal.timeout(5000);
let server: Server;
let base: string;
let connections = 0;

before(async () => {
  server = createServer((request, response) => {
    if (request.url === '/good') response.end('{"a":1}');
    else if (request.url === '/text') response.end('hello');
    else if (request.url === '/moved') response.writeHead(302, { location: '/good' }).end();
    else if (request.url === '/large') response.end(JSON.stringify({ a: 'x'.repeat(2000) }));
    else if (request.url === '/endless')
      void (response.write('['), setImmediate(() => response.write(' '.repeat(5000))));
    else if (request.url === '/stuck') response.write('{');
    else if (request.url !== '/silent') response.writeHead(404).end();
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

after(() => {
  server.closeAllConnections();
  server.close();
});

const get = (path: string, options = {}) =>
  fetchJson(new URL(path, base), { ...limits, signal: soon(), ...options });

test('a JSON document is read, another status is told without a body', async () => {
  assert.deepEqual(await get('/good'), { status: 200, body: { a: 1 } });
  assert.deepEqual(await get('/none'), { status: 404, body: undefined });
});

test('a redirect is not followed', async () => {
  assert.deepEqual(await get('/moved'), { status: 302, body: undefined });
});

test('what is no JSON is refused', () => assert.rejects(get('/text'), /did not answer with JSON/));

test('a document over the limit is refused, with or without its length', async () => {
  await assert.rejects(get('/large'), /larger than 1000 bytes/);
  await assert.rejects(get('/endless'), /larger than 1000 bytes/);
});

for (const path of ['/silent', '/stuck'])
  test(`a server that stops talking (${path}) is given up in time`, () =>
    assert.rejects(get(path, { signal: AbortSignal.timeout(50) }), /took too long/));

test('a server that is not there is told as such', async () => {
  await assert.rejects(
    fetchJson(new URL('http://127.0.0.1:1/'), { ...limits, signal: soon() }),
    /could not be fetched/,
  );
});

const private_ = { ...limits, allowPrivate: false };
const unasked = [
  'https://127.0.0.1/',
  'https://[::1]/',
  'https://0x7f.1/',
  'https://2130706433/',
  'http://example.org/',
  'ftp://example.org/',
];
for (const url of unasked)
  test(`${url} is refused before any connection`, () =>
    assert.rejects(
      fetchJson(new URL(url), { ...private_, signal: soon() }),
      /not a public address|plain http|neither http/,
    ));

const names: [string, string[]][] = [
  ['a loopback address', ['127.0.0.1']],
  ['a public and a private address', ['93.184.216.34', '10.0.0.1']],
  ['an IPv6 loopback address', ['::1']],
  ['no address', []],
];
for (const [what, addresses] of names)
  test(`a name that leads to ${what} is refused without a connection`, async () => {
    const resolve: Resolve = (_name, _options, done) =>
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    const before = connections;
    const url = new URL(`https://issuer.test:${new URL(base).port}/`);
    await assert.rejects(
      fetchJson(url, { ...private_, resolve, signal: soon() }),
      /not a public address|has no address/,
    );
    assert.equal(connections, before);
  });
