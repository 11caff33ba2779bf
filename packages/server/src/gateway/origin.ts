/**
 * Origin: which pages may call an application, and what lets them read its answers (the CORS protocol of the Fetch
 * standard). The gateway answers for every application alike; what a replica says of it is not passed on. Cookies of
 * a page elsewhere are never part of it: a page proves who it is by a token.
 */
import { Problem } from '@mooring/contract';
import type { Endpoint } from '../directory/endpoint.ts';
import type { RawHeaders } from './headers.ts';
import type { InboundRequest } from './inbound.ts';
import type { Names } from './names.ts';

/** Seconds for which a browser may keep the answer to a preflight. */
const preflightAge = 600;

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * A browser page may call only from the application's own host name and from an origin that the application allows;
 * without a list, from our own.
 * Throws a Problem (NotAllowed).
 */
export function refuseForeignOrigin({ headers }: InboundRequest, endpoint: Endpoint, names: Names): void {
  if (headers.origin === undefined || isAllowed(headers.origin, endpoint, names)) return;
  throw new Problem(
    'NotAllowed',
    'Pages of this origin may not call the application. Its owner can add the origin to the setting allowedOrigins.',
  );
}

/** What lets the calling page read the answer, if it may. Caches keep answers for pages of different origins apart. */
export function readableBy({ headers }: InboundRequest, endpoint: Endpoint, names: Names): RawHeaders {
  const { origin } = headers;
  if (origin === undefined) return endpoint.settings.allowedOrigins.length === 0 ? [] : ['Vary', 'Origin'];
  if (!isAllowed(origin, endpoint, names)) return ['Vary', 'Origin'];
  return ['Access-Control-Allow-Origin', origin, 'Access-Control-Expose-Headers', '*', 'Vary', 'Origin'];
}

function isAllowed(
  origin: string,
  { applicationId, settings: { allowedOrigins } }: Endpoint,
  names: Names,
): boolean {
  if (names.originsOf(applicationId).includes(origin)) return true;
  if (allowedOrigins.length === 0) return names.origins.has(origin);
  return allowedOrigins.includes('*') || allowedOrigins.includes(origin);
}

/** True for a browser's question whether a page may send a request. It carries no credential. */
export function isPreflight({ method, headers }: InboundRequest): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  );
}

/** The answer to a preflight of a page that may call: yes, for the method and the headers that it asks for. */
export function preflightHeaders({ headers }: InboundRequest): RawHeaders {
  const method = headers['access-control-request-method'] ?? '';
  const names = (headers['access-control-request-headers'] ?? '').split(',').map((name) => name.trim());
  const asked = names.filter((name) => name !== '');
  if (![method, ...asked].every((name) => token.test(name)))
    throw new Problem('InvalidParameter', 'The preflight asks for a method or a header that is none.');
  const granted = ['Access-Control-Allow-Methods', method, 'Access-Control-Max-Age', String(preflightAge)];
  return asked.length === 0 ? granted : [...granted, 'Access-Control-Allow-Headers', asked.join(', ')];
}
