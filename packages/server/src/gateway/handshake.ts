/** The WebSocket opening handshake, server side: an ordered list of refusals (RFC 6455 section 4.2.1). */
import { hash } from 'node:crypto';
import { Problem } from '@mooring/contract';
import type { InboundRequest } from './inbound.ts';

/** RFC 6455 section 1.3. */
const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Throws a Problem (InvalidParameter, UpgradeRequired) for a handshake that must not go on. */
export function checkHandshake(request: InboundRequest): void {
  const { headers, method, httpVersion } = request;
  if (method !== 'GET' || httpVersion !== '1.1') throw bad('is a GET of HTTP/1.1');
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0)
    throw bad('has no body');
  if (headers['sec-websocket-version'] !== '13') {
    throw new Problem(
      'UpgradeRequired',
      'Only WebSocket version 13 is spoken here. Send "Sec-WebSocket-Version: 13".',
      {
        headers: { 'sec-websocket-version': '13' },
      },
    );
  }
  const key = headers['sec-websocket-key'];
  if (key === undefined || !/^[+/0-9A-Za-z]{22}==$/.test(key)) {
    throw bad('carries a Sec-WebSocket-Key of 16 random bytes in base64');
  }
}

/** The `Sec-WebSocket-Accept` that answers a key. */
export function acceptKey(key: string): string {
  return hash('sha1', key + guid, 'base64');
}

function bad(what: string): Problem {
  return new Problem('InvalidParameter', `A WebSocket handshake ${what} (RFC 6455 section 4.1).`);
}
