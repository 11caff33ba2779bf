/**
 * OCI request signatures (draft-cavage HTTP signatures as OCI uses them; OCI reference, section 4.2): who signed a
 * request, checked against registered keys. A repeat within the allowed time is accepted, anything altered is not.
 * The body is not read here: whoever reads it has to hold its hash against the one that was signed.
 */
import { createPublicKey, timingSafeEqual, verify, type KeyObject } from 'node:crypto';
import { Problem } from '@mooring/contract';
import type { Clock } from '../../kit/clock.ts';

/** A request as it arrived. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly target: string;
  /** Every value of a header, by its lower-case name; empty when it is absent. */
  readonly header: (name: string) => readonly string[];
}

export interface SignatureOptions<Owner> {
  /** Whoever registered the key; undefined for an unknown key. */
  readonly findKey: FindKey<Owner>;
  readonly clock: Clock;
  /** Milliseconds by which the signer's clock may differ. Default 300,000 (5 min). */
  readonly maxSkew?: number;
}

export type FindKey<Owner> = (
  keyId: string,
) => Promise<{ readonly publicKey: KeyObject; readonly owner: Owner } | undefined>;

export interface Signer<Owner> {
  readonly owner: Owner;
  readonly keyId: string;
  /** Base64 SHA-256 that the body must have; undefined when the request has none. */
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

/** What an unknown key is tried with, so that its refusal takes as long as that of a known one. Nobody has its other half. */
const decoy = createPublicKey({
  format: 'der',
  type: 'spki',
  key: Buffer.from(
    'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAxeXKson43scvGzP+tjAiopm7ZsirvziAol6yh4u+Jd+JR1CDWrZg' +
      '6VDtAzm1e8Hk9HEH/blzS+CE/2Nv5NbUvRb6rOP3ZUKMf9+cqUimJ6+sCux8DCDu82kBGl0SzOD5bkdlFn56l6ZbfKIwwWwK' +
      'dH46ZvOoStc2Yv1slF9q8cLpH8nTYToWmRGx4QeNC1q44EEi5GZ3rsxiLmbDRl6CiDNGtH45G14/aiA6mpZ62k2an9sSgkFQ' +
      'edcwEbQcazJp5x5IZeC6GbEdbf2rZ2Nizvf9cdcgCqayTWyw96vgBUl1FujcSUyZ1jOvRC102wzMF+EOE5OTMdHRJSCw0yAB' +
      '1wIDAQAB',
    'base64',
  ),
});

/** True when the Authorization header is a request signature, sound or not. */
export function isRequestSignature(authorization: string | undefined): boolean {
  return /^Signature\s/i.test(authorization ?? '');
}

/**
 * Throws a Problem (NotAuthenticated) that is the same whatever is wrong: malformed, unknown key, a required header
 * unsigned, a date out of range, a signature that does not match. Its cause says which, for the log.
 */
export async function verifyRequestSignature<Owner>(
  request: SignedRequest,
  { findKey, clock, maxSkew = defaultSkew }: SignatureOptions<Owner>,
): Promise<Signer<Owner>> {
  const { keyId, signature, headers } = parse(single(request, 'authorization'));
  const hasBody = carriesBody(request);
  refuseUnsigned(headers, hasBody);
  const text = Buffer.from(signingString(request, headers));
  refuseStale(request, headers, { now: clock.now(), maxSkew });
  const key = await findKey(keyId);
  const matches = verify('sha256', text, key?.publicKey ?? decoy, signature);
  if (key === undefined) throw badSignature(`names the key "${keyId}", which is not registered`);
  if (!matches) throw badSignature('does not match');
  return { owner: key.owner, keyId, bodyHash: hasBody ? single(request, 'x-content-sha256') : undefined };
}

/** True when a body with that SHA-256 is the one that was signed; in constant time. */
export function isSignedBody(digest: Uint8Array, bodyHash: string): boolean {
  const actual = Buffer.from(Buffer.from(digest).toString('base64'));
  const signed = Buffer.from(bodyHash);
  return actual.length === signed.length && timingSafeEqual(actual, signed);
}

/** The refusal of a signature. `what` goes to the log only. */
export const badSignature = (what: string): Problem =>
  new Problem(
    'NotAuthenticated',
    'A request signature by a registered API key is needed, made within 5 minutes over date, request target, host and body.',
    { challenge: signatureChallenge, cause: new Error(`The request signature ${what}`) },
  );

/** For `WWW-Authenticate`. */
export const signatureChallenge = 'Signature headers="date (request-target) host"';

/** A PEM public key for `findKey`. Throws a Problem (InvalidParameter) unless it is RSA of 2,048 to 8,192 bits. */
export function readPublicKey(pem: string): KeyObject {
  const key = parsePem(pem);
  const bits = key?.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key?.asymmetricKeyType === 'rsa' && bits >= 2048 && bits <= 8192) return key;
  throw new Problem(
    'InvalidParameter',
    'publicKey must be the PEM of an RSA public key of 2048 to 8192 bits.',
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

/** `name="value"`, separated by commas. */
const form = /^Signature\s+(?:[a-z]+="[^"]*"(?:\s*,\s*(?=[a-z])|\s*$))+$/i;

function parse(authorization: string): Parameters {
  if (!form.test(authorization)) throw badSignature('is malformed');
  const fields = new Map<string, string>();
  for (const [, name = '', value = ''] of authorization.matchAll(/([a-z]+)="([^"]*)"/gi)) {
    if (fields.has(name)) throw badSignature(`names "${name}" twice`);
    fields.set(name, value);
  }
  const keyId = fields.get('keyId');
  const encoded = fields.get('signature');
  if (!keyId || !encoded) throw badSignature('lacks keyId or signature');
  if (fields.get('algorithm')?.toLowerCase() !== 'rsa-sha256')
    throw badSignature('is not of the algorithm rsa-sha256');
  if ((fields.get('version') ?? '1') !== '1') throw badSignature('is not of version "1"');
  const signature = Buffer.from(encoded, 'base64');
  // Other spellings of the same bytes would make two headers one signature.
  if (signature.toString('base64') !== encoded) throw badSignature('is not well-formed base64');
  const headers = (fields.get('headers') ?? 'date').toLowerCase().split(/\s+/).filter(Boolean);
  if (new Set(headers).size < headers.length) throw badSignature('covers a header twice');
  return { keyId, signature, headers };
}

/** A body is announced by one of two headers (RFC 9112 section 6); the SDKs sign an empty one, too. */
function carriesBody({ method, header }: SignedRequest): boolean {
  const [length = '0'] = header('content-length');
  return bodyMethods.has(method) || length !== '0' || header('transfer-encoding').length > 0;
}

function refuseUnsigned(headers: readonly string[], hasBody: boolean): void {
  const needed = ['(request-target)', 'host', ...(hasBody ? bodyHeaders : [])];
  const missing = needed.filter((name) => !headers.includes(name));
  if (!headers.includes('date') && !headers.includes('x-date')) missing.push('date or x-date');
  if (missing.length > 0) throw badSignature(`does not cover ${missing.join(', ')}`);
}

interface Times {
  /** Milliseconds. */
  readonly now: number;
  readonly maxSkew: number;
}

function refuseStale(request: SignedRequest, headers: readonly string[], { now, maxSkew }: Times): void {
  for (const name of ['x-date', 'date'].filter((one) => headers.includes(one))) {
    const away = Math.abs(now - Date.parse(single(request, name)));
    if (!(away <= maxSkew))
      throw badSignature(`is of ${single(request, name)}, more than ${maxSkew / 1000} s from this clock`);
  }
}

function signingString(request: SignedRequest, headers: readonly string[]): string {
  return headers
    .map((name) =>
      name === '(request-target)'
        ? `${name}: ${request.method.toLowerCase()} ${request.target}`
        : `${name}: ${single(request, name)}`,
    )
    .join('\n');
}

/** The value of a header that is there exactly once: of two, another reader could take the other one. */
function single({ header }: SignedRequest, name: string): string {
  const [value, second] = header(name);
  if (value === undefined) throw badSignature(`covers the header "${name}", which is not there`);
  if (second !== undefined) throw badSignature(`covers the header "${name}", which is there twice`);
  return value;
}
