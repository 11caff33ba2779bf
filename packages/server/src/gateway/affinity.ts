/**
 * Affinity: what brings a caller back to the replica that it had. An MCP session by its `Mcp-Session-Id`, which names
 * the replica and belongs to one caller of one application; beside it a header or a cookie that the application's
 * settings name. Nothing is kept here: the client brings it along, sealed, and every server can open it.
 */
import { invokePath, livePath, Problem } from '@mooring/contract';
import type { Call } from './authenticate.ts';
import { hasLine, isNamed } from './header-name.ts';
import type { RawHeaders } from './headers.ts';
import type { Seal } from './seal.ts';

export type Preference =
  /** This replica and no other. `upstreamId` is the session's name there. */
  | { readonly kind: 'session'; readonly replicaId: string; readonly upstreamId: string }
  /** This replica while it is ready. Undefined: whichever is chosen now. */
  | { readonly kind: 'cookie'; readonly name: string; readonly replicaId: string | undefined }
  /** Whichever the key belongs to. */
  | { readonly kind: 'key'; readonly key: string };

/** Of MCP's Streamable HTTP transport. */
export const sessionHeader = 'mcp-session-id';

/** Throws a Problem (NotAuthorizedOrNotFound) for a session that is not this caller's. */
export function preferenceOf(call: Call, seal: Seal): Preference | undefined {
  const { headers } = call.arrival.request;
  const { affinityHeader, affinityCookie } = call.route.endpoint.settings;
  const session = headers[sessionHeader];
  if (session !== undefined) return openSession(String(session), call, seal);
  const key = affinityHeader === '' ? undefined : headers[affinityHeader.toLowerCase()];
  if (key !== undefined) return { kind: 'key', key: String(key) };
  if (affinityCookie === '') return undefined;
  const value = cookieOf(headers.cookie, affinityCookie);
  const replicaId = value === undefined ? undefined : seal.open(value, cookieContext(call));
  return { kind: 'cookie', name: affinityCookie, replicaId };
}

function openSession(sealed: string, call: Call, seal: Seal): Preference {
  const opened = seal.open(sealed, sessionContext(call));
  const end = opened?.indexOf('\n') ?? -1;
  if (opened === undefined || end === -1) throw sessionOver();
  return { kind: 'session', replicaId: opened.slice(0, end), upstreamId: opened.slice(end + 1) };
}

/** Bound to who calls, not to a token: a session outlives the token that it began with. */
const sessionContext = ({ route, principal }: Call): string[] => [
  'session',
  route.endpoint.applicationId,
  principal.issuer,
  principal.subject,
];

const cookieContext = ({ route }: Call): string[] => ['cookie', route.endpoint.applicationId];

export interface AnsweredBy {
  readonly call: Call;
  readonly replicaId: string;
  readonly preference?: Preference | undefined;
  readonly seal: Seal;
}

/** Header lines of a replica's answer, with what brings the client back to it. */
export function withAffinity(headers: RawHeaders, by: AnsweredBy): RawHeaders {
  const { call, replicaId, preference, seal } = by;
  const lines = hasLine(headers, sessionHeader) ? withSession(headers, by) : headers;
  if (preference?.kind !== 'cookie' || preference.replicaId === replicaId) return lines;
  const value = seal.seal(replicaId, cookieContext(call));
  const { prefix, endpoint } = call.route;
  const secure = call.arrival.peer.proto === 'https' ? '; Secure' : '';
  const shared = [invokePath(endpoint.applicationId), livePath(endpoint.applicationId)];
  const paths = prefix === '' ? ['/'] : shared;
  const cookies = paths.flatMap((path) => [
    'Set-Cookie',
    `${preference.name}=${value}; Path=${path}; HttpOnly; SameSite=Lax${secure}`,
  ]);
  return [...lines, ...cookies];
}

function withSession(headers: RawHeaders, { call, replicaId, seal }: AnsweredBy): RawHeaders {
  return headers.map((value, index) => {
    if (index % 2 === 0 || !isNamed(headers[index - 1], sessionHeader)) return value;
    return seal.seal(`${replicaId}\n${value}`, sessionContext(call));
  });
}

function cookieOf(header: string | undefined, name: string): string | undefined {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** 404, at which a client of MCP begins a new session (Streamable HTTP, session management). */
export function sessionOver(): Problem {
  return new Problem(
    'NotAuthorizedOrNotFound',
    'There is no such session for this caller, or its replica is gone. Begin a new one: send initialize without Mcp-Session-Id.',
  );
}
