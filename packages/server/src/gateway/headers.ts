/**
 * Headers, both ways. Towards the replica: the client's, without credentials, hop-by-hop headers and what only we
 * may say, plus the verified caller. Towards the client: the replica's, without hop-by-hop headers.
 * (DESIGN "the wire"; RFC 9110 section 7.6.1.)
 */
import type { Call } from './authenticate.ts';

/** Header lines as Node's `rawHeaders` has them: name, value, name, value. */
export type RawHeaders = string[];

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/** Never taken from a client: credentials, and names that the replica may believe to be ours. */
function isOurs(name: string): boolean {
  return (
    name === 'authorization' ||
    name === 'host' ||
    name === 'forwarded' ||
    name === 'opc-request-id' ||
    name.startsWith('x-forwarded-') ||
    name.startsWith('mooring-') ||
    name.startsWith('sec-websocket-')
  );
}

/** What the client sent, as far as the replica may see it. */
function passedOn(rawHeaders: readonly string[], connection: string | undefined): RawHeaders {
  const named = new Set((connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
  const passed: RawHeaders = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const lower = name.toLowerCase();
    if (!hopByHop.has(lower) && !named.has(lower) && !isOurs(lower))
      passed.push(name, rawHeaders[index + 1] ?? '');
  }
  return passed;
}

export interface ReplicaHeadersOptions {
  /** Authority of the replica, for `Host`. */
  readonly authority: string;
  /** The `Mooring-Assertion` of this call; undefined for an anonymous caller. */
  readonly assertion: string | undefined;
}

/** Headers of a request or handshake to the replica. */
export function replicaHeaders(call: Call, { authority, assertion }: ReplicaHeadersOptions): RawHeaders {
  const { arrival, principal, route } = call;
  const { request, peer } = arrival;
  const headers = passedOn(request.rawHeaders, request.headers.connection);
  headers.push(
    'Host',
    authority,
    'X-Forwarded-For',
    peer.address,
    'X-Forwarded-Proto',
    peer.proto,
    'X-Forwarded-Host',
    peer.host,
    'X-Forwarded-Prefix',
    route.prefix,
    'opc-request-id',
    arrival.requestId,
  );
  if (assertion === undefined) return headers;
  headers.push(
    'Mooring-Subject',
    fieldValue(principal.subject),
    'Mooring-Client-Id',
    fieldValue(principal.clientId),
    'Mooring-Scope',
    fieldValue(principal.scope),
    'Mooring-Issuer',
    fieldValue(principal.issuer),
    'Mooring-Assertion',
    assertion,
  );
  return headers;
}

/** Headers of the replica's answer, as the client gets them. `opc-request-id` is ours. */
export function clientHeaders(
  rawHeaders: readonly string[],
  connection: string | undefined,
  requestId: string,
): RawHeaders {
  const named = new Set((connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
  const headers: RawHeaders = ['opc-request-id', requestId];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const lower = name.toLowerCase();
    const ours =
      lower === 'opc-request-id' || lower.startsWith('sec-websocket-') || lower.startsWith('mooring-');
    if (!hopByHop.has(lower) && !named.has(lower) && !ours) headers.push(name, rawHeaders[index + 1] ?? '');
  }
  return headers;
}

/** A claim is anybody's text; a header holds visible ASCII. The assertion carries the exact value. */
function fieldValue(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text.toWellFormed());
}
