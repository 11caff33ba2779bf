import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { verifies, type RequirementId } from '@mooring/test/verifies';
import { defaultSettings } from '@mooring/contract';
import { anonymous } from '../identity/principal.ts';
import type { Call } from './authenticate.ts';
import { clientHeaders, passedTrailers, replicaHeaders } from './headers.ts';

function call(rawHeaders: string[]): Call {
  const request = new IncomingMessage(new Socket());
  request.rawHeaders = rawHeaders;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    const earlier = request.headers[name];
    const value = rawHeaders[index + 1] ?? '';
    request.headers[name] = earlier === undefined ? value : `${String(earlier)}, ${value}`;
  }
  const auth = { kind: 'none' } as const;
  return {
    principal: anonymous,
    arrival: {
      request,
      target: { path: '/x', query: '' },
      peer: { address: '198.51.100.7', proto: 'https', host: 'apps.example.com' },
      requestId: 'REQUEST',
      signal: new AbortController().signal,
    },
    route: {
      endpoint: {
        applicationId: 'id',
        name: 'test',
        auth,
        settings: defaultSettings,
        replicas: [],
        notice: undefined,
      },
      form: 'invoke',
      path: '/x',
      pathname: '/x',
      prefix: '/20251112/hostedApplications/id/actions/invoke',
    },
  };
}

/** Header lines as Node has them: name, value, name, value. */
const raw = (...lines: string[]): string[] =>
  lines.flatMap((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);

const ours = raw(
  'Host: 127.0.0.1:1',
  'X-Forwarded-For: 198.51.100.7',
  'X-Forwarded-Proto: https',
  'X-Forwarded-Host: apps.example.com',
  'X-Forwarded-Prefix: /20251112/hostedApplications/id/actions/invoke',
  'opc-request-id: REQUEST',
);
const towards = (rawHeaders: string[]): string[] =>
  replicaHeaders(call(rawHeaders), { authority: '127.0.0.1:1' });

const cases: [id: RequirementId, name: string, sent: string[], passed: string[]][] = [
  ['forward:headers', 'no header', [], []],
  [
    'forward:headers',
    'order, spelling and repetition',
    raw('X-b: 1', 'x-A: 2', 'X-B: 3', 'Accept: */*', 'Cookie: a=1'),
    raw('X-b: 1', 'x-A: 2', 'X-B: 3', 'Accept: */*', 'Cookie: a=1'),
  ],
  [
    'forward:headers',
    'a body and its framing',
    raw('Content-Length: 3', 'Content-Type: text/plain', 'Expect: 100-continue', 'Trailer: x-t'),
    raw('Content-Length: 3', 'Content-Type: text/plain', 'Expect: 100-continue', 'Trailer: x-t'),
  ],
  ['forward:credentials', 'Authorization', raw('Authorization: Bearer x', 'AUTHORIZATION: Basic y'), []],
  ['forward:credentials', 'Proxy-Authorization', raw('Proxy-Authorization: Basic x'), []],
  [
    'forward:credentials',
    'the token among the subprotocols',
    raw('Sec-WebSocket-Protocol: base64UrlBearerAuthorization.eA, base64UrlBearerAuthorization'),
    [],
  ],
  [
    'forward:hop-by-hop',
    'what belongs to the connection',
    raw(
      'Connection: keep-alive',
      'Keep-Alive: timeout=5',
      'Proxy-Connection: keep-alive',
      'TE: trailers',
      'Transfer-Encoding: chunked',
      'Upgrade: h2c',
      'HTTP2-Settings: x',
      'Proxy-Authenticate: Basic',
    ),
    [],
  ],
  [
    'forward:hop-by-hop',
    'what Connection names, in every spelling',
    raw('Connection: close, X-One', 'connection:  x-TWO ,', 'x-one: 1', 'X-Two: 2', 'X-Three: 3'),
    raw('X-Three: 3'),
  ],
  [
    'forward:framing',
    'but not the length of the body, which says where the next request begins',
    raw('Connection: Content-Length', 'Content-Length: 3'),
    raw('Content-Length: 3'),
  ],
  [
    'forward:reserved',
    'names that are ours',
    raw(
      'X-Forwarded-For: 1.2.3.4',
      'x-forwarded-proto: ftp',
      'X-FORWARDED-PREFIX: /evil',
      'X-Forwarded-Anything: x',
      'Forwarded: for=1.2.3.4',
      'Host: evil.example',
      'Mooring-Subject: admin',
      'mooring-assertion: forged',
      'Mooring-New: x',
      'opc-request-id: theirs',
    ),
    [],
  ],
  [
    'forward:reserved',
    'names that some servers take for ours',
    raw('Mooring_Subject: admin', 'X_Forwarded_For: 1.2.3.4', 'mooring_assertion: x', 'X_Other: 1'),
    raw('X_Other: 1'),
  ],
];

for (const [id, name, sent, passed] of cases) {
  test(verifies(id, `towards the replica: ${name}`), () => {
    assert.deepEqual(towards(sent), [...passed, ...ours]);
  });
}

test(verifies('answer:headers', 'towards the client: what is the connection’s or ours stays behind'), () => {
  const sent = raw(
    'Set-Cookie: a=1',
    'Set-Cookie: b=2',
    'Content-Length: 3',
    'X-Forwarded-For: 1.2.3.4',
    'Connection: X-Hop',
    'X-Hop: 1',
    'Keep-Alive: timeout=5',
    'Transfer-Encoding: chunked',
    'opc-request-id: theirs',
    'Sec-WebSocket-Accept: x',
    'Sec-WebSocket-Protocol: mcp',
    'Mooring-Subject: someone',
    'mooring-assertion: assertion',
    'Upgrade: websocket',
    'Trailer: x-t',
  );
  assert.deepEqual(
    clientHeaders(sent, 'X-Hop', 'REQUEST'),
    raw(
      'opc-request-id: REQUEST',
      'Set-Cookie: a=1',
      'Set-Cookie: b=2',
      'Content-Length: 3',
      'X-Forwarded-For: 1.2.3.4',
      'Trailer: x-t',
    ),
  );
});

test(verifies('http:trailers', 'what may not be a header may not be a trailer'), () => {
  const sent = raw('X-Sum: 1', 'Mooring-Subject: admin', 'Authorization: x', 'x-sum: 2', 'Connection: close');
  assert.deepEqual(passedTrailers(sent, 'replica'), [
    ['X-Sum', '1'],
    ['x-sum', '2'],
  ]);
  assert.deepEqual(passedTrailers(raw('X-Sum: 1', 'opc-request-id: theirs'), 'client'), [['X-Sum', '1']]);
});
