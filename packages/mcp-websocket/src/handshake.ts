/**
 * Handshake: decides before 101 whether a client may connect. What it checks stands beside what ws checks by itself
 * (method, key, version); both refuse with the same body.
 */
import type { IncomingMessage } from 'node:http';
import type { AllowOrigin } from './origin.ts';
import type { Refusal } from './refuse.ts';
import { timedOut, within } from './within.ts';

/** The subprotocol of MCP over WebSocket. */
export const subprotocol = 'mcp';

export interface HandshakeRules {
  readonly allowOrigin: AllowOrigin;
  /** Milliseconds that `allowOrigin` may take. */
  readonly timeout: number;
}

/** Undefined: the client may connect. Rejects with what `allowOrigin` throws. */
export async function examine(request: IncomingMessage, rules: HandshakeRules): Promise<Refusal | undefined> {
  if (!offers(request, subprotocol)) return noSubprotocol;
  const { origin } = request.headers;
  if (origin === undefined) return undefined;
  const verdict = await within(rules.timeout, ask(rules.allowOrigin, origin, request));
  if (verdict === timedOut) return tooSlow;
  return verdict ? undefined : foreignOrigin;
}

export const notFound: Refusal = {
  status: 404,
  code: 'NotAuthorizedOrNotFound',
  message: 'There is no WebSocket endpoint at this path.',
};

export const noSubprotocol: Refusal = {
  status: 400,
  code: 'InvalidParameter',
  message: `This endpoint speaks MCP: offer the subprotocol "${subprotocol}" in Sec-WebSocket-Protocol.`,
};

export const foreignOrigin: Refusal = {
  status: 403,
  code: 'NotAllowed',
  message: 'Pages of this origin may not connect. The owner of the server can allow it with allowOrigin.',
};

export const tooMany: Refusal = {
  status: 503,
  code: 'ServiceUnavailable',
  message: 'This server has as many connections as it takes. Try again later.',
  headers: { 'Retry-After': '5' },
};

export const draining: Refusal = {
  status: 503,
  code: 'ServiceUnavailable',
  message: 'This server is stopping. Try again in a moment.',
  headers: { 'Retry-After': '1' },
};

const tooSlow: Refusal = {
  status: 503,
  code: 'ServiceUnavailable',
  message: 'The server could not decide in time whether this origin may connect. Try again later.',
  headers: { 'Retry-After': '5' },
};

export const failed: Refusal = {
  status: 500,
  code: 'InternalServerError',
  message: 'The server failed to check this handshake. Its owner finds the cause in onerror.',
};

/** What ws found wrong with a handshake. */
export function malformed(error: Error): Refusal {
  return {
    status: 400,
    code: 'InvalidParameter',
    message: `This is no WebSocket handshake: ${error.message}.`,
    headers: { 'Sec-WebSocket-Version': '13' },
  };
}

/** True when the handshake is for exactly this path, whatever its query. */
export function isFor(request: IncomingMessage, path: string): boolean {
  return (request.url ?? '').split('?', 1)[0] === path;
}

function offers(request: IncomingMessage, wanted: string): boolean {
  const offered = request.headers['sec-websocket-protocol'] ?? '';
  return offered.split(',').some((name) => name.trim() === wanted);
}

/** Also a hook that throws at once rejects. */
async function ask(allowOrigin: AllowOrigin, origin: string, request: IncomingMessage): Promise<boolean> {
  return allowOrigin(origin, request);
}
