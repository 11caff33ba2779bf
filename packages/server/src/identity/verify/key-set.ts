/**
 * Key set: the public keys of an issuer (RFC 7517), each with the algorithms that it may verify. A key that is
 * symmetric, private, too weak, not for signatures or of a kind that is not known here is left out.
 */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

/** Signature algorithms that are accepted, asymmetric all of them (RFC 7518 section 3, RFC 9864). */
export const algorithms = [
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
] as const;

export type Algorithm = (typeof algorithms)[number];

/** Finds the keys that may have made a signature with that algorithm; only those of that id when one is given. */
export type FindKeys = (alg: Algorithm, kid: string | undefined) => readonly KeyObject[];

/** Members as JSON has them: nothing of them is believed before it was looked at. */
export interface JwkSet {
  readonly keys: readonly JsonWebKey[];
}

interface Candidate {
  readonly kid: unknown;
  readonly algorithms: ReadonlySet<string>;
  readonly key: KeyObject;
}

/** Bits of an RSA key: fewer are too weak, more would take too long. */
const rsaBits = { least: 2048, most: 8192 };

export function createKeySet({ keys }: JwkSet): FindKeys {
  const candidates = keys.flatMap((jwk) => candidateOf(jwk) ?? []);
  return (alg, kid) =>
    candidates
      .filter((one) => one.algorithms.has(alg) && (kid === undefined || one.kid === kid))
      .map(({ key }) => key);
}

function candidateOf(jwk: JsonWebKey): Candidate | undefined {
  const { kid, alg, use, key_ops: operations, d } = jwk;
  if (d !== undefined || (use !== undefined && use !== 'sig')) return undefined;
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify')))
    return undefined;
  const key = imported(jwk);
  const possible = key === undefined ? [] : algorithmsOf(key);
  const allowed = alg === undefined ? possible : possible.filter((one) => one === alg);
  return key === undefined || allowed.length === 0 ? undefined : { kid, algorithms: new Set(allowed), key };
}

function imported(jwk: JsonWebKey): KeyObject | undefined {
  if (jwk.kty !== 'RSA' && jwk.kty !== 'EC' && jwk.kty !== 'OKP') return undefined;
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** What the key itself, not its description, is good for. */
function algorithmsOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): Algorithm[] {
  if (type === 'ed25519') return ['EdDSA', 'Ed25519'];
  if (type === 'ec' && details?.namedCurve === 'prime256v1') return ['ES256'];
  if (type === 'ec' && details?.namedCurve === 'secp384r1') return ['ES384'];
  const bits = details?.modulusLength ?? 0;
  if (type !== 'rsa' || bits < rsaBits.least || bits > rsaBits.most) return [];
  return algorithms.filter((alg) => /^[RP]S/.test(alg));
}
