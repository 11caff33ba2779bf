/**
 * The signature of a token: which headers and algorithms are looked at, and by which key it was made
 * (RFC 7515, RFC 8725). Only asymmetric algorithms; `none` and HMAC never.
 */
import { compactVerify, decodeProtectedHeader, errors, type CryptoKey, type JWSHeaderParameters } from 'jose';
import { refused } from './claims.ts';
import type { Keys } from './keys.ts';

const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'EdDSA',
  'Ed25519',
];

/** `typ` of access tokens (RFC 9068), of older issuers, and none at all. Our assertions have another one. */
const types = new Set([undefined, 'jwt', 'at+jwt', 'application/at+jwt']);

const shape = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;

/** Keys tried for a token that names none. */
const maxTries = 10;

/** The header of a token that may be worth verifying. Throws a Problem NotAuthenticated for any other. */
export function readHeader(token: string, { maxBytes }: { maxBytes: number }): JWSHeaderParameters {
  if (token.length > maxBytes) throw refused(`The access token is longer than ${maxBytes} bytes.`);
  if (!shape.test(token)) throw refused('The access token is not a signed JWT.');
  const header = decode(token);
  if (!algorithms.includes(header.alg ?? ''))
    throw refused('The access token is not signed with an algorithm that is accepted here.');
  if (header.crit !== undefined)
    throw refused('The access token asks for an extension that is not known here.');
  if (!types.has(header.typ?.toLowerCase())) throw refused('This JWT is not an access token.');
  return header;
}

function decode(token: string): JWSHeaderParameters {
  try {
    return decodeProtectedHeader(token);
  } catch {
    throw refused('The access token is malformed: its header cannot be read.');
  }
}

/**
 * The payload when one of the keys made the signature; undefined when a key that might have done so is not
 * among them. Throws a Problem NotAuthenticated when the named key did not.
 */
export async function verifySignature(
  token: string,
  header: JWSHeaderParameters,
  keys: Keys,
): Promise<Uint8Array | undefined> {
  try {
    return (await compactVerify(token, keys.find, { algorithms })).payload;
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return undefined;
    if (error instanceof errors.JWKSMultipleMatchingKeys) return await verifyByAny(token, error);
    if (error instanceof errors.JWSSignatureVerificationFailed && header.kid === undefined) return undefined;
    throw refused('The signature of the access token is not valid.', error);
  }
}

async function verifyByAny(token: string, keys: AsyncIterable<CryptoKey>): Promise<Uint8Array | undefined> {
  let tries = 0;
  for await (const key of keys) {
    if (++tries > maxTries) break;
    const verified = await compactVerify(token, key, { algorithms }).catch(() => undefined);
    if (verified) return verified.payload;
  }
  return undefined;
}
