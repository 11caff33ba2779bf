import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { Problem } from '@mooring/contract';
import { verifies } from '@mooring/test/verifies';
import { answeredSubprotocol, offeredSubprotocols, offeredToken, sentinel } from './subprotocol.ts';

function handshake(protocols: string | undefined): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  if (protocols !== undefined) request.headers['sec-websocket-protocol'] = protocols;
  return request;
}

const encoded = (token: string): string => `${sentinel}.${Buffer.from(token).toString('base64url')}`;
const pair = `${encoded('a.b.c')}, ${sentinel}`;

const offers: [header: string | undefined, passed: string[], token: string | undefined][] = [
  [undefined, [], undefined],
  ['mcp', ['mcp'], undefined],
  ['mcp, other', ['mcp', 'other'], undefined],
  ['mcp ,other', ['mcp', 'other'], undefined],
  [pair, [], 'a.b.c'],
  [`mcp, ${pair}`, ['mcp'], 'a.b.c'],
  [`${pair}, mcp`, ['mcp'], 'a.b.c'],
  [sentinel, [], undefined],
  [encoded('a.b.c'), [], 'a.b.c'],
  [`${sentinel}., ${sentinel}`, [], ''],
  [`${encoded('with space')}, ${sentinel}`, [], ''],
  [`${encoded('line\r\nbreak')}, ${sentinel}`, [], ''],
  [`${encoded('\u{e9}')}, ${sentinel}`, [], ''],
  [`${sentinel}.!!!!, ${sentinel}`, [], ''],
  [`${sentinel}x`, [`${sentinel}x`], undefined],
];

for (const [header, passed, token] of offers) {
  test(verifies('upgrade:subprotocol:pair', `of "${header}" the replica sees [${passed.join(', ')}]`), () => {
    assert.deepEqual(offeredSubprotocols(handshake(header)), passed);
    assert.equal(offeredToken(handshake(header)), token);
  });
}

for (const header of ['', ',', 'mcp,', 'mcp mcp2', 'mcp, mcp', 'a/b', 'mcp;q=1', '"mcp"', 'caf\u{e9}']) {
  test(verifies('upgrade:subprotocol:malformed', `the list "${header}" is refused`), () => {
    assert.throws(
      () => offeredSubprotocols(handshake(header)),
      (error) => error instanceof Problem && error.status === 400,
    );
  });
}

test(
  verifies('upgrade:subprotocol:malformed', 'two tokens are refused, and the refusal names neither'),
  () => {
    assert.throws(
      () => offeredToken(handshake(`${encoded('a.b.c')}, ${encoded('d.e.f')}, ${sentinel}`)),
      (error) => error instanceof Problem && error.status === 400 && !error.message.includes(sentinel),
    );
  },
);

const answers: [offered: string | undefined, chosen: string | undefined, answer: string | undefined][] = [
  [undefined, undefined, undefined],
  ['mcp', 'mcp', 'mcp'],
  ['mcp', undefined, undefined],
  [`mcp, ${pair}`, 'mcp', 'mcp'],
  [`mcp, ${pair}`, undefined, sentinel],
  [pair, undefined, sentinel],
  [encoded('a.b.c'), undefined, undefined],
];

for (const [offered, chosen, answer] of answers) {
  test(
    verifies('upgrade:subprotocol:sentinel', `"${offered}" where the replica chose ${chosen} gets ${answer}`),
    () => assert.equal(answeredSubprotocol(handshake(offered), chosen), answer),
  );
}
