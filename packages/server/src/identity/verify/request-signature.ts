/**
 * OCI request signatures (draft-cavage HTTP signatures as OCI uses them; OCI reference, section 4.2): who signed a
 * request, checked against registered keys. The body is not read here: its hash is what the caller has to compare.
 */
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { Problem } from '@mooring/contract';
import type { Clock } from '../../kit/clock.ts';

/** A request as it arrived. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly target: string;
  /** A header's value by its lower-case name; undefined when absent. */
  readonly header: (name: string) => string | undefined;
}

export interface SignatureOptions<Owner> {
  /** Whoever registered the key; undefined for an unknown key. */
  readonly findKey: (
    keyId: string,
  ) => Promise<{ readonly publicKey: KeyObject; readonly owner: Owner } | undefined>;
  readonly clock: Clock;
  /** Milliseconds by which the signer's clock may differ. Default 300,000 (5 min). */
  readonly maxSkew?: number;
}

export interface Signer<Owner> {
  readonly owner: Owner;
  readonly keyId: string;
  /** Base64 SHA-256 that the body must have; undefined when the request may have none. */
  readonly bodyHash: string | undefined;
}

interface Parameters {
  readonly keyId: string;
  readonly signature: Buffer;
  /** Lower-case names, in the signer's order. */
  readonly headers: readonly string[];
}

const defaultSkew = 300_000;
const bodyMethods = new Set(['POST', 'PUT', 'PATCH']);
const bodyHeaders = ['content-type', 'content-length', 'x-content-sha256'];

/** True when the Authorization header is a request signature, sound or not. */
export function isRequestSignature(authorization: string | undefined): boolean {
  return /^Signature\s/i.test(authorization ?? '');
}

/**
 * Throws a Problem (NotAuthenticated) that says what is wrong: malformed, unknown key, a required header unsigned,
 * a date out of range, or a signature that does not match.
 */
export async function verifyRequestSignature<Owner>(
  request: SignedRequest,
  { findKey, clock, maxSkew = defaultSkew }: SignatureOptions<Owner>,
): Promise<Signer<Owner>> {
  const { keyId, signature, headers } = parse(request.header('authorization') ?? '');
  const hasBody = bodyMethods.has(request.method);
  refuseUnsigned(headers, hasBody);
  refuseStale(request, headers, clock.now(), maxSkew);
  const key = await findKey(keyId);
  const text = Buffer.from(signingString(request, headers));
  if (key === undefined || !verify('sha256', text, key.publicKey, signature)) {
    throw refused(
      'does not match. Check the key, its registration, and that nothing changed the request on its way',
    );
  }
  return { owner: key.owner, keyId, bodyHash: hasBody ? request.header('x-content-sha256') : undefined };
}

/** A PEM public key for `findKey`. Throws a Problem (InvalidParameter) unless it is RSA of at least 2,048 bits. */
export function readPublicKey(pem: string): KeyObject {
  const key = parsePem(pem);
  const bits = key?.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key?.asymmetricKeyType === 'rsa' && bits >= 2048) return key;
  throw new Problem(
    'InvalidParameter',
    'publicKey must be the PEM of an RSA public key of at least 2048 bits.',
  );
}

function parsePem(pem: string): KeyObject | undefined {
  // A private key would be accepted as well, and must never get here.
  if (pem.includes('PRIVATE KEY')) return undefined;
  try {
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
}

function parse(authorization: string): Parameters {
  const fields = new Map<string, string>();
  for (const [, name = '', value = ''] of authorization.matchAll(/([a-zA-Z]+)="([^"]*)"/g)) {
    if (fields.has(name)) throw refused(`names "${name}" twice`);
    fields.set(name, value);
  }
  const keyId = fields.get('keyId');
  const signature = fields.get('signature');
  if (!keyId || !signature) throw refused('must name keyId and signature');
  if (fields.get('algorithm')?.toLowerCase() !== 'rsa-sha256')
    throw refused('must use the algorithm rsa-sha256');
  if ((fields.get('version') ?? '1') !== '1') throw refused('must have version "1"');
  const headers = (fields.get('headers') ?? 'date').toLowerCase().split(/\s+/).filter(Boolean);
  return { keyId, signature: Buffer.from(signature, 'base64'), headers };
}

function refuseUnsigned(headers: readonly string[], hasBody: boolean): void {
  const needed = ['(request-target)', 'host', ...(hasBody ? bodyHeaders : [])];
  const missing = needed.filter((name) => !headers.includes(name));
  if (!headers.includes('date') && !headers.includes('x-date')) missing.push('date or x-date');
  if (missing.length > 0) throw refused(`must cover ${missing.join(', ')}`);
}

function refuseStale(request: SignedRequest, headers: readonly string[], now: number, maxSkew: number): void {
  const names = ['x-date', 'date'].filter((name) => headers.includes(name));
  const stale = names.some((name) => !(Math.abs(now - Date.parse(request.header(name) ?? '')) <= maxSkew));
  if (stale)
    throw refused(`is more than ${maxSkew / 60_000} minutes old or ahead. Check this machine's clock`);
}

function signingString(request: SignedRequest, headers: readonly string[]): string {
  return headers
    .map((name) => {
      if (name === '(request-target)') return `${name}: ${request.method.toLowerCase()} ${request.target}`;
      const value = request.header(name);
      if (value === undefined) throw refused(`covers the header "${name}", which is not there`);
      return `${name}: ${value}`;
    })
    .join('\n');
}

function refused(what: string): Problem {
  return new Problem('NotAuthenticated', `The request signature ${what}.`, {
    challenge: 'Signature version="1"',
  });
}
