/**
 * Headers, both ways. Towards the replica: the client's, without credentials, hop-by-hop headers and what only we
 * may say. Towards the client: the replica's, without hop-by-hop headers.
 * (docs/wire.md, what reaches the replica; RFC 9110 section 7.6.1.)
 */
import type { IncomingMessage } from 'node:http';
import type { Preference } from './affinity.ts';
import { headerName, isNamed, type HeaderName } from './header-name.ts';
import type { Call } from './authenticate.ts';

/** Header lines as Node's `rawHeaders` has them: name, value, name, value. */
export type RawHeaders = string[];

const isOurs = ({ isOurs: is }: HeaderName): boolean => is;
const isOursTraced = ({ isOurs: is, lower }: HeaderName): boolean => is || lower === 'traceparent';
const isForNobody = ({ isForNobody: is }: HeaderName): boolean => is;

/** The lines that go on: not those of one hop, not those that `Connection` names, not those that are `kept` here. */
function passedOn(
  rawHeaders: readonly string[],
  connection: string | undefined,
  kept: (name: HeaderName) => boolean,
): RawHeaders {
  const named = namesIn(connection);
  const passed: RawHeaders = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const spelled = rawHeaders[index] ?? '';
    const name = headerName(spelled);
    if (!name.isHopByHop && !named?.has(name.lower) && !kept(name))
      passed.push(spelled, rawHeaders[index + 1] ?? '');
  }
  return passed;
}

/** What a `Connection` names. */
function namesIn(connection: string | undefined): Set<string> | undefined {
  if (connection === undefined || isNamed(connection, 'keep-alive') || isNamed(connection, 'upgrade'))
    return undefined;
  const named = new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
  // Without the length of a body its reader would take the body for the next request.
  named.delete('content-length');
  return named;
}

export interface ReplicaHeadersOptions {
  /** Authority of the replica, for `Host`. */
  readonly authority: string;
  /** The replica that the caller had, if any. */
  readonly preference?: Preference | undefined;
  /** Instead of the client's. Undefined: what the client sent. */
  readonly traceparent?: string | undefined;
}

/** Headers of a request or handshake to the replica, but for those that say who calls (identity-lines.ts). */
export function replicaHeaders(
  call: Call,
  { authority, preference, traceparent }: ReplicaHeadersOptions,
): RawHeaders {
  const { arrival, route } = call;
  const { request, peer } = arrival;
  const kept = traceparent === undefined ? isOurs : isOursTraced;
  const headers = passedOn(request.rawHeaders, request.headers.connection, kept);
  if (preference?.kind === 'session') headers.push('Mcp-Session-Id', preference.upstreamId);
  headers.push(
    'Host',
    authority,
    'X-Forwarded-For',
    peer.address,
    'X-Forwarded-Proto',
    peer.proto,
    'X-Forwarded-Host',
    peer.host,
  );
  if (route.prefix !== '') headers.push('X-Forwarded-Prefix', route.prefix);
  headers.push('opc-request-id', arrival.requestId);
  if (traceparent !== undefined) headers.push('traceparent', traceparent);
  return headers;
}

/** Headers of the replica's answer, as the client gets them. `opc-request-id` is ours. */
export function clientHeaders(
  rawHeaders: readonly string[],
  connection: string | undefined,
  requestId: string,
): RawHeaders {
  return ['opc-request-id', requestId, ...passedOn(rawHeaders, connection, isForNobody)];
}

/** Trailers of a body, either way, as `addTrailers` takes them: what may not be a header may not be a trailer. */
export function passedTrailers(rawTrailers: readonly string[], to: 'replica' | 'client'): [string, string][] {
  const passed = passedOn(rawTrailers, undefined, to === 'replica' ? isOurs : isForNobody);
  return passed.flatMap((name, index) => (index % 2 === 0 ? [[name, passed[index + 1] ?? '']] : []));
}

/** True when a body comes behind the head (RFC 9112 section 6.3). */
export function hasBody({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
}
