/**
 * Origin: may the web page that opens this connection do so? Without a rule, any page that a user of this machine
 * has open could drive a server on its loopback address.
 */
import type { IncomingMessage } from 'node:http';

/** True to admit. Called only when the handshake has an Origin header, which browsers always send. */
export type AllowOrigin = (origin: string, request: IncomingMessage) => boolean | Promise<boolean>;

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The default rule: pages served from this machine, and whatever comes through Mooring, which has an allow-list of
 * its own. Mooring puts `opc-request-id` on every handshake; no page can put a header on one.
 */
export function allowKnownOrigin(origin: string, request: IncomingMessage): boolean {
  if (request.headers['opc-request-id'] !== undefined) return true;
  return URL.canParse(origin) && loopback.has(new URL(origin).hostname);
}
