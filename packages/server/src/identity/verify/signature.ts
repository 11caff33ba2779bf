/**
 * The signature of a token: which headers and algorithms are looked at, and by which key it was made
 * (RFC 7515, RFC 8725). Only asymmetric algorithms; `none` and HMAC never. It is checked at once rather than in
 * another thread, which costs less than the way there and back (docs/decisions/0009).
 */
import { constants, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { refused } from './claims.ts';
import { toDer } from './ecdsa.ts';
import { parseJson } from './json.ts';
import { algorithms, type Algorithm, type FindKeys } from './key-set.ts';

/** A token that may be worth verifying. */
export interface SignedToken {
  readonly alg: Algorithm;
  readonly kid: string | undefined;
  /** What was signed: header and payload as they stand in the token. */
  readonly input: Buffer;
  readonly payload: Buffer;
  readonly signature: Buffer;
}

/** `typ` of access tokens (RFC 9068), of older issuers, and none at all. Our assertions have another one. */
const types = new Set([undefined, 'jwt', 'at+jwt', 'application/at+jwt']);

const shape = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)$/;

const protectedHeader = z.looseObject({
  alg: z.string().optional(),
  kid: z.string().optional(),
  typ: z.string().optional(),
});

/** Keys tried for a token that names none. */
const maxTries = 10;

/** Throws a Problem NotAuthenticated for a token that is not of the right form or kind. */
export function readToken(token: string): SignedToken {
  const [, head = '', body = '', sealed = ''] = shape.exec(token) ?? [];
  if (head === '') throw refused('The access token is not a signed JWT.');
  const { alg, kid, typ, crit } = readHeader(head);
  const known = algorithms.find((one) => one === alg);
  if (known === undefined)
    throw refused('The access token is not signed with an algorithm that is accepted here.');
  if (crit !== undefined) throw refused('The access token asks for an extension that is not known here.');
  if (!types.has(typ?.toLowerCase())) throw refused('This JWT is not an access token.');
  return {
    alg: known,
    kid,
    input: Buffer.from(token.slice(0, head.length + 1 + body.length), 'latin1'),
    payload: Buffer.from(body, 'base64url'),
    signature: canonical(sealed),
  };
}

function readHeader(head: string): z.infer<typeof protectedHeader> {
  const { data } = protectedHeader.safeParse(parseJson(Buffer.from(head, 'base64url')));
  if (data === undefined) throw refused('The access token is malformed: its header cannot be read.');
  return data;
}

/** Other spellings of the same bytes would make two tokens of one. */
function canonical(encoded: string): Buffer {
  const bytes = Buffer.from(encoded, 'base64url');
  if (bytes.toString('base64url') !== encoded) throw refused(invalid);
  return bytes;
}

const invalid = 'The signature of the access token is not valid.';

/**
 * True when one of the keys made the signature, false when a key that might have done so is not among them.
 * Throws a Problem NotAuthenticated when the named key did not.
 */
export function isSignedBy(token: SignedToken, find: FindKeys): boolean {
  const keys = find(token.alg, token.kid);
  if (keys.slice(0, maxTries).some((key) => matches(token, key))) return true;
  if (keys.length === 1 && token.kid !== undefined) throw refused(invalid);
  return false;
}

function matches({ alg, input, signature }: SignedToken, key: KeyObject): boolean {
  const digest = `sha${alg.slice(2)}`;
  switch (alg) {
    case 'EdDSA':
    case 'Ed25519':
      return verify(null, input, key, signature);
    case 'ES256':
    case 'ES384':
      return isOfCurve(digest, { key, input, signature });
    case 'RS256':
    case 'RS384':
    case 'RS512':
      // With the padding of PKCS #1, which is what Node takes where none is named.
      return verify(digest, input, key, signature);
    case 'PS256':
    case 'PS384':
    case 'PS512':
      return verify(digest, input, { key, ...pss }, signature);
  }
}

interface OfCurve extends Pick<SignedToken, 'input' | 'signature'> {
  readonly key: KeyObject;
}

function isOfCurve(digest: string, { key, input, signature }: OfCurve): boolean {
  const der = toDer(signature, digest === 'sha256' ? 32 : 48);
  return der !== undefined && verify(digest, input, key, der);
}

/** The salt is as long as the digest (RFC 7518 section 3.5). */
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
