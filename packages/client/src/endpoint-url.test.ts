import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpointUrl } from './endpoint-url.ts';

const base = 'https://localhost:8443/';
const http = 'https://localhost:8443/20251112/hostedApplications/ID/actions/invoke';
const ws = 'wss://localhost:8443/20251112/ws/hostedapplication/ID';

const cases = [
  ['http', undefined, http],
  ['http', 'chat', `${http}/chat`],
  ['http', '/chat?a=b%20c', `${http}/chat?a=b%20c`],
  ['http', '?a=b', `${http}?a=b`],
  ['http', '/a/../b', `${http}/a/../b`],
  ['ws', '/ws', `${ws}/ws`],
] as const;

for (const [kind, path, expected] of cases)
  test(`${kind} with path ${path} is ${expected}`, () =>
    assert.equal(endpointUrl(base, 'ID', { kind, ...(path !== undefined && { path }) }), expected));

for (const path of ['..', '/../x', '/%2e%2e/x', 'a/../../x', '/..?q', '#top'])
  test(`path ${path} is refused`, () =>
    assert.throws(() => endpointUrl(base, 'ID', { kind: 'http', path }), RangeError));

test('a plain base gives a plain WebSocket URL', () =>
  assert.match(endpointUrl('http://localhost:8080', 'ID', { kind: 'ws' }), /^ws:\/\/localhost:8080\//));

test('with a domain for applications it is on the host name of the application', () => {
  const id = `ocid1.kind.place.here.${'a2'.repeat(16)}`;
  const options = { appsDomain: 'apps.example.com' };
  const host = `${'a2'.repeat(16)}.apps.example.com`;
  for (const [kind, path, expected] of [
    ['http', undefined, `https://${host}:8443`],
    ['http', '/chat?a=b', `https://${host}:8443/chat?a=b`],
    ['ws', 'ws', `wss://${host}:8443/ws`],
  ] as const)
    assert.equal(endpointUrl(base, id, { kind, ...options, ...(path !== undefined && { path }) }), expected);
  assert.throws(() => endpointUrl(base, id, { kind: 'http', ...options, path: '/#top' }), RangeError);
});
