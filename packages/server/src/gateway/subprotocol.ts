/**
 * Subprotocols of an upgrade: what the client offered, without the credential that a browser hides among them.
 * The credential is the pair `base64UrlBearerAuthorization.<base64url token>` + `base64UrlBearerAuthorization`.
 */
import { Problem } from '@mooring/contract';
import type { InboundRequest } from './inbound.ts';

export const sentinel = 'base64UrlBearerAuthorization';

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** What was offered, in order, credential entries included. Throws a Problem for a malformed list (RFC 6455 section 4.1). */
function offered(request: InboundRequest): string[] {
  const header = request.headers['sec-websocket-protocol'];
  if (header === undefined) return [];
  const names = header.split(',').map((name) => name.trim());
  if (names.every((name) => token.test(name)) && new Set(names).size === names.length) return names;
  throw new Problem(
    'InvalidParameter',
    'Sec-WebSocket-Protocol must be a list of different names, separated by commas.',
  );
}

const isCredential = (name: string): boolean => name === sentinel || name.startsWith(`${sentinel}.`);

/** The subprotocols that go on to the replica. */
export function offeredSubprotocols(request: InboundRequest): string[] {
  return offered(request).filter((name) => !isCredential(name));
}

/** The token that was offered, if any. Undecodable: an empty string, which no verifier accepts. */
export function offeredToken(request: InboundRequest): string | undefined {
  const entries = offered(request).filter((name) => name.startsWith(`${sentinel}.`));
  if (entries.length === 0) return undefined;
  if (entries.length > 1)
    throw new Problem('InvalidParameter', 'Offer one token in Sec-WebSocket-Protocol, not several.');
  const text = Buffer.from((entries[0] ?? '').slice(sentinel.length + 1), 'base64url').toString('utf8');
  return /^[\x21-\x7e]+$/.test(text) ? text : '';
}

/**
 * The subprotocol of our answer: the replica's choice; else the sentinel where it was offered, because a browser
 * fails a handshake that gets none back; never the entry with the token.
 */
export function answeredSubprotocol(request: InboundRequest, chosen: string | undefined): string | undefined {
  if (chosen !== undefined) return chosen;
  return offered(request).includes(sentinel) ? sentinel : undefined;
}
