/** A request of node's as a signature is verified against: method, target and headers as they arrived. */
import type { IncomingMessage } from 'node:http';
import type { SignedRequest } from './request-signature.ts';

/** @param host The authority that the client named: a trusted proxy may have changed the header itself. */
export function signedRequest(
  { method = 'GET', url = '/', rawHeaders }: Pick<IncomingMessage, 'method' | 'url' | 'rawHeaders'>,
  host: string,
): SignedRequest {
  const headers = new Map<string, string[]>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const values = headers.get(name) ?? [];
    values.push(rawHeaders[index + 1] ?? '');
    headers.set(name, values);
  }
  if (headers.get('host')?.length === 1) headers.set('host', [host]);
  return { method, target: url, header: (name) => headers.get(name) ?? [] };
}
