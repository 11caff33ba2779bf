/**
 * Header name: what the gateway thinks of a header, by its name alone. Names are few and come again with every request,
 * so each is looked at once.
 */
import { Lru } from '../kit/lru.ts';

export interface HeaderName {
  /** In lower case. */
  readonly lower: string;
  /** For one hop only (RFC 9110 section 7.6.1). */
  readonly isHopByHop: boolean;
  /** A second copy could make two readers disagree. */
  readonly isSingle: boolean;
  /** Never taken from a client. */
  readonly isOurs: boolean;
  /** Never taken from a replica. */
  readonly isForNobody: boolean;
}

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

const single = new Set(['host', 'authorization', 'content-length', 'origin', 'upgrade']);

/** Names that are remembered, and the longest one of them. */
const remembered = 1000;
const longest = 64;

const known = new Lru<string, HeaderName>(remembered);

/** @param name as it is spelled */
export function headerName(name: string): HeaderName {
  const kept = known.get(name);
  if (kept !== undefined) return kept;
  const lower = name.toLowerCase();
  const made = {
    lower,
    isHopByHop: hopByHop.has(lower),
    isSingle: single.has(lower) || lower.startsWith('sec-websocket-'),
    isOurs: isOurs(lower),
    isForNobody: isForNobody(lower),
  };
  if (name.length <= longest) known.set(name, made);
  return made;
}

/**
 * Never taken from a client: credentials, and names that the replica may believe to be ours. An underscore counts as
 * a hyphen, because CGI and its descendants cannot tell the two apart.
 */
function isOurs(name: string): boolean {
  const spelled = name.replaceAll('_', '-');
  return (
    spelled === 'authorization' ||
    spelled === 'opc-obo-token' ||
    spelled === 'host' ||
    spelled === 'forwarded' ||
    spelled === 'opc-request-id' ||
    // A replica knows its session by another name (affinity.ts).
    spelled === 'mcp-session-id' ||
    spelled.startsWith('x-forwarded-') ||
    spelled.startsWith('mooring-') ||
    spelled.startsWith('sec-websocket-')
  );
}

/** Never taken from a replica: what only we say to a client, and what it was told about the caller. */
function isForNobody(name: string): boolean {
  return (
    name === 'opc-request-id' ||
    name.startsWith('access-control-') ||
    name.startsWith('sec-websocket-') ||
    name.startsWith('mooring-')
  );
}

/** The last line of that name. Undefined: there is none. @param rawHeaders name, value, name, value */
export function lastLine(rawHeaders: readonly string[], lower: string): string | undefined {
  for (let index = rawHeaders.length - 2; index >= 0; index -= 2)
    if (isNamed(rawHeaders[index], lower)) return rawHeaders[index + 1];
  return undefined;
}

export const hasLine = (rawHeaders: readonly string[], lower: string): boolean =>
  lastLine(rawHeaders, lower) !== undefined;

/** True for a header of that name, however it is spelled. @param lower in lower case */
export const isNamed = (name: string | undefined, lower: string): boolean =>
  name !== undefined && name.length === lower.length && name.toLowerCase() === lower;
