/** Signs requests as OCI's SDKs do. */
import { createHash, sign, type KeyObject } from 'node:crypto';

export interface Unsigned {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly host: string;
  readonly body?: string | Uint8Array;
  /** Of a body that is not at hand: bytes, and base64 SHA-256. */
  readonly streamed?: { readonly length: number; readonly hash: string } | undefined;
  /** Milliseconds since the epoch. Default: now. */
  readonly time?: number;
  readonly key: KeyObject;
  readonly keyId: string;
}

/** The headers of the signed request; `host` among them. */
export function signatureHeaders({ method, target, host, body, ...given }: Unsigned): Record<string, string> {
  const bodied = ['POST', 'PUT', 'PATCH'].includes(method);
  const headers: Record<string, string> = {
    'x-date': new Date(given.time ?? Date.now()).toUTCString(),
    host,
    ...(bodied && {
      'content-type': 'application/json',
      'content-length': String(given.streamed?.length ?? Buffer.byteLength(body ?? '')),
      'x-content-sha256':
        given.streamed?.hash ??
        createHash('sha256')
          .update(body ?? '')
          .digest('base64'),
    }),
  };
  const text = [
    `(request-target): ${method.toLowerCase()} ${target}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ].join('\n');
  const signature = sign('sha256', Buffer.from(text), given.key).toString('base64');
  const covered = ['(request-target)', ...Object.keys(headers)].join(' ');
  const authorization = `Signature version="1",keyId="${given.keyId}",algorithm="rsa-sha256",headers="${covered}",signature="${signature}"`;
  return { ...headers, authorization };
}
