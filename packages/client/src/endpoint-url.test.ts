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
