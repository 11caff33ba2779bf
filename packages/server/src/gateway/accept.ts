/**
 * Accept, the first stage: a raw request becomes an Arrival, or is refused for what its head says about itself.
 * Nothing here looks at applications.
 */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { Problem } from '@mooring/contract';
import type { Random } from '../kit/clock.ts';
import { headerName } from './header-name.ts';
import type { InboundRequest } from './inbound.ts';
import type { Names } from './names.ts';
import { parseTarget, type Target } from './target.ts';

/** Who sent it, as far as the network tells. */
export interface Peer {
  readonly address: string;
  readonly proto: 'http' | 'https';
  /** The authority under which the client knows us, with its port. */
  readonly host: string;
}

export interface Arrival {
  readonly request: InboundRequest;
  readonly target: Target;
  readonly peer: Peer;
  /** `opc-request-id`: the client's when it is well formed, else ours. */
  readonly requestId: string;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}

export interface AcceptOptions {
  readonly names: Names;
  readonly requestId: string;
  readonly signal: AbortSignal;
}

/** Throws a Problem: InvalidParameter (doubled headers, no Host, bad target) or MisdirectedRequest (a name we do not go by). */
export function accept(request: InboundRequest, { names, requestId, signal }: AcceptOptions): Arrival {
  refuseDoubledHeaders(request.rawHeaders);
  if (request.headers.host === undefined)
    throw new Problem('InvalidParameter', 'The header "host" is missing (RFC 9112 section 3.2).');
  const peer = describePeer(request, names);
  if (!names.knows(peer.host)) {
    throw new Problem(
      'MisdirectedRequest',
      `This server does not go by the name "${peer.host.slice(0, 255)}". Its operator can add it with --public-url.`,
    );
  }
  return { request, target: parseTarget(request.url ?? ''), peer, requestId, signal };
}

/** The client's `opc-request-id` when it is well formed (OCI reference, section 2.1), else a new one. */
export function requestIdOf(request: InboundRequest, random: Random): string {
  const given = request.headers['opc-request-id'];
  if (typeof given === 'string' && /^[A-Za-z0-9_-]{1,128}$/.test(given)) return given;
  const { buffer, byteOffset, byteLength } = random(16);
  return Buffer.from(buffer, byteOffset, byteLength).toString('hex').toUpperCase();
}

function refuseDoubledHeaders(rawHeaders: readonly string[]): void {
  const seen: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const { lower, isSingle } = headerName(rawHeaders[index] ?? '');
    if (!isSingle) continue;
    if (seen.includes(lower))
      throw new Problem('InvalidParameter', `The header "${lower}" is given twice. Send it once.`);
    seen.push(lower);
  }
}

/** Whom a request comes from: its own word when a trusted proxy passes it on. */
export function describePeer(request: InboundRequest, names: Names): Peer {
  const address = request.socket.remoteAddress ?? '';
  const proto = isEncrypted(request.socket) ? 'https' : 'http';
  const host = request.headers.host ?? '';
  if (!names.trusts(address)) return { address, proto, host };
  const forwardedProto = last(request.headers['x-forwarded-proto']);
  return {
    address: last(request.headers['x-forwarded-for']) ?? address,
    proto: forwardedProto === 'https' || forwardedProto === 'http' ? forwardedProto : proto,
    host: last(request.headers['x-forwarded-host']) ?? host,
  };
}

function isEncrypted(socket: Socket): boolean {
  return socket instanceof TLSSocket;
}

/** The entry that the nearest proxy wrote: earlier ones are the client's word. */
function last(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const text = Array.isArray(header) ? header.join(',') : header;
  const entry = text.split(',').at(-1)?.trim();
  return entry === '' ? undefined : entry;
}
